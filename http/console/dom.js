// Making elements. No text is ever read as markup: strings become text nodes.

const svgSpace = 'http://www.w3.org/2000/svg';

function addProperties(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, String(value));
  }
}

/** An element with attributes (`onclick` and the like are listeners) and children; null and undefined are skipped. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  addProperties(element, properties);
  append(element, children);
  return element;
}

/** The same for SVG. */
export function svg(tag, properties = {}, ...children) {
  const element = document.createElementNS(svgSpace, tag);
  addProperties(element, properties);
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Shows these children instead of the present ones. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

let idCount = 0;
/** An id for the page's lifetime, for labels and descriptions. */
export function newId(prefix) {
  idCount += 1;
  return `${prefix}-${idCount}`;
}

// Characters that are invisible or change how the text around them is shown: controls, bidirectional controls, zero widths, tags.
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** Text that another person may have chosen. It cannot change the direction or the place of what is around it; characters that
 *  would be invisible are shown by their numbers. */
export function foreign(text, properties = {}) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(hidden)) {
    parts.push(text.slice(from, found.index));
    const number = found[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    parts.push(h('span', { class: 'hidden-character' }, `U+${number}`));
    from = found.index + found[0].length;
  }
  parts.push(text.slice(from));
  return h('bdi', { class: 'foreign', ...properties }, parts);
}

/** Says something to users of screen readers, and nothing to others. */
export function announce(text) {
  const region = document.getElementById('announcements');
  if (region) region.textContent = text;
}

/** Text in which `code` is between backquotes. */
export function prose(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? h('code', {}, part) : part));
}
