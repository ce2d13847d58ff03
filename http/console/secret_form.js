// The form of a secret: to create one, also at the request of a link from outside, and to change one.
import { listSecrets, secretsApi } from './api.js';
import { alertPlace, buttons, openDialog } from './dialogs.js';
import { foreign, h } from './dom.js';
import { ApiError, explain } from './errors.js';
import { codePoints, fromLocalInput, toLocalInput } from './format.js';
import { field, sendingForm } from './forms.js';
import { routeTo } from './pages.js';
import { texts } from './texts.js';

/** The field of a value: masked, never filled, emptied when it is sent. Lines are kept, as in private keys. */
export function valueField({ required }) {
  const place = field('secret_value', texts.secret.value, { kind: 'lines', masked: true, required, hint: texts.secret.valueHint });
  place.input.addEventListener('input', () => {
    const length = codePoints(place.input.value);
    place.hint(length === 0 ? texts.secret.valueHint : texts.secret.valueLength(length));
  });
  place.take = () => {
    const text = place.input.value;
    place.input.value = '';
    place.hint(texts.secret.valueTaken);
    return text;
  };
  return place;
}

function bindingFields(secret) {
  return {
    name: field('secret_name', texts.secret.name, { value: secret.secret_name, required: true, hint: texts.secret.nameHint }),
    tool: field('tool_name', texts.secret.tool, { value: secret.tool_name, hint: texts.secret.toolHint }),
    arg: field('tool_arg', texts.secret.arg, { value: secret.tool_arg, hint: texts.secret.argHint }),
    isDefault: field('is_default_for_tool', texts.secret.isDefault, { kind: 'checkbox', value: secret.is_default_for_tool, hint: texts.secret.isDefaultHint }),
    expires: field('expires_at', texts.secret.expires, { kind: 'datetime-local', value: toLocalInput(secret.expires_at), hint: texts.secret.expiresHint }),
  };
}

function bodyOf(fields) {
  return {
    secret_name: fields.name.input.value,
    tool_name: fields.tool.input.value || null,
    tool_arg: fields.arg.input.value || null,
    is_default_for_tool: fields.isDefault.input.checked,
    expires_at: fromLocalInput(fields.expires.input.value),
  };
}

/** A request from a link: shown as one, without stars. */
function requestNotice(asked) {
  return h(
    'div',
    { class: 'request', role: 'note' },
    h('p', {}, h('strong', {}, texts.add.fromOutside)),
    h('p', {}, texts.add.check),
    asked.refused.length > 0 && h('p', {}, texts.add.noStars(asked.refused.join(', '))),
  );
}

/** What the link asks for, as values of the form. A link may name one tool, never a pattern. */
export function askedByLink(query) {
  const refused = [];
  const take = (name, label) => {
    const text = query.get(name) ?? '';
    if (!text.includes('*')) return text;
    refused.push(label);
    return '';
  };
  const tool = take('tool_name', texts.secret.tool);
  const arg = take('tool_arg', texts.secret.arg);
  return { secret: { tool_name: tool, tool_arg: arg, is_default_for_tool: tool !== '' && arg !== '' }, refused };
}

/** The second question before a request from outside is stored. Resolves with whether the person agrees. */
async function agreed(body) {
  const { closed } = openDialog(texts.add.confirmTitle, ({ close }) => [
    h(
      'dl',
      {},
      h('dt', {}, texts.secret.name),
      h('dd', {}, foreign(body.secret_name)),
      h('dt', {}, texts.secret.tool),
      h('dd', {}, body.tool_name ? foreign(body.tool_name) : texts.secret.noTool),
      h('dt', {}, texts.secret.arg),
      h('dd', {}, body.tool_arg ? foreign(body.tool_arg) : texts.secret.noArg),
    ),
    h('p', {}, texts.add.confirmText),
    buttons(
      h('button', { type: 'button', onclick: () => close(false) }, texts.cancel),
      h('button', { type: 'button', class: 'primary', onclick: () => close(true) }, texts.add.confirm),
    ),
  ]);
  return (await closed) === true;
}

