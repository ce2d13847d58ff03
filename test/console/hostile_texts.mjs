// Names that other programs may have chosen change nothing but text: markup, directions of writing, invisible characters, great length.
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';

const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const long = 'w'.repeat(1024);
const names = [
  markup,
  '"><svg onload=document.title=3>',
  '\u202egnp.exe\u202c \u2066isolated',
  'zero\u200bwidth\u2060and\u00adsoft',
  '{{constructor}} ${7*7} __proto__',
  'line\u2028break\u0007bell',
  `Z\u0300${'\u0300'.repeat(200)}algo`,
  long,
];

export async function checkHostileTexts({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  for (const [index, name] of names.entries()) {
    await tenant.create({ secret_name: name, secret_value: '<b>value</b> of it', tool_name: index % 2 ? name : markup, tool_arg: name.slice(0, 100), is_default_for_tool: true });
  }
  await tenant.create({ secret_name: 'ordinary', secret_value: 'ordinary value' });

  for (const width of [1280, 320]) {
    await check(`hostile texts: the table is only text at ${width} pixels`, async () => {
      const page = await newPage(browser, { viewport: { width, height: 800 } });
      await signIn(page, tacit.origin, tenant.key);
      await page.getByText('9 secrets').first().waitFor();
      equal(await page.locator('main img, main script, main b').count(), 0, 'elements of names');
      equal(await page.locator('tbody svg').count(), 0, 'drawings of names');
      equal(await page.title(), 'Secrets · Tacit');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      holds(wide <= 0, `the page is ${wide} pixels too wide`);
      const text = await page.locator('tbody').innerText();
      for (const part of ['<img src=x', 'U+202E', 'U+200B', 'U+2028', 'U+0007', '{{constructor}} ${7*7} __proto__']) has(text, part);
      holds(!/[\u202a-\u202e\u2066-\u2069\u200b\u2028]/.test(text), 'an invisible character is in the text');
      await shots(page, `hostile-${width}`);
      equal(page.faults, []);
    });
  }

  await check('hostile texts: their own pages and dialogs are only text', async () => {
    const page = await newPage(browser, { viewport: { width: 390, height: 800 } });
    await signIn(page, tacit.origin, tenant.key);
    const { data } = (await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json();
    for (const secret of data) {
      await page.goto(`${tacit.origin}/console/#/secrets/${secret.secret_id}`);
      await page.locator('.facts').waitFor();
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      const field = page.getByRole('dialog').getByLabel('Name');
      equal(await field.inputValue(), secret.secret_name.replace(/\r?\n|\r/g, ''), 'the name in its field');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('dialog').waitFor();
      equal(await page.locator('main img, dialog img, dialog script, main script').count(), 0);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      holds(wide <= 0, `${secret.secret_name.slice(0, 20)}: ${wide} pixels too wide`);
      await page.keyboard.press('Escape');
    }
    equal(page.faults, []);
  });

  await check('hostile texts: a name that cannot be typed is deleted by its id', async () => {
    const page = await newPage(browser);
    await signIn(page, tacit.origin, tenant.key);
    const { data } = (await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json();
    const secret = data.find((each) => each.secret_name === long);
    await page.goto(`${tacit.origin}/console/#/secrets/${secret.secret_id}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Type the last 8 characters of its id').fill(secret.secret_id.slice(-8));
    await shots(page, 'hostile-delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for ever' }).click();
    await page.getByText('8 secrets').first().waitFor();
    equal((await tacit.call(tenant.key, 'GET', `/api/v1/secrets/${secret.secret_id}`)).status, 404);
  });
}
