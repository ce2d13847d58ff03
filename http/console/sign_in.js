// Signing in: OpenID Connect with an authorization code and PKCE (RFC 6749, RFC 7636, OpenID Connect Core), or an API key.
import { Explained } from './errors.js';
import { config, onSession, signInWithToken } from './session.js';
import { texts } from './texts.js';

const kept = 'tacit-sign-in';
const ownWindow = 'again.'; // begins the state of a sign-in in a window of its own
const windows = new BroadcastChannel(kept); // to windows of this origin: the page's headers cut its ties to the issuer's window
let renewal = null; // {attempt, settle}: the sign-in that this page has begun in a window of its own
const redirectUri = () => `${location.origin}/console/`;

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const randomText = (size) => base64url(crypto.getRandomValues(new Uint8Array(size)));
const sha256 = async (text) => new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));

/** Whether the issuer's URL, from its metadata, is one that this page may use: the content security policy allows its origin alone. */
function atIssuer(url) {
  try {
    return new URL(url).origin === new URL(config.issuer).origin;
  } catch {
    return false;
  }
}

async function askIssuer(url, options, what) {
  let response;
  try {
    response = await fetch(url, { cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', ...options });
  } catch {
    throw new Explained(texts.signIn.issuerSilent(what));
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Explained(texts.signIn.issuerRefuses(answer.error_description ?? answer.error ?? response.status));
  return answer;
}

async function discover() {
  const url = `${config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = await askIssuer(url, {}, texts.signIn.itsMetadata);
  if (found.issuer !== config.issuer) throw new Explained(texts.signIn.otherIssuer);
  if (!atIssuer(found.token_endpoint)) throw new Explained(texts.signIn.otherOrigin);
  return found;
}

/** `hash` is where to return to. */
const newAttempt = (hash, mark = '') => ({ state: mark + randomText(24), nonce: randomText(24), verifier: randomText(48), hash });

async function authorizationUrl(attempt) {
  const issuer = await discover();
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.client_id,
    redirect_uri: redirectUri(),
    scope: config.scope,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: base64url(await sha256(attempt.verifier)),
    code_challenge_method: 'S256',
  });
  if (config.resource) query.set('resource', config.resource);
  const target = new URL(issuer.authorization_endpoint);
  if (target.protocol !== 'https:') throw new Explained(texts.signIn.otherOrigin);
  for (const [name, value] of query) target.searchParams.set(name, value);
  return target;
}

/** Leaves this page for the issuer's. `hash` is where to return to. */
export async function leaveForIssuer(hash) {
  const attempt = newAttempt(hash);
  const target = await authorizationUrl(attempt);
  sessionStorage.setItem(kept, JSON.stringify(attempt));
  location.assign(target);
}

/** Signs in again in a window of its own: this page, and what is typed into it, stays. Only a click may call this, because browsers
 *  open no other windows. `settle` is called with null when the person is in, and else with the error. Throws Explained. */
export async function renewAtIssuer(settle) {
  const other = open('', '_blank', 'popup,width=520,height=720');
  if (other === null) throw new Explained(texts.signIn.noWindow);
  const attempt = newAttempt('', ownWindow);
  try {
    const target = await authorizationUrl(attempt);
    renewal = { attempt, settle };
    other.location.replace(target);
  } catch (error) {
    other.close();
    throw error;
  }
}

/** The end of the session at the issuer too (OpenID Connect RP-Initiated Logout); without a token, which has no place in a URL, so the
 *  issuer asks the person. Empty if it has none. */
function endOfSession(issuer) {
  let url;
  try {
    url = new URL(issuer.end_session_endpoint);
  } catch {
    return '';
  }
  if (url.protocol !== 'https:') return '';
  url.searchParams.set('client_id', config.client_id);
  url.searchParams.set('post_logout_redirect_uri', redirectUri());
  return url.href;
}

/** The claims of an identity token that came from the token endpoint itself, whose signature is therefore not needed
 *  (OpenID Connect Core, section 3.1.3.7, step 6). */
function claimsOf(token, nonce) {
  let claims;
  try {
    const text = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
  } catch {
    throw new Explained(texts.signIn.wrongIdentity);
  }
  const audiences = [claims.aud].flat();
  const right = claims.iss === config.issuer && audiences.includes(config.client_id) && claims.nonce === nonce;
  const otherParty = (claims.azp ?? config.client_id) !== config.client_id;
  const lasts = claims.exp * 1000 > Date.now() - 60000; // also false without exp
  if (!right || otherParty || !lasts) throw new Explained(texts.signIn.wrongIdentity);
  return claims;
}

/** `from` is the issuer that the answer names (RFC 9207), null if it names none. */
async function redeem(code, from, attempt) {
  const issuer = await discover();
  const unnamed = from === null && issuer.authorization_response_iss_parameter_supported === true;
  if (unnamed) throw new Explained(texts.signIn.otherIssuer);
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri(),
    client_id: config.client_id,
    code_verifier: attempt.verifier,
  });
  if (config.resource) form.set('resource', config.resource);
  const answer = await askIssuer(issuer.token_endpoint, { method: 'POST', body: form }, texts.signIn.itsToken);
  if (typeof answer.access_token !== 'string') throw new Explained(texts.signIn.issuerRefuses(texts.signIn.noToken));
  const claims = claimsOf(answer.id_token ?? '', attempt.nonce);
  const who = claims.preferred_username ?? claims.email ?? claims.name ?? claims.sub;
  signInWithToken(answer.access_token, Number(answer.expires_in) || 0, { name: String(who), subject: String(claims.sub), exit: endOfSession(issuer) });
}

/** The sign-in that this tab has begun, once; null if there is none. */
function takeAttempt() {
  const text = sessionStorage.getItem(kept);
  sessionStorage.removeItem(kept);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Takes the issuer's answer to `attempt`. Throws Explained. */
async function take(answer, attempt) {
  if (attempt === null || answer.get('state') !== attempt.state) throw new Explained(texts.signIn.otherState);
  if (answer.has('iss') && answer.get('iss') !== config.issuer) throw new Explained(texts.signIn.otherIssuer);
  if (answer.has('error')) {
    throw new Explained(texts.signIn.issuerRefuses(answer.get('error_description') ?? answer.get('error')));
  }
  if (!answer.has('code')) throw new Explained(texts.signIn.otherState);
  await redeem(answer.get('code'), answer.get('iss'), attempt);
}

onSession(() => {
  renewal = null;
});
windows.addEventListener('message', async ({ data }) => {
  const answer = new URLSearchParams(typeof data?.answer === 'string' ? data.answer : '');
  if (renewal === null || answer.get('state') !== renewal.attempt.state) return;
  const { attempt, settle } = renewal;
  renewal = null;
  windows.postMessage({ taken: attempt.state });
  try {
    await take(answer, attempt);
    settle(null);
  } catch (error) {
    settle(error);
  }
});

/** Gives the issuer's answer to the page that has begun this sign-in, and closes this window. Throws Explained if there is none. */
async function handOver(answer) {
  const taken = new Promise((done) => {
    windows.addEventListener('message', ({ data }) => data?.taken === answer.get('state') && done(true));
    setTimeout(() => done(false), 3000);
  });
  windows.postMessage({ answer: answer.toString() });
  if (!(await taken)) throw new Explained(texts.signIn.otherState);
  window.close();
}

/** Handles the issuer's answer, if this page was opened with one, and takes it out of the URL. Returns whether this window was opened
 *  for it alone, and has nothing more to show. Throws Explained. */
export async function returnFromIssuer() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state') && !answer.has('code') && !answer.has('error')) return false;
  if (answer.get('state')?.startsWith(ownWindow)) {
    history.replaceState(null, '', location.pathname);
    await handOver(answer);
    return true;
  }
  const attempt = takeAttempt();
  history.replaceState(null, '', `${location.pathname}${attempt?.hash ?? ''}`);
  await take(answer, attempt);
  return false;
}