/** The default secret for the tool and argument of a new one; undefined if there is none, or it cannot be found. An expired secret, which a
 *  tool reports as missing, keeps its place, too. */
async function presentDefault({ tool_name: tool, tool_arg: arg, is_default_for_tool: isDefault }) {
  let found;
  if (!isDefault || !tool || tool.includes('*')) return found;
  const look = (secrets) => (found ??= secrets.find((each) => each.is_default_for_tool && each.tool_name === tool && each.tool_arg === arg)) === undefined;
  await listSecrets({ tool_name: tool }, look).catch(() => undefined);
  return found;
}

/** Creates a secret. `asked`: {secret, refused} of askedByLink, the request of a link; with `own`, the person's own wish. Resolves with
 *  the secret, or undefined. */
export async function createSecret(asked) {
  const outside = asked && !asked.own;
  const { closed } = openDialog(texts.secret.create, ({ close }) => {
    const fields = bindingFields(asked?.secret ?? {});
    const value = valueField({ required: true });
    const alert = alertPlace();
    const button = h('button', { type: 'submit', class: 'primary' }, texts.secret.store);
    let present; // the secret that is in the way
    const send = async () => {
      const body = bodyOf(fields);
      if (outside && !(await agreed(body))) return;
      try {
        const { data } = await secretsApi.create({ ...body, secret_value: value.take() });
        close(data);
      } catch (error) {
        present = error.status === 409 ? await presentDefault(body) : undefined;
        throw error;
      }
    };
    const explained = (error) => present && [explain(error), ' ', texts.secret.present, ' ', h('a', { href: routeTo(['secrets', present.secret_id]) }, foreign(present.secret_name))];
    const content = [
      outside && requestNotice(asked),
      fields.name.row,
      value.row,
      fields.tool.row,
      fields.arg.row,
      fields.isDefault.row,
      fields.expires.row,
      alert.element,
      buttons(h('button', { type: 'button', onclick: () => close() }, texts.cancel), button),
    ];
    return sendingForm([...Object.values(fields), value], content, { button, alert, send, explained });
  });
  return closed;
}

/** What the person has changed, for a PATCH. */
function changesOf(fields) {
  const body = bodyOf(fields);
  return Object.fromEntries(Object.values(fields).filter((each) => each.changed()).map((each) => [each.name, body[each.name]]));
}

/** For 412: what happened, and a way to go on. */
export function changedMeanwhile(error, close) {
  if (!(error instanceof ApiError) || error.status !== 412) return null;
  return [texts.errors.changed, ' ', h('button', { type: 'button', onclick: () => close('reload') }, texts.secret.loadAgain)];
}

/** A field of a value that is shown once the server asks for it: where values are sealed to their tool and argument, a change of
 *  these needs the value. */
function valueIfNeeded() {
  const place = valueField({ required: true });
  const showFault = place.fault;
  const slot = h('div', {});
  const fault = (text) => {
    if (text) slot.append(place.row);
    showFault(text);
  };
  return { ...place, row: slot, fault };
}

/** Changes everything but the value, unless the server asks for it. Resolves with the secret, 'reload', or undefined. */
export async function editSecret(secret, etag) {
  const { closed } = openDialog(texts.secret.editTitle, ({ close }) => {
    const fields = bindingFields(secret);
    const value = valueIfNeeded();
    const alert = alertPlace();
    const button = h('button', { type: 'submit', class: 'primary' }, texts.secret.save);
    const send = async () => {
      const change = changesOf(fields);
      if (value.input.value !== '') change.secret_value = value.take();
      const { data } = await secretsApi.update(secret.secret_id, etag, change);
      close(data);
    };
    const content = [
      ...Object.values(fields).map((each) => each.row),
      value.row,
      alert.element,
      buttons(h('button', { type: 'button', onclick: () => close() }, texts.cancel), button),
    ];
    return sendingForm([...Object.values(fields), value], content, { button, alert, send, explained: (error) => changedMeanwhile(error, close) });
  });
  return closed;
}
