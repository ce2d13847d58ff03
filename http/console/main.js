// The frame of the pages, signing in, and which page the URL names.
import { apiKeysPage } from './api_keys.js';
import { alertPlace, attempt, buttons, closeDialogs, openDialog } from './dialogs.js';
import { announce, fill, foreign, h } from './dom.js';
import { docsPage } from './docs.js';
import { explain } from './errors.js';
import { field } from './forms.js';
import { currentRoute, notice, pageHead, routeTo } from './pages.js';
import { askedByLink, createSecret } from './secret_form.js';
import { secretListPage } from './secret_list.js';
import { secretPage } from './secret_page.js';
import { config, leave, onSession, signInWithKey, signedIn, whoIsIn } from './session.js';
import { leaveForIssuer, renewAtIssuer, returnFromIssuer } from './sign_in.js';
import { texts } from './texts.js';
import { toolPage } from './tool_page.js';

const isDocs = location.pathname.startsWith('/docs');
const start = isDocs ? 'docs' : 'secrets';

const header = h('header', {});
const main = h('main', { id: 'main', tabindex: '-1' });
let generation = 0; // of what main shows
let farewell = ''; // why the last session ended

/** The ways to sign in. `done` is called after an API key was taken. `stays`: the page stays open meanwhile, and `done` is called after a
 *  sign-in at the issuer, too. */
function signInForms(done, { stays = false } = {}) {
  const alert = alertPlace();
  const key = field('api_key', texts.signIn.key, { kind: 'password', hint: texts.signIn.keyHint });
  const withKey = (event) => {
    event.preventDefault();
    const text = key.input.value.trim();
    key.input.value = '';
    key.fault(text === '' ? texts.signIn.noKey : '');
    if (text === '') return key.input.focus();
    // Header fields are bytes: another character would make every request fail.
    if (!/^[\x21-\x7e]+$/.test(text)) return key.fault(texts.signIn.badKey);
    signInWithKey(text);
    done?.();
  };
  const issuerButton = h('button', { type: 'button', class: 'primary' }, texts.signIn.withIssuer);
  const status = h('p', { class: 'quiet', role: 'status' });
  const settle = (error) => {
    fill(status);
    error === null ? done() : alert.show(explain(error));
  };
  const goToIssuer = async () => {
    if (!stays) return leaveForIssuer(location.hash || (isDocs ? routeTo([start]) : ''));
    await renewAtIssuer(settle);
    fill(status, texts.signIn.inWindow);
  };
  issuerButton.addEventListener('click', () => attempt(issuerButton, alert, goToIssuer));
  const offersIssuer = Boolean(config.issuer);
  return [
    alert.element,
    offersIssuer && h('div', { class: 'way' }, h('p', {}, texts.signIn.issuerText), h('p', {}, h('code', {}, config.issuer)), buttons(issuerButton), status),
    h('form', { onsubmit: withKey, novalidate: true, class: 'way' }, key.row, buttons(h('button', { type: 'submit', class: offersIssuer ? undefined : 'primary' }, texts.signIn.withKey))),
  ];
}

function signInPage() {
  const reason = farewell && h('p', { class: 'request', role: 'note' }, farewell);
  return h('div', { class: 'sign-in' }, pageHead(texts.signIn.title), reason, h('p', { class: 'quiet' }, texts.signIn.text), signInForms());
}

/** The session has ended while the page is open: it stays, and goes on after signing in again. */
function signInAgain(reason) {
  openDialog(texts.signIn.again, ({ close }) => [h('p', {}, reason), h('p', { class: 'quiet' }, texts.signIn.againText), signInForms(close, { stays: true }), buttons(h('button', { type: 'button', onclick: leave }, texts.signIn.leave))], { steady: true });
}

function navLink(name, path) {
  const current = (currentRoute().path[0] ?? start) === name;
  return h('li', {}, h('a', { href: routeTo(path), 'aria-current': current ? 'page' : undefined }, texts.nav[name]));
}

function drawHeader() {
  const links = config.console ? [navLink('secrets', ['secrets']), navLink('tool', ['tool']), navLink('api-keys', ['api-keys'])] : [];
  const session = signedIn()
    ? [h('span', { class: 'who' }, foreign(whoIsIn())), h('button', { type: 'button', onclick: leave }, texts.session.signOut)]
    : isDocs && h('button', { type: 'button', onclick: () => openDialog(texts.signIn.title, ({ close }) => [signInForms(close, { stays: true }), buttons(h('button', { type: 'button', onclick: () => close() }, texts.cancel))]) }, texts.signIn.title);
  fill(
    header,
    h('a', { href: '#main', class: 'skip', onclick: skip }, texts.skip),
    h('a', { href: routeTo([start]), class: 'brand' }, texts.brand),
    h('nav', { 'aria-label': texts.nav.label }, h('ul', {}, links, navLink('docs', ['docs']))),
    h('div', { class: 'session' }, session),
  );
}

function skip(event) {
  event.preventDefault();
  main.focus();
}

async function addPage(route, alive) {
  const made = await createSecret(askedByLink(route.query));
  if (!alive()) return;
  if (made) notice(texts.secret.created);
  location.replace(made ? routeTo(['secrets', made.secret_id]) : routeTo(['secrets']));
}

const pagesByName = {
  secrets: (route, alive) => (route.path[1] ? secretPage(route, alive) : secretListPage(route, alive)),
  tool: toolPage,
  'api-keys': apiKeysPage,
  docs: docsPage,
  add: (route, alive) => {
    addPage(route, alive);
    return pageHead(texts.add.title);
  },
};

function pageOf(route, alive) {
  const name = route.path[0] ?? start;
  if (name === 'docs') return docsPage();
  if (!config.console) return [pageHead(texts.notHere), h('p', {}, h('a', { href: routeTo(['docs']) }, texts.nav.docs))];
  if (!signedIn()) return signInPage();
  const page = Object.hasOwn(pagesByName, name) ? pagesByName[name] : null;
  return page ? page(route, alive) : [pageHead(texts.notHere), h('p', {}, h('a', { href: routeTo(['secrets']) }, texts.nav.secrets))];
}

function show() {
  generation += 1;
  const mine = generation;
  drawHeader();
  fill(main, pageOf(currentRoute(), () => mine === generation));
  main.querySelector('h1')?.focus({ preventScroll: true });
  scrollTo(0, 0);
  announce(document.title);
}

onSession((event) => {
  if (event.kind === 'ended') {
    drawHeader();
    signInAgain(event.reason);
    return;
  }
  farewell = event.kind === 'out' ? event.reason : '';
  if (event.kind === 'out' || event.other) closeDialogs();
  // What is typed into an open form, under the dialog that asks to sign in again, stays; so does a request on the page of the API.
  const isTyping = document.querySelectorAll('dialog[open]').length > 1 || (currentRoute().path[0] ?? start) === 'docs';
  if (event.kind === 'in' && isTyping && !event.other) drawHeader();
  else show();
});

function frame() {
  const announcements = h('p', { id: 'announcements', class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  document.body.append(header, main, h('div', { id: 'notices' }), announcements);
}

async function startPage() {
  frame();
  addEventListener('hashchange', () => {
    closeDialogs();
    show();
  });
  // A browser may keep the page for its Back button: without what was typed into it.
  addEventListener('pagehide', () => document.querySelectorAll('.masked, [type="password"]').forEach((input) => (input.value = '')));
  try {
    if (await returnFromIssuer()) return fill(main, pageHead(texts.signIn.title), h('p', {}, texts.signIn.mayClose));
  } catch (error) {
    farewell = explain(error);
  }
  if (generation === 0) show();
}

startPage();
