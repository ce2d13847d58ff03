// A client of the identity provider: gets access tokens by the flows of OAuth 2.0, and revokes them.
//
//   node identity_client.mjs ISSUER REQUESTS
//
// REQUESTS is a JSON array. Prints a JSON array with the answer to each, in the order given:
//   {"flow": "client_credentials", client, resource, scope}             → the token endpoint's answer
//   {"flow": "authorization_code", client, resource, scope, user, password}   → the same, by PKCE with S256 (RFC 7636)
//   {"flow": "revoke", client, token}                                   → {}
// A client is {id, secret, redirect_uri}; without a secret it is a public one. `resource` may be left out. Ends with 1 and a
// message if a response is unexpected. NODE_EXTRA_CA_CERTS names the authority that signed the provider's certificate.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { text as textOf } from 'node:stream/consumers';

const [issuer, requests] = process.argv.slice(2);

function check(condition, message) {
  if (!condition) throw new Error(message);
}

const discovered = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
check(discovered.issuer === issuer, `the issuer says that it is ${discovered.issuer}`);

// A secret in a Basic credential is form-encoded first (RFC 6749, section 2.3.1).
function authentication({ id, secret }) {
  if (!secret) return {};
  const encoded = [id, secret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length)).join(':');
  return { Authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
}

// Omits undefined fields.
const form = (fields) => new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== undefined));

async function post(endpoint, client, fields) {
  const body = form({ ...fields, client_id: client.secret ? undefined : client.id });
  const response = await fetch(endpoint, { method: 'POST', headers: authentication(client), body });
  const text = await response.text();
  check(response.ok, `${endpoint}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

function clientCredentials({ client, resource, scope }) {
  return post(discovered.token_endpoint, client, { grant_type: 'client_credentials', resource, scope });
}

// One request over node:https, which does not follow redirections and separates cookies; fetch of Node.js 18 joins them.
async function ask(url, { method, headers, body }) {
  const request = httpsRequest(url, { method, headers, agent: false });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

// Cookies of one host, each sent to its path only, like in browsers: the provider uses one name for several paths.
class Browser {
  cookies = new Map();

  async visit(url, fields) {
    const { pathname } = new URL(url);
    const cookie = [...this.cookies.values()]
      .filter(({ path }) => path === '/' || pathname === path || pathname.startsWith(`${path}/`))
      .map(({ pair }) => pair)
      .join('; ');
    const response = await ask(url, {
      method: fields ? 'POST' : 'GET',
      headers: fields ? { cookie, 'Content-Type': 'application/x-www-form-urlencoded' } : { cookie },
      body: fields && form(fields).toString(),
    });
    for (const line of response.headers['set-cookie'] ?? []) this.keep(line);
    return response;
  }

  keep(line) {
    const [pair, ...attributes] = line.split('; ');
    const attribute = (name) => attributes.find((a) => a.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const path = attribute('path') ?? '/';
    const key = `${pair.split('=')[0]} ${path}`;
    if (Date.parse(attribute('expires')) < Date.now()) this.cookies.delete(key);
    else this.cookies.set(key, { path, pair });
  }
}

// Follows redirections and answers the provider's questions until it sends the browser back to the client. Returns that URL.
async function authorize(url, { client, user, password }) {
  const browser = new Browser();
  const asked = [];
  for (let next = url; ; ) {
    let response = await browser.visit(next);
    if (response.status === 200) {
      const { prompt } = JSON.parse(response.text);
      asked.push(prompt);
      check(asked.length <= 2, `the provider asks too much: ${asked}`);
      response = await browser.visit(next, prompt === 'login' ? { user, password } : { agreed: 'yes' });
    }
    const { location } = response.headers;
    check(location, `${next}: ${response.status} ${response.text}`);
    next = new URL(location, next).href;
    if (next.startsWith(client.redirect_uri)) {
      check(`${asked}` === 'login,consent', `the user was asked for: ${asked}`);
      return new URL(next).searchParams;
    }
  }
}

async function authorizationCode(request) {
  const { client, resource, scope } = request;
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const query = form({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirect_uri,
    scope: `openid offline_access ${scope}`,
    prompt: 'consent', // required for a refresh token
    resource,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await authorize(`${discovered.authorization_endpoint}?${query}`, request);
  check(answer.get('code'), `no code: ${answer}`);
  check(answer.get('state') === state, 'another state came back');
  check(answer.get('iss') === issuer, 'another issuer answers');
  return post(discovered.token_endpoint, client, {
    grant_type: 'authorization_code',
    code: answer.get('code'),
    redirect_uri: client.redirect_uri,
    code_verifier: verifier,
    resource,
  });
}

function revoke({ client, token }) {
  return post(discovered.revocation_endpoint, client, { token });
}

const flows = { client_credentials: clientCredentials, authorization_code: authorizationCode, revoke };
const answers = [];
for (const request of JSON.parse(requests)) {
  check(Object.hasOwn(flows, request.flow), `no such flow: ${request.flow}`);
  answers.push(await flows[request.flow](request));
}
console.log(JSON.stringify(answers));
