// The deep link add_url: the tool plane names it, the console opens the form, shows who asks, and stores nothing by itself.
import { newPage, passProvider } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';
import { ann } from './support/installation.mjs';

const dialog = (page) => page.getByRole('dialog', { name: 'New secret' });
const count = async (tacit, key) => (await tacit.call(key, 'GET', '/api/v1/secrets/')).json().data.length;

async function openLink(page, tacit, key, url) {
  await page.goto(url);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with an API key' }).click();
  await dialog(page).waitFor();
}

export async function checkLinks({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();

  await check('links: add_url of a resolve opens the form filled in, and a second confirmation stores', async () => {
    const answer = await tacit.asTool('/tool/v1/resolve', { user_id: tenant.id, tool_name: 'agno__linear__get', wanted_args: ['api_key'] });
    const { add_url: url } = answer.json().missing[0];
    has(url, `${tacit.origin}/console/#/add?`);
    const page = await newPage(browser);
    await openLink(page, tacit, tenant.key, url);
    has(await dialog(page).innerText(), 'A link asks you to store a secret.');
    equal(await dialog(page).getByLabel('Tool', { exact: true }).inputValue(), 'agno__linear__get');
    equal(await dialog(page).getByLabel('Argument').inputValue(), 'api_key');
    equal(await dialog(page).getByLabel('Use it when').isChecked(), true);
    equal(await dialog(page).getByLabel(/^Value/).inputValue(), '');
    await shots(page, 'link');
    await dialog(page).getByLabel('Name').fill('asked for');
    await dialog(page).getByLabel(/^Value/).fill('the value');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    const second = page.getByRole('dialog', { name: 'Give this secret to the tool?' });
    await second.waitFor();
    has(await second.innerText(), 'agno__linear__get');
    await shots(page, 'link-confirm');
    equal(await count(tacit, tenant.key), 0, 'nothing is stored before');
    await second.getByRole('button', { name: 'Cancel' }).click();
    equal(await count(tacit, tenant.key), 0, 'nothing is stored after Cancel');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await second.getByRole('button', { name: 'Yes, store it' }).click();
    await page.getByRole('heading', { name: 'asked for', level: 1 }).waitFor();
    equal(await count(tacit, tenant.key), 1);
    equal(page.faults, []);
  });

  await check('links: a link cannot name several tools, a value, or anything else', async () => {
    const page = await newPage(browser);
    await openLink(page, tacit, tenant.key, `${tacit.origin}/console/#/add?tool_name=agno__*&tool_arg=*&secret_value=planted&secret_name=planted&is_default_for_tool=1`);
    has(await dialog(page).innerText(), 'It was left out.');
    equal(await dialog(page).getByLabel('Tool', { exact: true }).inputValue(), '');
    equal(await dialog(page).getByLabel('Argument').inputValue(), '');
    equal(await dialog(page).getByLabel(/^Value/).inputValue(), '');
    equal(await dialog(page).getByLabel('Name').inputValue(), '');
    equal(await dialog(page).getByLabel('Use it when').isChecked(), false);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Secrets', level: 1 }).waitFor();
    equal(await count(tacit, tenant.key), 1);
  });

  await check('links: of a secret that has expired, the form leads to that secret', async () => {
    const other = tacit.newTenant();
    const expires = new Date(Date.now() + 1500).toISOString();
    await other.create({ secret_name: 'the old one', secret_value: 'the value', tool_name: 'agno__x', tool_arg: 'key', is_default_for_tool: true, expires_at: expires });
    await new Promise((done) => setTimeout(done, 1800));
    const answer = await tacit.asTool('/tool/v1/resolve', { user_id: other.id, tool_name: 'agno__x', wanted_args: ['key'] });
    const [missing] = answer.json().missing;
    equal(missing.reason, 'expired');
    const page = await newPage(browser);
    await openLink(page, tacit, other.key, missing.add_url);
    await dialog(page).getByLabel('Name').fill('a new one');
    await dialog(page).getByLabel(/^Value/).fill('the value');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await page.getByRole('button', { name: 'Yes, store it' }).click();
    await dialog(page).getByRole('link', { name: 'the old one' }).click();
    await page.getByRole('heading', { name: 'the old one', level: 1 }).waitFor();
    equal(await page.locator('dialog').count(), 0, 'dialogs');
    equal(page.faults, []);
  });

  await check('links: what a link names is text', async () => {
    const page = await newPage(browser);
    const name = '<img src=x onerror=alert(1)>\u202eevil';
    await openLink(page, tacit, tenant.key, `${tacit.origin}/console/#/add?${new URLSearchParams({ tool_name: name, tool_arg: 'key' })}`);
    equal(await dialog(page).getByLabel('Tool', { exact: true }).inputValue(), name);
    await dialog(page).getByLabel('Name').fill('n');
    await dialog(page).getByLabel(/^Value/).fill('vvvv');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    const second = page.getByRole('dialog', { name: 'Give this secret to the tool?' });
    has(await second.innerText(), '<img src=x onerror=alert(1)>U+202Eevil');
    holds((await page.locator('img').count()) === 0, 'markup became an element');
    equal(page.faults, []);
  });

  await check('links: after the provider, the form opens again', async () => {
    const page = await newPage(browser);
    await page.goto(`${tacit.origin}/console/#/add?tool_name=agno__linear__get&tool_arg=api_key`);
    await page.getByRole('button', { name: 'Sign in with your account' }).click();
    await passProvider(page, ann, tacit.origin);
    await dialog(page).waitFor();
    equal(await dialog(page).getByLabel('Argument').inputValue(), 'api_key');
  });
}
