// The page of all secrets: a table with search, a filter by tool, sort and pages; and how much of the limits is used.
import { listSecrets, secretsApi } from './api.js';
import { announce, fill, foreign, h, newId } from './dom.js';
import { bytes, isPast, timeElement } from './format.js';
import { dataTable, emptyState, loadedPart, notice, pageHead, problem, routeTo, usageBar } from './pages.js';
import { createSecret } from './secret_form.js';
import { texts } from './texts.js';

const rowsOfPage = 50;

const sortKeys = {
  name: (secret) => secret.secret_name.toLowerCase(),
  tool: (secret) => (secret.tool_name ?? '').toLowerCase(),
  changed: (secret) => secret.updated_at,
  used: (secret) => secret.last_used_at ?? '',
  expires: (secret) => secret.expires_at ?? '9999',
};

/** Ordered by the key; equal ones by creation. */
function sorted(secrets, key, descending) {
  const of = sortKeys[key] ?? sortKeys.name;
  const sign = descending ? -1 : 1;
  return [...secrets].sort((a, b) => {
    const left = of(a);
    const right = of(b);
    if (left !== right) return left < right ? -sign : sign;
    return a.secret_id < b.secret_id ? -1 : 1;
  });
}

export function nameLink(secret) {
  return h('a', { href: routeTo(['secrets', secret.secret_id]), class: 'name' }, foreign(secret.secret_name));
}

export function expiryOf(secret) {
  if (isPast(secret.expires_at)) return h('span', { class: 'badge bad' }, texts.secret.expired);
  return timeElement(secret.expires_at, texts.secret.never);
}

const columns = [
  { key: 'name', label: texts.secret.name, cell: nameLink },
  { label: texts.secret.mask, cell: (secret) => h('code', { class: 'mask' }, secret.display ? foreign(secret.display) : '') },
  { key: 'tool', label: texts.secret.tool, cell: (secret) => (secret.tool_name ? foreign(secret.tool_name) : h('span', { class: 'quiet' }, texts.secret.noTool)) },
  { label: texts.secret.arg, cell: (secret) => (secret.tool_arg ? foreign(secret.tool_arg) : h('span', { class: 'quiet' }, texts.secret.noArg)) },
  { label: texts.secret.defaultColumn, cell: (secret) => (secret.is_default_for_tool ? h('span', { class: 'badge' }, texts.yes) : h('span', { class: 'quiet' }, texts.no)) },
  { key: 'changed', label: texts.secret.changed, cell: (secret) => timeElement(secret.updated_at) },
  { key: 'used', label: texts.secret.used, cell: (secret) => timeElement(secret.last_used_at, texts.secret.notUsed) },
  { key: 'expires', label: texts.secret.expiresColumn, cell: expiryOf },
];

/** The state of the page, which is in the URL, so that going back finds it again. */
function stateOf(query) {
  return {
    search: query.get('search') ?? '',
    tool: query.get('tool') ?? '',
    sort: query.get('sort') in sortKeys ? query.get('sort') : 'name',
    down: query.get('down') === '1',
    page: Math.max(1, Number.parseInt(query.get('page') ?? '1', 10) || 1),
  };
}

