// What the pages share: their head, tables, and the states of loading, emptiness and error.
import { announce, fill, h } from './dom.js';
import { ApiError, explain } from './errors.js';
import { number } from './format.js';
import { texts } from './texts.js';

/** The route in the URL: {path: ['secrets', …], query}. */
export function currentRoute() {
  const text = location.hash.replace(/^#\/?/, '');
  const mark = text.indexOf('?');
  const path = (mark < 0 ? text : text.slice(0, mark)).split('/').filter(Boolean).map(decoded);
  return { path, query: new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1)) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function routeTo(path, query = {}) {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '' && value !== undefined && value !== false));
  const target = `#/${path.map(encodeURIComponent).join('/')}`;
  return parameters.size > 0 ? `${target}?${parameters}` : target;
}

export function pageHead(title, ...actions) {
  document.title = texts.pageTitle(title instanceof Node ? title.textContent.slice(0, 80) : title);
  return h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, title), h('div', { class: 'actions' }, actions));
}

/** A part of a page that loads by itself: shows that it does, then what `load` returns, or the error with a way to try again. */
export function loadedPart(load, { label = texts.loading } = {}) {
  const place = h('div', { class: 'part', 'aria-busy': 'true' });
  const run = async () => {
    place.setAttribute('aria-busy', 'true');
    fill(place, h('p', { class: 'quiet loading' }, label));
    try {
      fill(place, await load());
    } catch (error) {
      fill(place, problem(error, run));
    } finally {
      place.removeAttribute('aria-busy');
    }
  };
  run();
  return { element: place, reload: run };
}

/** The error as a part of the page. 429 and 503 tell how long to wait, so the button waits as long. */
export function problem(error, retry) {
  const text = explain(error);
  const wait = error instanceof ApiError ? error.retryAfter : 0;
  const again = h('button', { type: 'button' }, texts.retry);
  again.addEventListener('click', () => again.getAttribute('aria-disabled') !== 'true' && retry());
  if (wait > 0) {
    again.setAttribute('aria-disabled', 'true');
    setTimeout(() => again.removeAttribute('aria-disabled'), wait * 1000);
  }
  return h('div', { class: 'problem', role: 'alert' }, h('p', {}, text), retry && again);
}

export function emptyState(title, text, ...actions) {
  return h('div', { class: 'empty' }, h('h2', {}, title), h('p', {}, text), h('div', { class: 'actions' }, actions));
}

/** A table that becomes a list of cards on a narrow screen. Columns: {label, cell(row), sort?, class?}. Roles are written out,
 *  because a table that is laid out otherwise loses its own. */
export function dataTable(caption, columns, rows, { head = (column) => column.label } = {}) {
  const headCells = columns.map((column) => {
    const { element, sorted } = asHead(head(column));
    return h('th', { scope: 'col', role: 'columnheader', 'aria-sort': sorted, class: column.class }, element);
  });
  const bodyRows = rows.map((row) =>
    h('tr', { role: 'row' }, columns.map((column, index) => {
      const role = index === 0 ? 'rowheader' : 'cell';
      const tag = index === 0 ? 'th' : 'td';
      return h(tag, { role, scope: index === 0 ? 'row' : undefined, 'data-label': column.label, class: column.class }, column.cell(row));
    })),
  );
  return h(
    'table',
    { role: 'table', class: 'cards' },
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, headCells)),
    h('tbody', { role: 'rowgroup' }, bodyRows),
  );
}

const asHead = (value) => (value?.element ? value : { element: value });

/** How much of a limit is used. */
export function usageBar(label, used, limit, shown = number) {
  const share = limit > 0 ? Math.min(1, used / limit) : 0;
  const text = texts.quota.of(shown(used), shown(limit));
  const bar = h('progress', { max: 1, value: share, 'aria-label': `${label}: ${text}`, class: share >= 0.9 ? 'nearly-full' : undefined });
  return h('div', { class: 'usage' }, h('span', { class: 'usage-label' }, label), bar, h('span', { class: 'quiet' }, text));
}

/** A short message that goes away. */
export function notice(text) {
  announce(text);
  const element = h('p', { class: 'notice', 'aria-hidden': 'true' }, text);
  document.getElementById('notices')?.append(element);
  setTimeout(() => element.remove(), 6000);
}
