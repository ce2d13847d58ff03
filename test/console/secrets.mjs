// Secrets in the console: the table, and everything that can be done with one.
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';

const names = (page) => page.locator('tbody th .foreign').allInnerTexts();
const dialog = (page) => page.getByRole('dialog');
const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Opens the page of a secret from the table. */
async function open(page, origin, name) {
  await page.goto(`${origin}/console/#/secrets`);
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

async function checkTable({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  const tools = ['agno__linear__*', 'agno__github__get', null];
  for (let index = 0; index < 60; index += 1) {
    const tool = tools[index % 3];
    await tenant.create({ secret_name: `Secret ${String(index).padStart(2, '0')}`, secret_value: `value number ${index}`, tool_name: tool, tool_arg: tool && 'api_key', is_default_for_tool: index < 2 });
  }
  const page = await newPage(browser);
  await signIn(page, tacit.origin, tenant.key);
  await page.getByText('60 secrets').first().waitFor();

  await check('secrets: the table has all columns, and pages', async () => {
    equal(await page.locator('thead th').allInnerTexts().then((all) => all.map((text) => text.replace(/ [↑↓]/, ''))), ['Name', 'Value (masked)', 'Tool', 'Argument', 'Default', 'Changed', 'Last used', 'Expires']);
    equal((await names(page)).length, 50);
    await button(page, 'Next').click();
    equal(await names(page), Array.from({ length: 10 }, (_, index) => `Secret ${index + 50}`));
    has(page.url(), 'page=2');
    await button(page, 'Previous').click();
    equal((await names(page))[0], 'Secret 00');
    const row = await page.locator('tbody tr').first().innerText();
    for (const part of ['****', 'agno__linear__*', 'api_key', 'yes', 'just now', 'never']) has(row, part);
    await shots(page, 'secrets-table');
  });

  await check('secrets: the table sorts, and says by what', async () => {
    await button(page, 'Name').click();
    equal((await names(page))[0], 'Secret 59');
    equal(await page.locator('th', { has: page.getByRole('button', { name: 'Name' }) }).getAttribute('aria-sort'), 'descending');
    await button(page, 'Changed').click();
    equal((await names(page))[0], 'Secret 00');
    equal(await page.evaluate(() => document.activeElement.dataset.sort), 'changed', 'the focus stays');
    await button(page, 'Tool').click();
    equal((await names(page))[0], 'Secret 02', 'secrets of any tool go first');
  });

  await check('secrets: the table is searched and filtered by tool, and the URL says so', async () => {
    await page.getByLabel('Search by name').fill('secret 0');
    equal((await names(page)).length, 10);
    await page.getByLabel('Applies to tool').fill('agno__linear__get_issue_details');
    await page.getByText('4 secrets').first().waitFor();
    equal((await names(page)).sort(), ['Secret 00', 'Secret 03', 'Secret 06', 'Secret 09']);
    has(page.url(), 'search=secret+0');
    await page.reload();
    await page.getByLabel('API key').fill(tenant.key);
    await page.getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByText('4 secrets').first().waitFor();
    await page.getByLabel('Search by name').fill('nothing like it');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  });

  await check('secrets: quota and count are bars', async () => {
    await page.goto(`${tacit.origin}/console/#/secrets`);
    await page.getByRole('progressbar').last().waitFor();
    const bars = await page.getByRole('progressbar').evaluateAll((all) => all.map((bar) => bar.getAttribute('aria-label')));
    equal(bars.length, 2);
    has(bars[0], 'of 1.0 MiB');
    has(bars[1], '60 of 10,000');
    equal(page.faults, []);
  });
}

async function checkChanges({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  const page = await newPage(browser);
  await signIn(page, tacit.origin, tenant.key);
  const { origin } = tacit;
  const sent = [];
  page.on('request', (request) => request.method() !== 'GET' && sent.push(request));

  await check('secrets: one is created, and its value leaves the page', async () => {
    await page.getByRole('button', { name: 'Store your first secret' }).click();
    const value = dialog(page).getByLabel(/^Value/);
    equal(await value.inputValue(), '');
    equal(await value.getAttribute('autocomplete'), 'off');
    equal(await value.evaluate((element) => getComputedStyle(element).webkitTextSecurity), 'disc');
    await dialog(page).getByLabel('Name').fill('my linear key');
    await value.fill('lin_api_0123456789\nabcdef');
    await dialog(page).getByText('25 characters').waitFor();
    await dialog(page).getByLabel('Tool', { exact: true }).fill('agno__linear__*');
    await dialog(page).getByLabel('Argument').fill('api_key');
    await dialog(page).getByLabel('Use it when').check();
    await shots(page, 'secret-form');
    await button(page, 'Store').click();
    await page.getByRole('link', { name: 'my linear key' }).waitFor();
    equal(JSON.parse(sent[0].postData()).secret_value, 'lin_api_0123456789\nabcdef');
    holds(sent[0].headers()['idempotency-key'].length >= 32, 'no Idempotency-Key');
    holds(!(await page.content()).includes('lin_api_0123456789'), 'the value is in the page');
    const [secret] = (await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json().data;
    equal([secret.secret_name, secret.tool_name, secret.tool_arg, secret.is_default_for_tool], ['my linear key', 'agno__linear__*', 'api_key', true]);
  });

  await check('secrets: every fault stands at its field', async () => {
    await button(page, 'New secret').click();
    await dialog(page).getByLabel(/^Value/).fill('abc');
    await dialog(page).getByLabel('Tool', { exact: true }).fill('x'.repeat(1025));
    await dialog(page).getByLabel('Expires').fill('2020-01-01T00:00');
    await button(page, 'Store').click();
    await dialog(page).getByText('Some fields are not right').waitFor();
    const faultOf = async (label) => {
      const field = dialog(page).getByLabel(label, { exact: label === 'Tool' });
      equal(await field.getAttribute('aria-invalid'), 'true', label);
      const ids = (await field.getAttribute('aria-describedby')).split(' ');
      return page.locator(`#${ids[1]}`).innerText();
    };
    has(await faultOf('Name'), 'At least 1 character');
    has(await faultOf('Value'), 'At least 4 characters');
    has(await faultOf('Tool'), 'At most 1,024 characters');
    has(await faultOf('Expires'), 'future');
    equal(await dialog(page).getByLabel(/^Value/).inputValue(), '', 'the value was sent');
    equal(await page.evaluate(() => document.activeElement.name), 'secret_name', 'the first fault has the focus');
    await shots(page, 'secret-faults');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  });

  await check('secrets: a name or default that is taken is explained', async () => {
    await button(page, 'New secret').click();
    await dialog(page).getByLabel('Name').fill('my linear key');
    await dialog(page).getByLabel(/^Value/).fill('another value');
    await button(page, 'Store').click();
    await dialog(page).getByText('A secret of this name already exists').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    equal(await page.evaluate(() => document.activeElement.textContent), 'New secret', 'the focus goes back');
  });

  await check('secrets: one is edited, without its value', async () => {
    await open(page, origin, 'my linear key');
    await button(page, 'Edit').click();
    equal(await dialog(page).getByLabel(/^Value/).count(), 0);
    await dialog(page).getByLabel('Name').fill('my newer key');
    await dialog(page).getByLabel('Expires').fill('2031-05-06T07:08');
    sent.length = 0;
    await button(page, 'Save').click();
    await page.getByRole('heading', { name: 'my newer key', level: 1 }).waitFor();
    holds(/^"[^"]+"$/.test(sent[0].headers()['if-match']), 'no If-Match');
    equal(Object.keys(JSON.parse(sent[0].postData())).sort(), ['expires_at', 'secret_name'], 'only what has changed is sent');
    const [secret] = (await tacit.call(tenant.key, 'GET', '/api/v1/secrets/?view=full')).json().data;
    has(secret.expires_at, '2031-05-06T');
    await button(page, 'Edit').click();
    await dialog(page).getByLabel('Expires').fill('');
    await button(page, 'Save').click();
    await dialog(page).waitFor({ state: 'detached' });
    equal((await tacit.call(tenant.key, 'GET', '/api/v1/secrets/?view=full')).json().data[0].expires_at, null);
  });

  await check('secrets: a value is replaced, and rolled back without anybody reading it', async () => {
    const shown = async () => page.locator('.facts .mask').innerText();
    const first = await shown();
    await button(page, 'Replace value').first().click();
    await dialog(page).getByLabel(/^Value/).fill('other_9876543210_zyxw');
    await button(page, 'Replace').click();
    await page.locator('.facts .mask', { hasText: 'ot****xw' }).waitFor();
    equal(await page.locator('section', { hasText: 'Values' }).first().locator('tbody tr').count(), 2);
    await shots(page, 'secret-versions');
    await button(page, 'Roll back').click();
    await dialog(page).getByRole('button', { name: 'Roll back' }).click();
    await page.locator('.facts .mask', { hasText: first }).waitFor();
    const resolved = await tacit.asTool('/tool/v1/resolve', { user_id: tenant.id, tool_name: 'agno__linear__x' });
    equal(resolved.json().arguments.api_key.value, 'lin_api_0123456789\nabcdef');
  });

  await check('secrets: an old value is destroyed', async () => {
    const section = page.locator('section', { hasText: 'Values' }).first();
    const before = await section.getByRole('button', { name: 'Destroy' }).count();
    holds(before > 0, 'there is no old value');
    await section.getByRole('button', { name: 'Destroy' }).first().click();
    await dialog(page).getByRole('button', { name: 'Destroy' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.waitForFunction((count) => [...document.querySelectorAll('section button')].filter((each) => each.textContent === 'Destroy').length === count, before - 1);
  });

  await check('secrets: a change by another meanwhile is explained, and loaded', async () => {
    await open(page, origin, 'my newer key');
    const id = page.url().split('/').pop();
    await tacit.call(tenant.key, 'PATCH', `/api/v1/secrets/${id}`, { tool_arg: 'token' });
    await button(page, 'Edit').click();
    await dialog(page).getByLabel('Name').fill('overwritten');
    await button(page, 'Save').click();
    await dialog(page).getByText('has changed this secret since you opened it').waitFor();
    await shots(page, 'secret-changed-meanwhile');
    await dialog(page).getByRole('button', { name: 'Load what is there now' }).click();
    await page.locator('.facts', { hasText: 'token' }).waitFor();
    equal((await tacit.call(tenant.key, 'GET', `/api/v1/secrets/${id}`)).json().secret_name, 'my newer key', 'nothing was overwritten');
    await tacit.call(tenant.key, 'PATCH', `/api/v1/secrets/${id}`, { tool_arg: 'api_key' });
    await button(page, 'Replace value').first().click();
    await dialog(page).getByLabel(/^Value/).fill('a value that must not be stored');
    await button(page, 'Replace').click();
    await dialog(page).getByText('has changed this secret since you opened it').waitFor();
    equal(await dialog(page).getByLabel(/^Value/).inputValue(), '');
    await dialog(page).getByRole('button', { name: 'Load what is there now' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.locator('.facts', { hasText: 'api_key' }).waitFor();
    await tacit.call(tenant.key, 'PATCH', `/api/v1/secrets/${id}`, { tool_arg: 'token' });
    await button(page, 'Delete').click();
    await dialog(page).getByLabel('Type its name to confirm').fill('my newer key');
    await dialog(page).getByRole('button', { name: 'Delete for ever' }).click();
    await dialog(page).getByText('has changed this secret since you opened it').waitFor();
    await tacit.call(tenant.key, 'PATCH', `/api/v1/secrets/${id}`, { tool_arg: 'api_key' });
    await dialog(page).getByRole('button', { name: 'Load what is there now' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    equal((await tacit.call(tenant.key, 'GET', `/api/v1/secrets/${id}`)).status, 200, 'it was not deleted');
  });

  await check('secrets: a store that seals values to their tool is given the value', async () => {
    const isOne = (url) => /^\/api\/v1\/secrets\/./.test(url.pathname);
    const sent = [];
    await page.route(isOne, (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      sent.push(route.request().postDataJSON());
      const fault = { type: 'value_error', loc: ['body', 'secret_value'], msg: 'Value error, changing them needs secret_value' };
      return route.fulfill({ status: 422, json: { detail: [fault] } });
    });
    await button(page, 'Edit').click();
    await dialog(page).getByLabel('Argument').fill('token');
    equal(await dialog(page).getByLabel(/^Value/).count(), 0);
    await button(page, 'Save').click();
    await dialog(page).getByText('changing them needs secret_value').waitFor();
    await dialog(page).getByLabel(/^Value/).fill('the value again');
    await button(page, 'Save').click();
    while (sent.length < 2) await page.waitForTimeout(50);
    equal(sent, [{ tool_arg: 'token' }, { tool_arg: 'token', secret_value: 'the value again' }]);
    await page.unroute(isOne);
    await page.keyboard.press('Escape');
  });

  await check('secrets: one is deleted only after its name was typed', async () => {
    await page.locator('.facts', { hasText: 'api_key' }).waitFor();
    await button(page, 'Delete').click();
    await dialog(page).getByRole('button', { name: 'Delete for ever' }).click();
    await dialog(page).getByText('That is not what has to be typed').waitFor();
    equal((await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json().data.length, 1);
    await dialog(page).getByLabel('Type its name to confirm').fill('my newer key');
    await shots(page, 'secret-delete');
    await dialog(page).getByRole('button', { name: 'Delete for ever' }).click();
    await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
    equal((await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json().data, []);
    equal(page.faults, []);
  });
}

export async function checkSecrets(bed) {
  await checkTable(bed);
  await checkChanges(bed);
}
