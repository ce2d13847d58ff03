// A whole Tacit for the browser's tests: certificates, an identity provider, a store, and the server, all on 127.0.0.1.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeAuthority, makeCertificate } from './certificates.mjs';
import { environment, freePort, startProcess } from './processes.mjs';

const providerScript = fileURLToPath(new URL('../../integration/tokens/identity_provider.mjs', import.meta.url));

export const ann = { id: '6f1c9a4e-8f0e-4b9e-a6a4-0d6f1f4b9b11', name: 'ann', password: 'the password of ann' };
export const bob = { id: '0c7e5b0a-5d0c-4c57-9a5e-2f3f8f6f1c22', name: 'bob', password: 'the password of bob' };

async function startProvider(folder, authority, origin) {
  const port = await freePort();
  const files = makeCertificate(folder, 'provider', authority, 'serverAuth', 'IP:127.0.0.1');
  const path = join(folder, 'provider.json');
  const write = (lifetime) =>
    writeFileSync(path, JSON.stringify({
      port,
      certificate: files.certificate,
      certificate_key: files.key,
      state: join(folder, 'provider-state.json'),
      keys: [{ kid: 'first', alg: 'ES256' }],
      keys_max_age: 3600,
      resources: { [origin]: { format: 'jwt', lifetime } },
      scopes: ['secrets:read', 'secrets:write', 'keys:manage'],
      clients: [{ client_id: 'console', token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: [`${origin}/console/`], post_logout_redirect_uris: [`${origin}/console/`] }],
      introspectors: [],
      accounts: Object.fromEntries([ann, bob].map(({ name, id, password }) => [name, { id, password }])),
      browsers: [origin],
    }));
  write(3600);
  const running = await startProcess('node', [providerScript, path], (line) => line.includes('"event":"ready"'));
  /** Tokens live so long from now on, in seconds. */
  const useLifetime = async (seconds) => {
    write(seconds);
    await running.reload('"event":"keys"');
  };
  return { ...running, issuer: `https://127.0.0.1:${port}`, useLifetime };
}

function writeSettings(folder, settings) {
  const text = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`).join('');
  const path = join(folder, 'tacit.conf');
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

/** One HTTPS request. Returns {status, headers, text, json()}. */
export function ask(url, { method = 'GET', headers = {}, body, tls = {} } = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const all = text === undefined ? headers : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers };
    const request = httpsRequest(url, { method, headers: all, agent: false, ...tls }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (answer += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: answer, json: () => JSON.parse(answer) }));
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** Makes and starts everything. `more` are further settings of the server. */
export async function install(binary, folder, more = {}) {
  const servers = makeAuthority(folder, 'servers');
  const runtimes = makeAuthority(folder, 'runtimes');
  const api = makeCertificate(folder, 'api', servers, 'serverAuth', 'DNS:localhost, IP:127.0.0.1');
  const runtime = makeCertificate(folder, 'runtime', runtimes, 'clientAuth', 'URI:spiffe://test/runtime');
  const apiPort = await freePort();
  const toolPort = await freePort();
  const origin = `https://127.0.0.1:${apiPort}`;
  const provider = await startProvider(folder, servers, origin);
  writeFileSync(join(folder, 'issuers'), `[${provider.issuer}]\naudience = ${origin}\nheaders = authorization token\nca = ${servers.certificate}\n`);
  writeFileSync(join(folder, 'identities'), 'uri:spiffe://test/runtime *\n');
  const settings = {
    'api-listen': `127.0.0.1:${apiPort}`,
    'api-certificate': api.certificate,
    'api-certificate-key': api.key,
    'tool-listen': `127.0.0.1:${toolPort}`,
    'tool-certificate': api.certificate,
    'tool-certificate-key': api.key,
    'tool-client-ca': runtimes.certificate,
    'tool-identities': join(folder, 'identities'),
    store: join(folder, 'store'),
    'map-size': '1G',
    'root-public-keyring': join(folder, 'root-public.keyring'),
    'root-private-keyring': join(folder, 'root-private.keyring'),
    'metadata-keyring': join(folder, 'metadata.keyring'),
    issuers: join(folder, 'issuers'),
    'public-url': origin,
    'console-issuer': provider.issuer,
    'console-client-id': 'console',
    'request-rate': '0',
    'failed-auth-rate': '0',
    'issuer-ask-rate': '0',
    ...more,
  };
  const config = writeSettings(folder, settings);
  const run = (...args) => execFileSync(binary, [...args, '--config', config], { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  run('init');
  const server = await startProcess(binary, ['serve', '--config', config], (line) => line.includes('"event":"ready"'));
  const authority = readFileSync(servers.certificate);
  const asRuntime = { ca: authority, cert: readFileSync(runtime.certificate), key: readFileSync(runtime.key) };

  /** An API key of a tenant; without scopes it has all of the API plane. */
  const createKey = (tenant, ...scopes) => {
    const given = scopes.length > 0 ? scopes : ['secrets:read', 'secrets:write', 'keys:manage'];
    return run('api-key', 'create', '--tenant', tenant, '--name', 'test', ...given.flatMap((scope) => ['--scope', scope]));
  };
  /** A request to the API plane with an API key. */
  const call = (key, method, path, body, headers = {}) => ask(`${origin}${path}`, { method, body, headers: { 'x-api-key': key, ...headers }, tls: { ca: authority } });
  /** A request to the tool plane, as the runtime. */
  const asTool = (path, body) => ask(`https://127.0.0.1:${toolPort}${path}`, { method: 'POST', body, tls: asRuntime });
  /** A tenant of its own: {id, key, create(secret)}. */
  const newTenant = (...scopes) => {
    const id = randomUUID();
    const key = createKey(id, ...scopes);
    const create = async (secret) => {
      const answer = await call(key, 'POST', '/api/v1/secrets/', secret);
      if (answer.status !== 200) throw new Error(`create: ${answer.status} ${answer.text}`);
      return answer.json();
    };
    return { id, key, create };
  };
  /** The running server takes these settings. */
  const reconfigure = async (changes) => {
    writeSettings(folder, { ...settings, ...changes });
    await server.reload('"event":"reloaded');
  };
  /** Allows the tenant so many requests per second. */
  const limitRate = (tenant, rate) => run('limits', 'set', '--tenant', tenant, '--requests-per-second', String(rate), '--request-burst', String(rate));
  return { reconfigure, limitRate, origin, provider, server, call, asTool, newTenant, createKey, authority, folder, binary };
}
