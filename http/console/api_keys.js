// The page of API keys: create one, which is shown once; see scopes, expiry and last use; revoke.
import { apiKeysApi } from './api.js';
import { alertPlace, buttons, confirmed, openDialog } from './dialogs.js';
import { announce, fill, foreign, h, newId } from './dom.js';
import { ApiError } from './errors.js';
import { fromLocalInput, isPast, timeElement } from './format.js';
import { field, sendingForm } from './forms.js';
import { dataTable, emptyState, loadedPart, notice, pageHead } from './pages.js';
import { texts } from './texts.js';

const scopes = ['secrets:read', 'secrets:write', 'keys:manage', 'tools:use'];

/** The boxes of scopes, with one place for their fault. */
function scopeBoxes() {
  const faultId = newId('fault');
  const faultPlace = h('p', { id: faultId, class: 'fault' });
  const boxes = scopes.map((scope) => {
    const id = newId('scope');
    const box = h('input', { type: 'checkbox', id, value: scope, 'aria-describedby': faultId });
    box.checked = scope === 'secrets:read';
    return { box, row: h('div', { class: 'field check' }, box, h('label', { for: id }, h('code', {}, scope), ' ', texts.keys.scopes[scope])) };
  });
  return {
    name: 'scopes',
    row: h('fieldset', {}, h('legend', {}, texts.keys.scopesLabel), boxes.map((each) => each.row), faultPlace),
    input: boxes[0].box,
    fault: (text) => fill(faultPlace, text),
    chosen: () => boxes.filter((each) => each.box.checked).map((each) => each.box.value),
  };
}

/** Shows a new key, for the only time. */
function showKey(made) {
  const id = newId('key');
  openDialog(
    texts.keys.createdTitle,
    ({ close }) => {
      const shown = h('input', { id, readonly: true, class: 'mono', autocomplete: 'off', spellcheck: 'false' });
      shown.value = made.key; // a property: the page's markup never has it
      const state = h('p', { class: 'hint', role: 'status' });
      const copy = async () => {
        try {
          await navigator.clipboard.writeText(made.key);
          fill(state, texts.keys.copied);
        } catch {
          shown.select();
          fill(state, texts.keys.notCopied);
        }
      };
      const done = () => {
        shown.value = '';
        close();
      };
      return [
        h('p', {}, texts.keys.once),
        h('label', { for: id }, texts.keys.key),
        shown,
        state,
        buttons(h('button', { type: 'button', onclick: copy }, texts.keys.copy), h('button', { type: 'button', class: 'primary', onclick: done }, texts.keys.done)),
      ];
    },
    { steady: true },
  );
}

/** Resolves with the new key, or undefined. */
async function createKey() {
  const { closed } = openDialog(texts.keys.createTitle, ({ close }) => {
    const name = field('name', texts.keys.name, { required: true, hint: texts.keys.nameHint });
    const boxes = scopeBoxes();
    const expires = field('expires_at', texts.keys.expires, { kind: 'datetime-local', hint: texts.keys.expiresHint });
    const alert = alertPlace();
    const button = h('button', { type: 'submit', class: 'primary' }, texts.keys.create);
    const send = async () => {
      const body = { name: name.input.value, scopes: boxes.chosen() };
      const expiry = fromLocalInput(expires.input.value);
      if (expiry) body.expires_at = expiry;
      close(await apiKeysApi.create(body));
    };
    const content = [name.row, boxes.row, expires.row, alert.element, buttons(h('button', { type: 'button', onclick: () => close() }, texts.cancel), button)];
    return sendingForm([name, boxes, expires], content, { button, alert, send });
  });
  return closed;
}

function expiry(key) {
  if (isPast(key.expires_at)) return h('span', { class: 'badge bad' }, texts.secret.expired);
  return timeElement(key.expires_at, texts.secret.never);
}

function keyColumns(revoke) {
  return [
    { label: texts.keys.name, cell: (key) => foreign(key.name) },
    { label: texts.keys.id, cell: (key) => h('code', {}, key.key_id) },
    { label: texts.keys.scopesLabel, cell: (key) => key.scopes.map((scope) => [h('code', { class: 'badge' }, scope), ' ']) },
    { label: texts.secret.createdColumn, cell: (key) => timeElement(key.created_at) },
    { label: texts.secret.expiresColumn, cell: expiry },
    { label: texts.secret.used, cell: (key) => timeElement(key.last_used_at, texts.secret.notUsed) },
    { label: texts.keys.actions, cell: (key) => h('button', { type: 'button', class: 'quiet-danger', onclick: () => revoke(key) }, texts.keys.revoke, h('span', { class: 'visually-hidden' }, ' ', foreign(key.name))) },
  ];
}

export function apiKeysPage() {
  const list = loadedPart(async () => {
    try {
      const keys = await apiKeysApi.list();
      if (keys.length > 0) return dataTable(texts.keys.title, keyColumns(revoke), keys);
      return emptyState(texts.keys.none, texts.keys.noneText, h('button', { type: 'button', class: 'primary', onclick: create }, texts.keys.create));
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return emptyState(texts.keys.forbidden, texts.keys.forbiddenText);
      throw error;
    }
  });
  async function create() {
    const made = await createKey();
    if (!made) return;
    showKey(made);
    announce(texts.keys.createdTitle);
    list.reload();
  }
  async function revoke(key) {
    const done = await confirmed({
      title: texts.keys.revokeTitle,
      content: [h('p', {}, foreign(key.name), ' ', h('code', {}, key.key_id)), h('p', {}, texts.keys.revokeText)],
      label: texts.keys.revoke,
      perform: () => apiKeysApi.revoke(key.key_id),
    });
    if (!done) return;
    notice(texts.keys.revoked);
    list.reload();
  }
  const head = pageHead(texts.keys.title, h('button', { type: 'button', class: 'primary', onclick: create }, texts.keys.create));
  return [head, h('p', { class: 'quiet' }, texts.keys.text), list.element];
}
