// What goes wrong, in words. Answers that a healthy server does not give on request are given in its place.
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, has } from './support/checks.mjs';

const answer = (status, detail, headers = {}) => ({ status, contentType: 'application/json', body: JSON.stringify({ detail }), headers: { 'X-Request-Id': 'request-7', ...headers } });

const cases = [
  ['403', answer(403, 'The credential lacks the scope that this request needs: secrets:write.'), 'Your sign-in may not do this. The credential lacks the scope'],
  ['409', answer(409, 'This tool_name and tool_arg already have a default secret.'), 'Nothing was changed. This tool_name and tool_arg already have a default'],
  ['413 of bytes', answer(413, { msg: 'm', limit: 1048576, used: 1048000, requested: 1049024 }), 'your secrets have 1,048,000 of at most 1,048,576 bytes'],
  ['413 of secrets', answer(413, { msg: 'm', count_limit: 10000, count: 10000, requested: 10001 }), 'you have as many secrets as you may have, 10,000'],
  ['422 of another field', answer(422, [{ type: 'value_error', loc: ['body', 'other'], msg: 'is odd' }]), 'body › other: is odd'],
  ['429', answer(429, 'The tenant exceeds its request rate; try again later.', { 'Retry-After': '7' }), 'Too many requests in a short time. Try again in 7 seconds.'],
  ['500', answer(500, 'The server failed'), 'If it stays so, tell the operator the request’s id: request-7'],
  ['503', answer(503, 'The store is not available; try again soon.', { 'Retry-After': '1' }), 'The server cannot do this now. Try again in 1 second.'],
  ['507', answer(507, 'The store has no room left.'), 'The server has no room left; nothing was stored.'],
];

async function submitNew(page) {
  await page.getByRole('dialog').getByLabel('Name').fill('a name');
  await page.getByRole('dialog').getByLabel(/^Value/).fill('a value');
  await page.getByRole('button', { name: 'Store', exact: true }).click();
}

export async function checkErrors({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  const page = await newPage(browser);
  await signIn(page, tacit.origin, tenant.key);
  await page.getByRole('button', { name: 'New secret' }).click();

  for (const [name, fulfilled, words] of cases) {
    await check(`errors: ${name} is explained`, async () => {
      const isCreate = (url) => url.pathname === '/api/v1/secrets/';
      await page.route(isCreate, (route) => (route.request().method() === 'POST' ? route.fulfill(fulfilled) : route.continue()));
      await submitNew(page);
      await page.getByRole('dialog').getByRole('alert').filter({ hasText: words }).waitFor();
      equal(await page.getByRole('dialog').getByLabel(/^Value/).inputValue(), '', 'the value was sent');
      await page.unroute(isCreate);
    });
  }

  await check('errors: a lost answer is asked for again with the same key, then explained', async () => {
    const keys = [];
    const isCreate = (url) => url.pathname === '/api/v1/secrets/';
    await page.route(isCreate, (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      return route.abort();
    });
    await submitNew(page);
    await page.getByRole('alert').filter({ hasText: 'it is not known whether it did what was asked' }).waitFor();
    equal([keys.length, keys[0] === keys[1]], [2, true]);
    await page.unroute(isCreate);
    await page.keyboard.press('Escape');
  });

  await check('errors: half a date is no date, and nothing is sent', async () => {
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog').getByLabel('Expires').pressSequentially('01');
    await submitNew(page);
    await page.getByText('only a part of a date and time').waitFor();
    equal(await page.getByRole('dialog').getByLabel(/^Value/).inputValue(), 'a value');
    equal((await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json().data.length, 0);
    await page.keyboard.press('Escape');
  });

  await check('errors: a page that cannot be loaded says why, and can be tried again when the server allows it', async () => {
    const isList = (url) => url.pathname === '/api/v1/secrets/';
    await page.route(isList, (route) => route.fulfill(answer(429, 'later', { 'Retry-After': '1' })));
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('link', { name: 'Secrets' }).click();
    const place = page.getByRole('alert').filter({ hasText: 'Too many requests' });
    await place.waitFor();
    await shots(page, 'secrets-error');
    await page.unroute(isList);
    equal(await place.getByRole('button').getAttribute('aria-disabled'), 'true');
    await page.waitForTimeout(1200);
    await place.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
  });

  await check('errors: a list shows what has come, and that it is not all', async () => {
    const isList = (url) => url.pathname === '/api/v1/secrets/';
    const one = { secret_id: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b', user_id: tenant.id, secret_name: 'the first page', display: '****', tool_name: null, tool_arg: null, is_default_for_tool: false, created_at: '2026-01-01T00:00:00.000000Z', updated_at: '2026-01-01T00:00:00.000000Z', version: 1, versions: 1, expires_at: null, last_used_at: null };
    await page.route(isList, (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      if (cursor) return route.fulfill(answer(503, 'down', { 'Retry-After': '1' }));
      return route.fulfill({ json: { data: [one], next_cursor: 'more' } });
    });
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('link', { name: 'Secrets' }).click();
    await page.getByRole('link', { name: 'the first page' }).waitFor();
    await page.getByRole('alert').filter({ hasText: 'The server cannot do this now' }).waitFor();
    has(await page.locator('.foot').innerText(), 'so far');
    await page.unroute(isList);
  });

  await check('errors: a secret that is gone is explained', async () => {
    await page.goto(`${tacit.origin}/console/#/secrets/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b`);
    await page.getByText('It does not exist any more, or it is not yours.').waitFor();
    await page.goto(`${tacit.origin}/console/#/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    equal(page.faults, []);
  });
}
