// /docs: every route of the document, and real requests.
import { newPage } from './support/browser.mjs';
import { check, equal, eventually, has } from './support/checks.mjs';

const route = (page, method, path) => page.locator('details').filter({ has: page.locator('summary', { hasText: new RegExp(`^${method}\\s+${path.replace(/[{}/.]/g, '\\$&')}(\\s|$)`) }) });

export async function checkDocs({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  const page = await newPage(browser);
  await page.goto(`${tacit.origin}/docs`);
  await page.locator('details').first().waitFor();

  await check('docs: every route of the document is there, and opens', async () => {
    const whole = (await tacit.call(tenant.key, 'GET', '/openapi.json')).json();
    const count = Object.values(whole.paths).flatMap((item) => Object.keys(item).filter((key) => ['get', 'post', 'put', 'patch', 'delete'].includes(key))).length;
    equal(await page.locator('details').count(), count);
    for (const summary of await page.locator('summary').all()) await summary.click();
    await eventually(async () => equal(await page.locator('details form').count(), count)); // each opens after its click
    equal(await page.getByText('undefined').count(), 0);
    equal(page.faults, []);
    await shots(page, 'docs');
    await page.reload();
    await page.locator('details').first().waitFor();
  });

  await check('docs: a route that needs a credential asks for one', async () => {
    const quota = route(page, 'GET', '/api/v1/quota');
    await quota.locator('summary').click();
    await quota.getByRole('button', { name: 'Send GET' }).click();
    await quota.getByText('sign in first').waitFor();
    await page.locator('header').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('dialog').getByLabel('API key').fill(tenant.key);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });

  await check('docs: a request that cannot be sent says at which field', async () => {
    const get = route(page, 'GET', '/api/v1/secrets/{secret_id}');
    await get.locator('summary').click();
    await get.getByLabel('If-None-Match').fill('“x”');
    await get.getByRole('button', { name: 'Send GET' }).click();
    await get.getByText('This is required.').waitFor();
    await get.getByText('visible ASCII characters').waitFor();
    await page.reload();
    await page.locator('header').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('dialog').getByLabel('API key').fill(tenant.key);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });

  await check('docs: requests are sent, with their parameters and body, and answers shown', async () => {
    const create = route(page, 'POST', '/api/v1/secrets/');
    await create.locator('summary').click();
    await create.getByLabel('Body').fill(JSON.stringify({ secret_name: 'from the docs', secret_value: 'a value' }));
    await create.getByRole('button', { name: 'Send POST' }).click();
    await create.locator('.answer', { hasText: 'from the docs' }).waitFor();
    has(await create.locator('.answer').innerText(), '200');
    const { secret_id: id } = JSON.parse((await create.locator('.answer pre').innerText()).split('\n\n')[1]);
    const get = route(page, 'GET', '/api/v1/secrets/{secret_id}');
    await get.locator('summary').click();
    await get.getByLabel('secret_id').fill(id);
    await get.getByRole('button', { name: 'Send GET' }).click();
    await get.locator('.answer', { hasText: 'from the docs' }).waitFor();
    const list = route(page, 'GET', '/api/v1/secrets/');
    await list.locator('summary').click();
    await list.getByLabel('secret_name').fill('another');
    await list.getByRole('button', { name: 'Send GET' }).click();
    await list.locator('.answer', { hasText: '"data": []' }).waitFor();
    await create.getByRole('button', { name: 'Send POST' }).click();
    await create.locator('.answer', { hasText: 'already exists' }).waitFor();
    await shots(page, 'docs-answer');
    equal(page.faults, []);
  });
}
