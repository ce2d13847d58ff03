// The credential of the person at this page. It is in memory alone: not in storage, not in the URL. It ends with the page, at its
// expiry, when the server refuses it, when the person signs out, and after idle time.
import { texts } from './texts.js';

const idleLimit = 15 * 60 * 1000; // milliseconds

/** What the server says to this page (http/console/console_pages.cpp). */
export const config = JSON.parse(document.querySelector('meta[name="tacit-config"]')?.content || '{}');

let credential = null; // { headers, who, kind, expires, subject, exit }
let former = null; // the one that has ended, while the page that it opened is still shown
let timers = [];
const listeners = new Set();

function tell(event) {
  for (const listener of listeners) listener(event);
}

/** Calls back with {kind: 'in'|'out'|'ended', reason, other}; `other`: another person than before signs in again. */
export function onSession(listener) {
  listeners.add(listener);
}

export const signedIn = () => credential !== null;
export const whoIsIn = () => credential?.who ?? '';
export const credentialHeaders = () => credential?.headers ?? {};

function stopTimers() {
  for (const timer of timers) clearTimeout(timer);
  timers = [];
}

let idleTimer = 0;
let lastMove = 0;

/** Whether the session is over. A laptop that slept runs its timers late, so the clock decides. */
function isOver(now) {
  if (lastMove > 0 && now - lastMove >= idleLimit) signOut(texts.session.idle);
  else if (credential !== null && credential.expires <= now) end(texts.session.expired);
  else return false;
  return true;
}

function moved() {
  const now = Date.now();
  if ((credential ?? former) === null || isOver(now) || now - lastMove < 1000) return;
  lastMove = now;
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => signOut(texts.session.idle), idleLimit);
}
for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart']) addEventListener(event, moved, { passive: true });

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) isOver(Date.now());
});

function begin(next) {
  stopTimers();
  const other = Boolean(former?.subject && next.subject && former.subject !== next.subject);
  credential = next;
  former = null;
  lastMove = 0;
  moved();
  const left = next.expires - Date.now();
  if (Number.isFinite(left)) timers.push(setTimeout(() => end(texts.session.expired), Math.min(left, 2 ** 31 - 1)));
  tell({ kind: 'in', other });
}

export function signInWithKey(key) {
  begin({ kind: 'key', headers: { 'x-api-key': key }, who: texts.session.byKey, expires: Infinity });
}

/** `lifetime` in seconds. Of the person: the name to show, the subject, and the URL that ends the session at the issuer, or none. */
export function signInWithToken(token, lifetime, { name, subject, exit }) {
  const headers = config.header === 'token' ? { token } : { Authorization: `Bearer ${token}` };
  const expires = lifetime > 0 ? Date.now() + lifetime * 1000 : Infinity;
  begin({ kind: 'token', headers, who: name, expires, subject, exit });
}

/** The person leaves: nothing that was shown stays. */
export function signOut(reason) {
  if ((credential ?? former) === null) return;
  stopTimers();
  clearTimeout(idleTimer);
  credential = null;
  former = null;
  tell({ kind: 'out', reason });
}

/** The person signs out, also at the issuer: the next person at this machine has to sign in there. */
export function leave() {
  const { exit } = credential ?? former ?? {};
  signOut(texts.session.left);
  if (exit) location.assign(exit);
}

/** The credential has ended, and the person has not left: the page stays for the idle time, and asks for another. */
function end(reason) {
  if (credential === null) return;
  stopTimers();
  former = credential;
  credential = null;
  tell({ kind: 'ended', reason });
}

/** The server has answered 401 to a request with these headers. Those of an earlier session do not end this one. */
export function credentialRefused(headers) {
  if (credential?.headers === headers) end(texts.session.refused);
}
