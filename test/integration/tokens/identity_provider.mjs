// A certified OpenID Connect provider, npm's oidc-provider, over TLS on 127.0.0.1.
//
//   node identity_provider.mjs CONFIGURATION.json
//
// The configuration, an object:
//   port, certificate, certificate_key   where to listen, and with which PEM files
//   state          a file for the state across restarts: private keys and tokens. Created if it does not exist
//   keys           [{kid, alg}], published in this order; the first key of each algorithm signs. Created when first named
//   keys_max_age   seconds that clients may cache the key set
//   resources      {indicator: {format: "jwt" | "opaque", alg, lifetime}}: the access tokens for each resource
//   scopes         names of the scopes of every resource
//   clients        as in OpenID Connect Dynamic Client Registration
//   introspectors  ids of the clients that may introspect
//   accounts       {user name: {id, password}}
//   browsers       origins whose pages may ask for tokens; none if it is left out
// Prints {"event":"ready","issuer":…,"keys":[kid…]} when it listens. On SIGHUP it reads the configuration again, takes its keys
// and prints {"event":"keys","keys":[kid…]}. Ends on SIGTERM.
import Provider from 'oidc-provider';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';

const configurationFile = process.argv[2];
const readConfiguration = () => JSON.parse(readFileSync(configurationFile, 'utf8'));
let configuration = readConfiguration();
const issuer = `https://127.0.0.1:${configuration.port}`;

const state = existsSync(configuration.state)
  ? JSON.parse(readFileSync(configuration.state, 'utf8'))
  : { cookieKey: randomBytes(32).toString('base64url'), keys: {}, models: {} };

// Replaces the file atomically, because the process may be killed at any time.
function saveState() {
  writeFileSync(`${configuration.state}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${configuration.state}.new`, configuration.state);
}

// The provider's state (sessions, grants, codes, tokens) is in one object, by kind and id, which is written to the file after
// every change.
class StateAdapter {
  constructor(kind) {
    this.kept = (state.models[kind] ??= {});
  }
  async upsert(id, payload) {
    this.kept[id] = payload;
    saveState();
  }
  async find(id) {
    return this.kept[id];
  }
  async findByUid(uid) {
    return Object.values(this.kept).find((payload) => payload.uid === uid);
  }
  async consume(id) {
    this.kept[id].consumed = Math.floor(Date.now() / 1000);
    saveState();
  }
  async destroy(id) {
    delete this.kept[id];
    saveState();
  }
  async revokeByGrantId(grantId) {
    for (const [id, payload] of Object.entries(this.kept)) {
      if (payload.grantId === grantId) delete this.kept[id];
    }
    saveState();
  }
}

const keyKinds = {
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  EdDSA: ['ed25519', {}],
  RS256: ['rsa', { modulusLength: 2048 }],
  RS384: ['rsa', { modulusLength: 2048 }],
  RS512: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  PS384: ['rsa', { modulusLength: 2048 }],
  PS512: ['rsa', { modulusLength: 2048 }],
};

function signingKey({ kid, alg }) {
  if (!state.keys[kid]) {
    const [type, options] = keyKinds[alg];
    state.keys[kid] = { ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
    saveState();
  }
  return state.keys[kid];
}

function resourceServer(indicator) {
  const { format, alg = 'ES256', lifetime = 3600 } = configuration.resources[indicator];
  return {
    audience: indicator,
    scope: configuration.scopes.join(' '),
    accessTokenFormat: format,
    accessTokenTTL: lifetime,
    jwt: format === 'jwt' ? { sign: { alg } } : undefined,
  };
}

function makeProvider() {
  const lifetime = (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 3600;
  const provider = new Provider(issuer, {
    adapter: StateAdapter,
    jwks: { keys: configuration.keys.map(signingKey) },
    cookies: { keys: [state.cookieKey] },
    clients: configuration.clients,
    clientDefaults: { id_token_signed_response_alg: configuration.keys[0].alg },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(keyKinds) },
    scopes: ['openid', 'offline_access'],
    ttl: { AccessToken: lifetime, ClientCredentials: lifetime, IdToken: 3600, RefreshToken: 3600, Interaction: 600, Session: 3600, Grant: 3600 },
    findAccount: async (_ctx, id) =>
      Object.values(configuration.accounts).some((account) => account.id === id)
        ? { accountId: id, claims: async () => ({ sub: id }) }
        : undefined,
    clientBasedCORS: (_ctx, origin) => (configuration.browsers ?? []).includes(origin),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_ctx, client) => configuration.introspectors.includes(client.clientId),
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async (_ctx, indicator) => resourceServer(indicator),
      },
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/jwks') ctx.set('Cache-Control', `public, max-age=${configuration.keys_max_age}`);
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider;
}

async function readForm(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

async function grantWhatIsAsked({ session, params }, provider) {
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid offline_access');
  for (const indicator of [params.resource].flat().filter(Boolean)) grant.addResourceScope(indicator, params.scope);
  return grant.save();
}

// The pages for the user between the request for authorization and the grant: first to log in, then to consent. GET returns
// which of the two it is, POST submits it.
async function interact(provider, request, response) {
  const details = await provider.interactionDetails(request, response);
  const { name } = details.prompt;
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify({ prompt: name }));
  }
  const form = await readForm(request);
  if (name === 'consent') {
    const consent = { grantId: await grantWhatIsAsked(details, provider) };
    return provider.interactionFinished(request, response, { consent });
  }
  const account = configuration.accounts[form.get('user')];
  const result =
    account && account.password === form.get('password')
      ? { login: { accountId: account.id } }
      : { error: 'access_denied', error_description: 'no such user, or another password' };
  return provider.interactionFinished(request, response, result);
}

let provider = makeProvider();
let callback = provider.callback();

const server = createServer(
  { cert: readFileSync(configuration.certificate), key: readFileSync(configuration.certificate_key) },
  (request, response) => {
    if (!request.url.startsWith('/interaction/')) return callback(request, response);
    return interact(provider, request, response).catch((error) => {
      console.error(error);
      response.statusCode = 400;
      response.end();
    });
  },
);

const tell = (event) => console.log(JSON.stringify({ event, issuer, keys: configuration.keys.map(({ kid }) => kid) }));

process.on('SIGHUP', () => {
  configuration = readConfiguration();
  provider = makeProvider();
  callback = provider.callback();
  tell('keys');
});
process.on('SIGTERM', () => process.exit(0));
server.listen(configuration.port, '127.0.0.1', () => tell('ready'));
