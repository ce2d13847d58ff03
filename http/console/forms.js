// Fields of forms, and the server's faults at them.
import { attempt } from './dialogs.js';
import { fill, h, newId } from './dom.js';
import { ApiError, explain } from './errors.js';
import { texts } from './texts.js';

// What browsers and password managers must not remember, complete, correct or send to a spelling service.
const untouched = { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'data-1p-ignore': true, 'data-lpignore': 'true' };

/** A labelled field: {row, input, name, changed(), unfinished(), fault(text), hint(text)}. `kind` is text, lines, or an input's type. */
export function field(name, label, { kind = 'text', value = '', hint = '', required = false, masked = false, ...more } = {}) {
  const id = newId('field');
  const hintId = `${id}-hint`;
  const faultId = `${id}-fault`;
  const properties = { id, name, ...untouched, 'aria-describedby': `${hintId} ${faultId}`, 'aria-required': required || undefined, ...more };
  if (masked) properties.class = 'masked';
  const input = kind === 'lines' ? h('textarea', { rows: 3, ...properties }) : h('input', { type: kind, ...properties });
  if (kind === 'checkbox') input.checked = Boolean(value);
  else input.value = value ?? '';
  const current = () => (kind === 'checkbox' ? input.checked : input.value);
  const initial = current(); // what the browser made of the value: an input has no line ends, and no seconds
  const hintPlace = h('p', { id: hintId, class: 'hint' }, hint);
  const faultPlace = h('p', { id: faultId, class: 'fault' });
  const title = h('label', { for: id }, label, required && h('span', { class: 'required' }, ` ${texts.forms.required}`));
  const row = kind === 'checkbox'
    ? h('div', { class: 'field check' }, input, title, hintPlace, faultPlace)
    : h('div', { class: 'field' }, title, hintPlace, input, faultPlace);
  return {
    row,
    input,
    name,
    changed: () => current() !== initial,
    // Browsers give half a date as an empty text, which would mean that there is none.
    unfinished: () => input.validity.badInput,
    hint: (text) => fill(hintPlace, text),
    fault(text) {
      fill(faultPlace, text);
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
  };
}

/** Puts each fault of a 422 at its field. Returns the faults of no field, as texts. */
export function placeFaults(fields, faults) {
  const rest = [];
  let first = null;
  for (const fault of faults) {
    const place = fields.find((each) => each.name === fault.loc?.[1]);
    if (!place) {
      rest.push(`${(fault.loc ?? []).join(' › ')}: ${fault.msg}`);
      continue;
    }
    place.fault(texts.forms.fault(fault));
    first ??= place;
  }
  first?.input.focus();
  return rest;
}

/** A form that sends. `send` does it and throws what went wrong, `explained(error)` may answer other content for the error. */
export function sendingForm(fields, content, { button, alert, send, explained }) {
  const showError = (error) => {
    const special = explained?.(error);
    if (special) return alert.show(special);
    const rest = error instanceof ApiError ? placeFaults(fields, error.faults) : [];
    alert.show(rest.length > 0 ? [explain(error), h('br'), rest.join(' ')] : explain(error));
  };
  const onsubmit = (event) => {
    event.preventDefault();
    for (const each of fields) each.fault('');
    const unfinished = fields.filter((each) => each.unfinished?.());
    for (const each of unfinished) each.fault(texts.forms.unfinished);
    if (unfinished.length > 0) return unfinished[0].input.focus();
    attempt(button, alert, async () => {
      try {
        await send();
      } catch (error) {
        showError(error);
      }
    });
  };
  return h('form', { onsubmit, novalidate: true }, content);
}
