// The API for people, from /openapi.json, with a request to try for each route.
import { NoAnswer } from './errors.js';
import { h, prose } from './dom.js';
import { fieldsOf, followed, jsonBody, parameterList, parametersOf } from './docs_schema.js';
import { tryForm } from './docs_try.js';
import { loadedPart, pageHead } from './pages.js';
import { texts } from './texts.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

async function readDocument() {
  let response;
  try {
    response = await fetch('/openapi.json', { credentials: 'omit' });
  } catch (error) {
    throw new NoAnswer(String(error));
  }
  if (!response.ok) throw new Error(texts.docs.noDocument(response.status));
  return response.json();
}

function responsesList(operation, whole) {
  const rows = Object.entries(operation.responses ?? {}).map(([status, each]) => {
    const response = followed(each, whole);
    return h('div', {}, h('dt', {}, h('code', {}, status)), h('dd', {}, prose(response.description ?? '')));
  });
  return h('dl', { class: 'schema responses' }, rows);
}

function answerFields(operation, whole) {
  const response = followed(operation.responses?.['200'], whole);
  const schema = response.content?.['application/json']?.schema;
  const fields = schema && fieldsOf(schema, whole);
  return fields && [h('h3', {}, texts.docs.answerFields), fields];
}

function routeContent({ method, path, item, operation, whole }) {
  const parameters = parametersOf(item, operation, whole);
  const body = jsonBody(operation, whole);
  const fields = body && fieldsOf(body.schema ?? {}, whole);
  const credentialed = (operation.security ?? []).length > 0;
  return [
    h('p', {}, prose(operation.description ?? '')),
    parameters.length > 0 && [h('h3', {}, texts.docs.parameters), parameterList(parameters, whole)],
    fields && [h('h3', {}, texts.docs.body), fields],
    answerFields(operation, whole),
    h('h3', {}, texts.docs.answers),
    responsesList(operation, whole),
    h('h3', {}, texts.docs.try),
    tryForm({ method: method.toUpperCase(), path, parameters, operation, whole, credentialed }),
  ];
}

/** A route, closed; its content is made when it is opened first. */
function routeView(route) {
  const summary = h('summary', {}, h('span', { class: `method ${route.method}` }, route.method.toUpperCase()), ' ', h('code', {}, route.path), ' ', h('span', { class: 'quiet' }, route.operation.summary ?? ''));
  const details = h('details', { id: `route-${route.operation.operationId ?? ''}` }, summary);
  const open = () => {
    if (!details.open || details.children.length > 1) return;
    details.append(h('div', { class: 'route' }, routeContent(route)));
  };
  details.addEventListener('toggle', open);
  return details;
}

function routesOf(whole) {
  const routes = [];
  for (const [path, item] of Object.entries(whole.paths ?? {})) {
    for (const method of methods) {
      if (item[method]) routes.push({ method, path, item, operation: item[method], whole });
    }
  }
  return routes;
}

function groups(whole) {
  const routes = routesOf(whole);
  return (whole.tags ?? []).map((tag) => {
    const views = routes.filter((route) => (route.operation.tags ?? []).includes(tag.name)).map(routeView);
    return h('section', {}, h('h2', {}, tag.name), h('p', { class: 'quiet' }, prose(tag.description ?? '')), views);
  });
}

export function docsPage() {
  const part = loadedPart(async () => {
    const whole = await readDocument();
    return [h('p', {}, prose(whole.info?.description ?? '')), h('p', { class: 'quiet' }, texts.docs.version(whole.info?.version ?? '')), groups(whole)];
  });
  return [pageHead(texts.docs.title, h('a', { href: '/openapi.json', class: 'button' }, texts.docs.document)), part.element];
}
