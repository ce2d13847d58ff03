// Parts of an OpenAPI document: references, schemas as tables of fields.
import { h, prose } from './dom.js';
import { texts } from './texts.js';

/** The part that a reference leads to, or the part itself. */
export function followed(part, whole) {
  let current = part;
  for (let depth = 0; current?.$ref && depth < 16; depth += 1) {
    const keys = current.$ref.slice(2).split('/').map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'));
    current = keys.reduce((at, key) => at?.[key], whole);
  }
  return current ?? {};
}

/** "string or null, 1 to 1024 characters". */
export function typeText(schema, whole) {
  const of = followed(schema, whole);
  const variants = of.anyOf ?? of.oneOf;
  if (variants) return variants.map((each) => typeText(each, whole)).join(` ${texts.docs.or} `);
  if (of.enum) return of.enum.map((value) => JSON.stringify(value)).join(` ${texts.docs.or} `);
  if (of.const !== undefined) return JSON.stringify(of.const);
  const type = [of.type ?? texts.docs.anything].flat().join(` ${texts.docs.or} `);
  const items = of.items ? ` ${texts.docs.ofItems} ${typeText(of.items, whole)}` : '';
  const format = of.format ? ` (${of.format})` : '';
  const length = of.minLength !== undefined || of.maxLength !== undefined ? `, ${texts.docs.length(of.minLength ?? 0, of.maxLength)}` : '';
  const range = of.minimum !== undefined || of.maximum !== undefined ? `, ${texts.docs.range(of.minimum, of.maximum)}` : '';
  return `${type}${items}${format}${length}${range}`;
}

function fieldRow(name, schema, required, whole) {
  const of = followed(schema, whole);
  return h(
    'div',
    {},
    h('dt', {}, h('code', {}, name), required && h('span', { class: 'required' }, ` ${texts.forms.required}`)),
    h('dd', {}, h('span', { class: 'quiet' }, typeText(schema, whole)), of.description && h('p', {}, prose(of.description))),
  );
}

/** Of several forms, the one with the most fields. */
function variantWithFields(schema, whole) {
  const of = followed(schema, whole);
  const size = (each) => Object.keys(each.properties ?? {}).length;
  const forms = (of.oneOf ?? of.anyOf ?? []).map((each) => followed(each, whole));
  return forms.reduce((best, each) => (size(each) > size(best) ? each : best), of);
}

/** The fields of an object; null if it has none. */
export function fieldsOf(schema, whole) {
  const of = variantWithFields(schema, whole);
  const fields = Object.entries(of.properties ?? {});
  if (fields.length === 0) return null;
  const required = new Set(of.required ?? []);
  return h('dl', { class: 'schema' }, fields.map(([name, each]) => fieldRow(name, each, required.has(name), whole)));
}

/** Parameters of a route, with those of its path. */
export function parametersOf(item, operation, whole) {
  return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) => followed(each, whole));
}

export function parameterList(parameters, whole) {
  const rows = parameters.map((parameter) =>
    h(
      'div',
      {},
      h('dt', {}, h('code', {}, parameter.name), ' ', h('span', { class: 'quiet' }, texts.docs.places[parameter.in] ?? parameter.in)),
      h('dd', {}, h('span', { class: 'quiet' }, typeText(parameter.schema ?? {}, whole)), parameter.description && h('p', {}, prose(parameter.description))),
    ),
  );
  return h('dl', { class: 'schema' }, rows);
}

export function jsonBody(operation, whole) {
  const body = followed(operation.requestBody, whole);
  return body.content?.['application/json'] ?? null;
}
