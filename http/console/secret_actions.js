// What can be done with one secret: replace its value, go back to an earlier one, destroy an earlier one, delete it.
import { secretsApi } from './api.js';
import { alertPlace, buttons, confirmed, openDialog } from './dialogs.js';
import { foreign, h } from './dom.js';
import { codePoints } from './format.js';
import { field, sendingForm } from './forms.js';
import { changedMeanwhile, valueField } from './secret_form.js';
import { texts } from './texts.js';

/** Resolves with the secret, 'reload', or undefined. */
export async function replaceValue(secret, etag) {
  const { closed } = openDialog(texts.replace.title, ({ close }) => {
    const value = valueField({ required: true });
    const discard = field('discard_previous', texts.replace.discard, { kind: 'checkbox', hint: texts.replace.discardHint });
    const alert = alertPlace();
    const button = h('button', { type: 'submit', class: 'primary' }, texts.replace.go);
    const send = async () => {
      const change = { secret_value: value.take() };
      if (discard.input.checked) change.discard_previous = true;
      const { data } = await secretsApi.update(secret.secret_id, etag, change);
      close(data);
    };
    const content = [
      h('p', {}, texts.replace.of, foreign(secret.secret_name)),
      value.row,
      discard.row,
      alert.element,
      buttons(h('button', { type: 'button', onclick: () => close() }, texts.cancel), button),
    ];
    return sendingForm([value, discard], content, { button, alert, send, explained: (error) => changedMeanwhile(error, close) });
  });
  return closed;
}

/** Makes an earlier value current. Resolves with whether it did, or with 'reload'. */
export function rollBack(secret, etag, version) {
  return confirmed({
    title: texts.versions.rollBackTitle,
    content: h('p', {}, texts.versions.rollBackText(version.version), ' ', h('code', {}, foreign(version.display ?? ''))),
    label: texts.versions.rollBack,
    danger: false,
    perform: () => secretsApi.rollBack(secret.secret_id, etag, version.version),
    explained: changedMeanwhile,
  });
}

export function destroyVersion(secret, version) {
  return confirmed({
    title: texts.versions.destroyTitle,
    content: h('p', {}, texts.versions.destroyText(version.version)),
    label: texts.versions.destroy,
    perform: () => secretsApi.removeVersion(secret.secret_id, version.version),
  });
}

/** What has to be typed to delete it: its name; for a name that can hardly be typed, the end of its id. */
function wordFor(secret) {
  const name = secret.secret_name;
  const typable = codePoints(name) <= 64 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name);
  if (typable) return { label: texts.remove.typeName, value: name };
  return { label: texts.remove.typeId(secret.secret_id), value: secret.secret_id.slice(-8) };
}

/** Resolves with whether it is deleted, or with 'reload'. */
export function deleteSecret(secret, etag) {
  return confirmed({
    title: texts.remove.title,
    content: [h('p', {}, foreign(secret.secret_name)), h('p', {}, texts.remove.text)],
    label: texts.remove.go,
    word: wordFor(secret),
    perform: () => secretsApi.remove(secret.secret_id, etag),
    explained: changedMeanwhile,
  });
}
