// The page of one secret: what is known of it, its earlier values, and what became of it. Never its value.
import { secretsApi } from './api.js';
import { fill, foreign, h } from './dom.js';
import { exactTime, number, timeElement } from './format.js';
import { usesChart } from './chart.js';
import { dataTable, loadedPart, notice, pageHead, problem, routeTo } from './pages.js';
import { deleteSecret, destroyVersion, replaceValue, rollBack } from './secret_actions.js';
import { editSecret } from './secret_form.js';
import { expiryOf } from './secret_list.js';
import { texts } from './texts.js';

function facts(secret) {
  const or = (text, none) => (text ? foreign(text) : h('span', { class: 'quiet' }, none));
  const rows = [
    [texts.secret.mask, h('code', { class: 'mask' }, secret.display ? foreign(secret.display) : '')],
    [texts.secret.tool, or(secret.tool_name, texts.secret.noTool)],
    [texts.secret.arg, or(secret.tool_arg, texts.secret.noArg)],
    [texts.secret.defaultColumn, secret.is_default_for_tool ? texts.yes : texts.no],
    [texts.secret.expiresColumn, expiryOf(secret)],
    [texts.secret.createdColumn, timeElement(secret.created_at)],
    [texts.secret.changed, timeElement(secret.updated_at)],
    [texts.secret.used, timeElement(secret.last_used_at, texts.secret.notUsed)],
    [texts.secret.id, h('code', {}, secret.secret_id)],
  ];
  return h('dl', { class: 'facts' }, rows.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
}

function versionsTable(secret, etag, versions, changed) {
  const button = (label, action, danger) =>
    h('button', { type: 'button', class: danger ? 'quiet-danger' : undefined, onclick: async () => changed(await action()) }, label);
  const actions = (version) =>
    version.current
      ? h('span', { class: 'badge' }, texts.versions.current)
      : h('div', { class: 'row-actions' }, button(texts.versions.rollBack, () => rollBack(secret, etag, version)), button(texts.versions.destroy, () => destroyVersion(secret, version), true));
  const columnsOfVersions = [
    { label: texts.versions.version, cell: (version) => number(version.version) },
    { label: texts.secret.mask, cell: (version) => h('code', { class: 'mask' }, version.display ? foreign(version.display) : '') },
    { label: texts.versions.since, cell: (version) => timeElement(version.created_at) },
    { label: texts.versions.state, cell: actions },
  ];
  return dataTable(texts.versions.title, columnsOfVersions, versions);
}

const outcomeBadge = (use) =>
  use.outcome === 'rejected_upstream'
    ? h('span', { class: 'badge bad' }, texts.uses.rejected)
    : h('span', { class: 'badge' }, texts.uses.released);

function spanOf(use) {
  if (use.count === 1 || use.first_at === use.last_at) return timeElement(use.last_at);
  return [timeElement(use.last_at), h('span', { class: 'quiet' }, ` (${texts.uses.since(exactTime(use.first_at))})`)];
}

const useColumns = [
  { label: texts.uses.tool, cell: (use) => foreign(use.tool_name) },
  { label: texts.uses.outcome, cell: outcomeBadge },
  { label: texts.uses.count, cell: (use) => number(use.count) },
  { label: texts.uses.when, cell: spanOf },
  { label: texts.uses.runtime, cell: (use) => foreign(use.runtime) },
];

async function allUses(id) {
  const uses = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await secretsApi.uses(id, cursor);
    uses.push(...page.data);
    cursor = page.next_cursor ?? null;
  }
  return uses;
}

/** The last rejection of the current value, if there is one: an earlier value's does not matter any more. */
function rejectionOf(uses, versions) {
  const since = versions.find((version) => version.current)?.created_at ?? '';
  return uses.find((use) => use.outcome === 'rejected_upstream' && use.last_at >= since);
}

async function usesPart(id) {
  const [uses, versions] = await Promise.all([allUses(id), secretsApi.versions(id)]);
  if (uses.length === 0) return h('p', { class: 'quiet' }, texts.uses.none);
  const rejected = rejectionOf(uses, versions);
  const warning = rejected && h('div', { class: 'request bad', role: 'note' }, h('p', {}, h('strong', {}, texts.uses.rejectedTitle)), h('p', {}, texts.uses.rejectedText, foreign(rejected.tool_name), ', ', timeElement(rejected.last_at)));
  return [warning, usesChart(uses, Date.now()), dataTable(texts.uses.title, useColumns, uses)];
}

function section(title, text, content) {
  return h('section', {}, h('h2', {}, title), text && h('p', { class: 'quiet' }, text), content);
}

class SecretPage {
  constructor(id, alive) {
    this.id = id;
    this.alive = alive;
    this.place = h('div', {}, h('p', { class: 'quiet loading' }, texts.loading));
    this.read();
  }

  async read() {
    try {
      const { data, etag } = await secretsApi.get(this.id);
      if (!this.alive()) return;
      this.secret = data;
      this.etag = etag;
      this.draw();
    } catch (error) {
      if (this.alive()) fill(this.place, pageHead(texts.secret.title), problem(error, () => this.read()));
    }
  }

  /** Shows an action's outcome. */
  async after(outcome, text) {
    if (outcome === undefined || outcome === false) return;
    if (outcome !== 'reload') notice(text);
    await this.read();
    this.place.querySelector('h1')?.focus();
  }

  draw() {
    const { secret, etag } = this;
    const action = (label, run, kind) => h('button', { type: 'button', class: kind, onclick: run }, label);
    const name = foreign(secret.secret_name);
    const versions = loadedPart(async () => versionsTable(secret, etag, await secretsApi.versions(this.id), (outcome) => this.after(outcome, texts.secret.savedNotice)));
    const uses = loadedPart(() => usesPart(this.id));
    fill(
      this.place,
      h('p', {}, h('a', { href: routeTo(['secrets']) }, texts.secret.back)),
      pageHead(
        name,
        action(texts.secret.edit, async () => this.after(await editSecret(secret, etag), texts.secret.savedNotice)),
        action(texts.replace.title, async () => this.after(await replaceValue(secret, etag), texts.replace.done)),
        action(texts.remove.open, () => this.remove(), 'danger'),
      ),
      facts(secret),
      section(texts.versions.title, texts.versions.text, versions.element),
      section(texts.uses.title, texts.uses.text, uses.element),
    );
    if (document.activeElement === document.body) this.place.querySelector('h1').focus({ preventScroll: true });
  }

  async remove() {
    const outcome = await deleteSecret(this.secret, this.etag);
    if (outcome !== true) return this.after(outcome);
    notice(texts.remove.done);
    location.hash = routeTo(['secrets']);
  }
}

export function secretPage(route, alive) {
  return new SecretPage(route.path[1], alive).place;
}
