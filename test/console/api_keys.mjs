// API keys in the console.
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';

export async function checkApiKeys({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  const page = await newPage(browser);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: tacit.origin });
  await signIn(page, tacit.origin, tenant.key, '#/api-keys');
  const dialog = page.getByRole('dialog');
  let key = '';

  await check('api keys: the faults of a new one stand at their fields', async () => {
    await page.getByRole('button', { name: 'New API key' }).click();
    await dialog.getByLabel('secrets:read').uncheck();
    await dialog.getByRole('button', { name: 'New API key' }).click();
    await dialog.getByText('At least 1 character.').waitFor();
    has(await dialog.locator('fieldset').innerText(), 'at least 1 item');
  });

  await check('api keys: a new one is shown once, and copied', async () => {
    await dialog.getByLabel(/^Name/).fill('a program');
    await dialog.getByLabel('secrets:read').check();
    await dialog.getByLabel('Expires').fill('2031-01-01T00:00');
    await dialog.getByRole('button', { name: 'New API key' }).click();
    const made = page.getByRole('dialog', { name: 'Your new API key' });
    const shown = await made.getByLabel('Key').elementHandle();
    key = await shown.inputValue();
    holds(key.startsWith('tct_'), key);
    await page.keyboard.press('Escape');
    equal(await made.count(), 1, 'Escape does not lose the key');
    await made.getByRole('button', { name: 'Copy' }).click();
    await made.getByText('Copied.').waitFor();
    const reading = await page.context().newPage(); // the console's own policy forbids reading
    await reading.goto(`${tacit.origin}/openapi.json`);
    await reading.bringToFront();
    equal(await reading.evaluate(() => navigator.clipboard.readText()), key);
    await reading.close();
    await shots(page, 'api-key-created');
    await made.getByRole('button', { name: 'I have kept it' }).click();
    await made.waitFor({ state: 'detached' });
    equal(await shown.evaluate((input) => [input.value, input.isConnected]), ['', false], 'the field of the key');
    holds(!(await page.content()).includes(key), 'the key is still in the page');
    equal((await tacit.call(key, 'GET', '/api/v1/quota')).status, 200);
    equal((await tacit.call(key, 'POST', '/api/v1/secrets/', { secret_name: 'n', secret_value: 'vvvv' })).status, 403);
  });

  await check('api keys: the table has scopes, expiry and last use', async () => {
    const row = page.locator('tr', { hasText: 'a program' });
    await row.waitFor();
    has(await row.innerText(), 'secrets:read');
    has(await row.locator('td').nth(3).innerText(), 'in ');
    await shots(page, 'api-keys');
  });

  await check('api keys: one is revoked', async () => {
    await page.getByRole('button', { name: 'Revoke a program' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.locator('tr', { hasText: 'a program' }).waitFor({ state: 'detached' });
    for (let round = 0; round < 50; round += 1) {
      if ((await tacit.call(key, 'GET', '/api/v1/quota')).status === 401) break;
      await page.waitForTimeout(100);
    }
    equal((await tacit.call(key, 'GET', '/api/v1/quota')).status, 401);
    equal(page.faults, []);
  });

  await check('api keys: a sign-in without the scope is told so', async () => {
    const other = await newPage(browser);
    await signIn(other, tacit.origin, tacit.createKey(tenant.id, 'secrets:read'), '#/api-keys');
    await other.getByRole('heading', { name: 'Your sign-in may not manage API keys' }).waitFor();
  });
}