class SecretList {
  constructor(route, alive) {
    this.alive = alive;
    this.state = stateOf(route.query);
    this.secrets = [];
    this.complete = false;
    this.error = null;
    this.reading = 0;
    this.table = h('div', { class: 'part' });
    this.quota = loadedPart(quotaPart);
    this.search = this.input('search', texts.list.search, 'search', () => this.change({ search: this.search.input.value, page: 1 }));
    this.tool = this.input('tool', texts.list.tool, 'search', () => {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.change({ tool: this.tool.input.value, page: 1 }, true), 400);
    });
    this.read();
  }

  input(name, label, type, oninput) {
    const id = newId(name);
    const input = h('input', { id, type, oninput, autocomplete: 'off', spellcheck: 'false', value: this.state[name] });
    return { input, row: h('div', { class: 'filter' }, h('label', { for: id }, label), input) };
  }

  element() {
    const create = () => h('button', { type: 'button', class: 'primary', onclick: () => this.create() }, texts.secret.create);
    return [
      pageHead(texts.list.title, create()),
      this.quota.element,
      h('search', { class: 'filters' }, this.search.row, this.tool.row),
      this.table,
    ];
  }

  async create() {
    const made = await createSecret();
    if (!made) return;
    notice(texts.secret.created);
    this.quota.reload();
    this.read();
  }

  change(changes, reads = false) {
    Object.assign(this.state, changes);
    const { search, tool, sort, down, page } = this.state;
    const query = { search, tool, sort: sort === 'name' ? '' : sort, down: down ? '1' : '', page: page > 1 ? String(page) : '' };
    history.replaceState(null, '', routeTo(['secrets'], query));
    if (reads) this.read();
    else this.draw();
  }

  /** The server filters by tool, because it knows which patterns apply; the rest happens here. */
  async read() {
    this.reading += 1;
    const mine = this.reading;
    const current = () => mine === this.reading && this.alive();
    const found = [];
    this.error = null;
    this.complete = false;
    this.draw();
    try {
      await listSecrets({ tool_name: this.state.tool }, (page) => {
        if (!current()) return false;
        found.push(...page);
        this.secrets = found;
        this.draw();
        return true;
      });
      if (!current()) return;
      this.secrets = found;
      this.complete = true;
    } catch (error) {
      if (!current()) return;
      this.error = error;
    }
    this.draw();
  }

  shown() {
    const wanted = this.state.search.toLowerCase();
    const found = this.secrets.filter((secret) => secret.secret_name.toLowerCase().includes(wanted));
    return sorted(found, this.state.sort, this.state.down);
  }

  draw() {
    this.table.toggleAttribute('aria-busy', !this.complete && !this.error);
    const all = this.shown();
    const pages = Math.max(1, Math.ceil(all.length / rowsOfPage));
    const page = Math.min(this.state.page, pages);
    const rows = all.slice((page - 1) * rowsOfPage, page * rowsOfPage);
    const focused = document.activeElement?.dataset?.sort;
    fill(this.table, this.error && problem(this.error, () => this.read()), this.content(all, rows), all.length > 0 && this.foot(all.length, page, pages));
    if (focused) this.table.querySelector(`[data-sort="${focused}"]`)?.focus();
    if (this.complete) announce(texts.list.found(all.length));
  }

  content(all, rows) {
    if (all.length > 0) return dataTable(texts.list.title, columns, rows, { head: (column) => this.head(column) });
    if (this.error) return null;
    if (!this.complete) return h('p', { class: 'quiet loading' }, texts.loading);
    if (this.state.search || this.state.tool) return emptyState(texts.list.noneFound, texts.list.noneFoundText);
    const first = h('button', { type: 'button', class: 'primary', onclick: () => this.create() }, texts.list.createFirst);
    return emptyState(texts.list.none, texts.list.noneText, first);
  }

  head(column) {
    if (!column.key) return column.label;
    const isCurrent = this.state.sort === column.key;
    const onclick = () => this.change({ sort: column.key, down: isCurrent && !this.state.down, page: 1 });
    const arrow = isCurrent ? (this.state.down ? ' ↓' : ' ↑') : '';
    const element = h('button', { type: 'button', class: 'sort', 'data-sort': column.key, onclick }, column.label, h('span', { 'aria-hidden': 'true' }, arrow));
    return { element, sorted: isCurrent ? (this.state.down ? 'descending' : 'ascending') : undefined };
  }

  foot(count, page, pages) {
    const to = (target, label, usable) => h('button', { type: 'button', 'aria-disabled': usable ? undefined : 'true', onclick: () => usable && this.change({ page: target }) }, label);
    const summary = h('span', { class: 'quiet' }, this.complete ? texts.list.found(count) : texts.list.reading(count));
    if (pages === 1) return h('div', { class: 'foot' }, summary);
    const pager = h('nav', { 'aria-label': texts.list.pages }, to(page - 1, texts.list.previous, page > 1), h('span', {}, texts.list.page(page, pages)), to(page + 1, texts.list.next, page < pages));
    return h('div', { class: 'foot' }, summary, pager);
  }
}

async function quotaPart() {
  const quota = await secretsApi.quota();
  const count = Number.isFinite(quota.count_limit) && usageBar(texts.quota.count, quota.count, quota.count_limit);
  return h('div', { class: 'quota' }, usageBar(texts.quota.bytes, quota.used, quota.limit, bytes), count);
}

export function secretListPage(route, alive) {
  return new SecretList(route, alive).element();
}
