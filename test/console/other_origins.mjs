// Pages on other origins use the API (CORS): one that cors-origins lists does everything, with each header that carries a credential;
// one that it does not list gets nothing.
import { randomUUID } from 'node:crypto';
import { newPage, passProvider } from './support/browser.mjs';
import { check, equal, eventually, has, holds } from './support/checks.mjs';
import { ann } from './support/installation.mjs';

/** What a page's script can see of a request: {status, headers, body}, or {error}. */
function fromPage(page, url, options = {}) {
  return page.evaluate(
    async ([target, { method = 'GET', headers = {}, body }]) => {
      try {
        const response = await fetch(target, { method, headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
        const text = await response.text();
        return { status: response.status, headers: Object.fromEntries(response.headers), body: text === '' ? null : JSON.parse(text) };
      } catch (error) {
        return { error: String(error) };
      }
    },
    [url, options],
  );
}

/** A token for a browser, as the console's own sign-in gets it. */
async function tokenOf(browser, tacit) {
  const page = await newPage(browser);
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/token' && response.request().method() === 'POST');
  await page.goto(`${tacit.origin}/console/`);
  await page.getByRole('button', { name: 'Sign in with your account' }).click();
  await passProvider(page, ann, tacit.origin);
  const { access_token: token } = await (await answered).json();
  await page.context().close();
  return token;
}

async function everything(page, base, credential) {
  const name = `from another origin ${randomUUID()}`;
  const path = `${base}/api/v1/secrets/`;
  const created = await fromPage(page, path, { method: 'POST', headers: { ...credential, 'Idempotency-Key': randomUUID() }, body: { secret_name: name, secret_value: 'a value' } });
  equal([created.status, created.body?.secret_name], [200, name], JSON.stringify(created));
  holds(created.headers.etag, 'the ETag cannot be read');
  holds(created.headers['x-request-id'], 'X-Request-Id cannot be read');
  const listed = await fromPage(page, `${path}?limit=10&secret_name=${encodeURIComponent(name)}`, { headers: credential });
  equal(listed.body.data.map((secret) => secret.secret_id), [created.body.secret_id]);
  const one = `${path}${created.body.secret_id}`;
  const got = await fromPage(page, one, { headers: credential });
  equal([got.status, got.headers.etag], [200, created.headers.etag]);
  const unchanged = await fromPage(page, one, { headers: { ...credential, 'If-None-Match': got.headers.etag } });
  equal(unchanged.status, 304);
  const patched = await fromPage(page, one, { method: 'PATCH', headers: { ...credential, 'If-Match': got.headers.etag }, body: { tool_name: 'agno__x' } });
  equal([patched.status, patched.body.tool_name], [200, 'agno__x']);
  const late = await fromPage(page, one, { method: 'PATCH', headers: { ...credential, 'If-Match': got.headers.etag }, body: { tool_name: 'agno__y' } });
  equal(late.status, 412);
  holds(typeof late.body.detail === 'string', 'the error cannot be read');
  const put = await fromPage(page, `${path}by-name`, { method: 'PUT', headers: credential, body: { secret_name: name, secret_value: 'another value' } });
  equal([put.status, put.body?.secret_id], [200, created.body.secret_id], JSON.stringify(put));
  const deleted = await fromPage(page, one, { method: 'DELETE', headers: credential });
  equal(deleted.status, 200);
}

export async function checkOtherOrigins({ tacit, browser, origins }) {
  const tenant = tacit.newTenant();
  const base = tacit.origin;
  const page = await newPage(browser);
  await page.goto(origins.listed.origin);

  await check('other origins: a listed one creates, lists, gets, changes and deletes, with each header', async () => {
    const token = await tokenOf(browser, tacit);
    await everything(page, base, { 'x-api-key': tenant.key });
    await everything(page, base, { Authorization: `Bearer ${token}` });
    await everything(page, base, { token });
  });

  await check('other origins: a listed one reads errors, with what they say in headers', async () => {
    const path = `${base}/api/v1/secrets/`;
    const none = await fromPage(page, path);
    equal(none.status, 401);
    has(none.headers['www-authenticate'], 'Bearer');
    has(none.body.detail, 'credential');
    const faulty = await fromPage(page, path, { method: 'POST', headers: { 'x-api-key': tenant.key }, body: { secret_name: '' } });
    equal(faulty.status, 422);
    equal(faulty.body.detail.map((fault) => fault.loc.join('.')).sort(), ['body.secret_name', 'body.secret_value']);
    equal((await fromPage(page, `${base}/api/v1/nothing`, { headers: { 'x-api-key': tenant.key } })).status, 404, 'a path that does not exist');
    equal((await fromPage(page, `${path}${randomUUID()}`, { headers: { 'x-api-key': tenant.key } })).status, 404);
  });

  await check('other origins: a listed one learns how long to wait', async () => {
    const busy = tacit.newTenant();
    tacit.limitRate(busy.id, 1);
    const limited = await eventually(async () => {
      const answer = await fromPage(page, `${base}/api/v1/quota`, { headers: { 'x-api-key': busy.key } });
      equal(answer.status, 429);
      return answer;
    });
    holds(Number(limited.headers['retry-after']) >= 1, JSON.stringify(limited.headers));
    holds(typeof limited.body.detail === 'string', 'the error cannot be read');
  });

  await check('other origins: a listed one may read what the contract lists', async () => {
    const limited = await fromPage(page, `${base}/api/v1/quota`, { headers: { token: 'no token' } });
    equal(limited.status, 401, 'the header token is allowed');
    const answer = await tacit.call(tenant.key, 'GET', '/api/v1/quota', undefined, { Origin: origins.listed.origin });
    const exposed = answer.headers['access-control-expose-headers'];
    for (const name of ['ETag', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id', 'WWW-Authenticate', 'Idempotency-Replayed']) has(exposed, name);
    equal([answer.headers['access-control-allow-origin'], answer.headers['access-control-allow-credentials']], [origins.listed.origin, undefined]);
    has(answer.headers.vary, 'Origin');
  });

  await check('other origins: an unlisted one gets nothing, and changes nothing', async () => {
    const other = await newPage(browser);
    await other.goto(origins.unlisted.origin);
    const path = `${base}/api/v1/secrets/`;
    for (const options of [
      { headers: { 'x-api-key': tenant.key } },
      {},
      { method: 'POST', headers: { 'x-api-key': tenant.key }, body: { secret_name: 'stolen', secret_value: 'a value' } },
      { method: 'DELETE', headers: { Authorization: `Bearer ${tenant.key}` } },
    ]) {
      const answer = await fromPage(other, path, options);
      has(answer.error ?? JSON.stringify(answer), 'Failed to fetch');
    }
    const { data } = (await tacit.call(tenant.key, 'GET', '/api/v1/secrets/?secret_name=stolen')).json();
    equal(data, []);
    const answer = await tacit.call(tenant.key, 'GET', '/api/v1/quota', undefined, { Origin: origins.unlisted.origin });
    equal(answer.headers['access-control-allow-origin'], undefined);
  });

  await check('other origins: no page may frame the console', async () => {
    const framing = await newPage(browser);
    await framing.goto(origins.listed.origin);
    await framing.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, `${base}/console/`);
    await framing.waitForTimeout(1500);
    const frame = framing.frames().find((each) => each !== framing.mainFrame());
    equal(await frame.locator('header').count().catch(() => 0), 0);
  });
}
