// The request to try of a route: its parameters and body as a form, and the answer as it comes.
import { rawRequest } from './api.js';
import { alertPlace, attempt, buttons } from './dialogs.js';
import { fill, h } from './dom.js';
import { field } from './forms.js';
import { jsonBody } from './docs_schema.js';
import { signedIn } from './session.js';
import { texts } from './texts.js';

const shownHeaders = ['content-type', 'etag', 'retry-after', 'ratelimit', 'www-authenticate', 'allow', 'x-request-id', 'idempotency-replayed'];

function exampleOf(content) {
  const example = content.example ?? Object.values(content.examples ?? {})[0]?.value;
  return example === undefined ? '' : JSON.stringify(example, null, 2);
}

/** The path with its parameters filled in, and the query. */
function targetOf(path, places) {
  let target = path;
  const query = new URLSearchParams();
  for (const { parameter, place } of places) {
    const text = place.input.value;
    if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(text));
    if (parameter.in === 'query' && text !== '') query.set(parameter.name, text);
  }
  return query.size > 0 ? `${target}?${query}` : target;
}

function headersOf(places) {
  const headers = {};
  for (const { parameter, place } of places) {
    if (parameter.in === 'header' && place.input.value !== '') headers[parameter.name] = place.input.value;
  }
  return headers;
}

/** Puts a fault at each place that cannot be sent. Whether there is none. */
function checkPlaces(places) {
  let good = true;
  for (const { parameter, place } of places) {
    const text = place.input.value;
    const empty = parameter.in === 'path' && text === '';
    const fault = empty ? texts.forms.missing : parameter.in === 'header' && !/^[\x20-\x7e]*$/.test(text) ? texts.docs.badHeader : '';
    place.fault(fault);
    if (fault && good) place.input.focus();
    good = good && !fault;
  }
  return good;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function answerView(method, target, answer) {
  const lines = shownHeaders.filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
  const good = answer.status < 400;
  return [
    h('p', {}, h('span', { class: good ? 'badge' : 'badge bad' }, String(answer.status)), ' ', h('code', {}, `${method} ${target}`)),
    h('pre', { tabindex: '0', 'aria-label': texts.docs.answer }, h('code', {}, `${lines.join('\n')}\n\n${pretty(answer.text)}`)),
  ];
}

/** `credentialed`: the route needs a credential. */
export function tryForm({ method, path, parameters, operation, whole, credentialed }) {
  const places = parameters.map((parameter) => ({
    parameter,
    place: field(parameter.name, parameter.name, { required: parameter.in === 'path', hint: texts.docs.places[parameter.in] ?? '' }),
  }));
  const content = jsonBody(operation, whole);
  const body = content && field('body', texts.docs.body, { kind: 'lines', value: exampleOf(content), hint: texts.docs.bodyHint });
  body?.input.classList.add('code');
  const alert = alertPlace();
  const answer = h('div', { class: 'answer', role: 'status' });
  const button = h('button', { type: 'submit', class: 'primary' }, texts.docs.send(method));
  const send = async () => {
    const target = targetOf(path, places);
    const options = { headers: headersOf(places) };
    if (body && body.input.value !== '') options.body = body.input.value;
    fill(answer, answerView(method, target, await rawRequest(method, target, options)));
  };
  const onsubmit = (event) => {
    event.preventDefault();
    if (credentialed && !signedIn()) alert.show(texts.docs.needsCredential);
    else if (checkPlaces(places)) attempt(button, alert, send);
  };
  const changes = method !== 'GET' && h('p', { class: 'quiet' }, texts.docs.real);
  return h('form', { onsubmit, novalidate: true, class: 'try' }, changes, places.map((each) => each.place.row), body?.row, alert.element, buttons(button), answer);
}
