// Requests to this server's API.
import { ApiError, NoAnswer } from './errors.js';
import { credentialHeaders, credentialRefused } from './session.js';

const timeLimit = 30000; // milliseconds

async function send(method, path, headers, body) {
  try {
    return await fetch(path, {
      method,
      headers,
      body,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeLimit),
    });
  } catch (error) {
    throw new NoAnswer(String(error));
  }
}

async function textOf(response) {
  try {
    return await response.text();
  } catch (error) {
    throw new NoAnswer(String(error));
  }
}

function parsed(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Sends a request with the session's credential. Returns the answer whatever its status. */
export async function rawRequest(method, path, { headers = {}, body } = {}) {
  const all = { ...credentialHeaders(), ...headers };
  if (body !== undefined) all['Content-Type'] = 'application/json';
  const response = await send(method, path, all, body);
  return { status: response.status, headers: response.headers, text: await textOf(response) };
}

/** The answer's JSON and ETag. Throws ApiError, NoAnswer. A 401 also tells the session that its credential has ended. */
export async function request(method, path, { query = {}, body, headers = {} } = {}) {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
  const target = parameters.size === 0 ? path : `${path}?${parameters}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const credential = credentialHeaders();
  const response = await rawRequest(method, target, { headers, body: text });
  const data = parsed(response.text);
  if (response.status >= 200 && response.status < 300) return { data, etag: response.headers.get('ETag') };
  const error = new ApiError(response.status, data?.detail, response.headers);
  if (error.status === 401) credentialRefused(credential);
  throw error;
}

/** A POST that is carried out once, even if its answer is lost and it is sent again. */
async function postOnce(path, body, headers = {}, query = {}) {
  const once = { ...headers, 'Idempotency-Key': crypto.randomUUID() };
  try {
    return await request('POST', path, { body, query, headers: once });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return request('POST', path, { body, query, headers: once });
  }
}

const secretsPath = '/api/v1/secrets/';
const secretPath = (id) => `${secretsPath}${encodeURIComponent(id)}`;
const full = { view: 'full' };
const unchanged = (etag) => (etag ? { 'If-Match': etag } : {});

/** Reads all pages, and shows each as it comes: `page` gets the secrets of one. Ends early if `page` returns false. */
export async function listSecrets(filter, page) {
  for (let cursor = ''; cursor !== null; ) {
    const { data } = await request('GET', secretsPath, { query: { ...full, ...filter, limit: 500, cursor } });
    if (page(data.data) === false) return;
    cursor = data.next_cursor ?? null;
  }
}

export const secretsApi = {
  get: (id) => request('GET', secretPath(id), { query: full }),
  create: (secret) => postOnce(secretsPath, secret, {}, full),
  update: (id, etag, change) => request('PATCH', secretPath(id), { body: change, query: full, headers: unchanged(etag) }),
  remove: (id, etag) => request('DELETE', secretPath(id), { headers: unchanged(etag) }),
  versions: async (id) => (await request('GET', `${secretPath(id)}/versions`)).data.data,
  rollBack: (id, etag, version) => postOnce(`${secretPath(id)}/rollback`, { version }, unchanged(etag)),
  removeVersion: (id, version) => request('DELETE', `${secretPath(id)}/versions/${version}`),
  uses: async (id, cursor) => (await request('GET', `${secretPath(id)}/uses`, { query: { limit: 100, cursor } })).data,
  quota: async () => (await request('GET', '/api/v1/quota')).data,
};

const keysPath = '/api/v1/api-keys/';

export const apiKeysApi = {
  list: async () => (await request('GET', keysPath)).data.data,
  create: async (key) => (await request('POST', keysPath, { body: key })).data,
  revoke: (id) => request('DELETE', `${keysPath}${encodeURIComponent(id)}`),
};
