// Dialogs over the page. The browser keeps the focus inside and gives it back afterwards; Escape closes.
import { h, fill, newId } from './dom.js';
import { explain } from './errors.js';
import { texts } from './texts.js';

/** Opens a dialog. `build` gets {close} and returns its content. Returns {element, close, closed}: `closed` resolves with what
 *  `close` was called with, and with undefined after Escape. */
export function openDialog(title, build, { wide = false, steady = false } = {}) {
  const titleId = newId('title');
  let resolve;
  const closed = new Promise((done) => (resolve = done));
  const element = h('dialog', { 'aria-labelledby': titleId, class: wide ? 'wide' : undefined });
  let answer;
  const close = (value) => {
    answer = value;
    dismiss(element);
  };
  element.addEventListener('cancel', (event) => steady && event.preventDefault());
  // Browsers let the second Escape close a dialog whatever becomes of `cancel`.
  const refuseEscape = (event) => event.key === 'Escape' && event.preventDefault();
  if (steady) addEventListener('keydown', refuseEscape, true);
  element.addEventListener('close', () => {
    removeEventListener('keydown', refuseEscape, true);
    element.remove();
    resolve(answer);
  });
  fill(element, h('h2', { id: titleId }, title), build({ close, element }));
  document.body.append(element);
  element.showModal();
  return { element, close, closed };
}

/** Closes every dialog, as when the person has signed out. */
export function closeDialogs() {
  for (const element of document.querySelectorAll('dialog[open]')) dismiss(element);
}

/** Closes a dialog and takes it out of the page at once: the close event comes later, and what the dialog shows may be secret. */
function dismiss(element) {
  element.close();
  element.remove();
}

/** Buttons at a dialog's or a form's end. */
export function buttons(...children) {
  return h('div', { class: 'buttons' }, children);
}

/** A place for an error, read to users of screen readers when it is set. */
export function alertPlace() {
  const place = h('p', { class: 'alert', role: 'alert', hidden: true });
  return {
    element: place,
    show(content) {
      place.hidden = false;
      fill(place, content);
    },
    hide() {
      place.hidden = true;
      fill(place);
    },
  };
}

/** Runs an action that a button starts: one at a time, with its error in `alert`. Returns whether it succeeded. */
export async function attempt(button, alert, action) {
  if (button.getAttribute('aria-disabled') === 'true') return false;
  button.setAttribute('aria-disabled', 'true');
  alert.hide();
  try {
    await action();
    return true;
  } catch (error) {
    alert.show(explain(error));
    return false;
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/** Asks before something that cannot be undone, and does it. `word`: what has to be typed first, {label, value}. `perform` is
 *  the action, whose error is shown in the dialog; `explained(error, close)` may answer other content for it. Resolves with true when
 *  it is done, and else with false or what `explained` closed the dialog with. */
export async function confirmed({ title, content, label, danger = true, word, perform, explained }) {
  const { closed } = openDialog(title, ({ close }) => {
    const alert = alertPlace();
    const go = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, label);
    const id = newId('word');
    const typed = word && h('input', { id, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off' });
    const ready = () => !word || typed.value.trim() === word.value.trim();
    const act = async () => {
      try {
        await perform();
        close(true);
      } catch (error) {
        const special = explained?.(error, close);
        if (!special) throw error;
        alert.show(special);
      }
    };
    const onsubmit = async (event) => {
      event.preventDefault();
      if (!ready()) {
        alert.show(texts.dialogs.otherWord);
        typed.focus();
        return;
      }
      await attempt(go, alert, act);
    };
    return h(
      'form',
      { onsubmit, novalidate: true },
      content,
      word && h('label', { for: id }, word.label),
      typed,
      alert.element,
      buttons(h('button', { type: 'button', onclick: () => close() }, texts.cancel), go),
    );
  });
  return (await closed) ?? false;
}
