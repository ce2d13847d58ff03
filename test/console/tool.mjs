// "What would this tool get?" says what a real resolve of the tool plane does.
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';

const stored = [
  { secret_name: 'all', tool_name: '*', tool_arg: 'key' },
  { secret_name: 'team', tool_name: 'agno__*', tool_arg: 'team' },
  { secret_name: 'linear', tool_name: 'agno__linear__*', tool_arg: 'key' },
  { secret_name: 'exact', tool_name: 'agno__linear__get', tool_arg: 'key' },
  { secret_name: 'first', tool_name: 'ab*', tool_arg: 'key' },
  { secret_name: 'second', tool_name: 'a*b', tool_arg: 'key' },
  { secret_name: 'literal', tool_name: '€uro_*', tool_arg: 'key' },
  { secret_name: 'plain', tool_name: 'agno__linear__get', tool_arg: 'other', is_default_for_tool: false },
  { secret_name: 'argument *', tool_name: 'agno__linear__g*t', tool_arg: 'key' },
];
const tools = ['agno__linear__get', 'agno__linear__list', 'agno__github__list', 'x', 'abb', '€uro_', 'agno__linear__gt', 'Agno__linear__get'];

/** {argument: name} that the page shows. */
async function shown(page) {
  return page.locator('.part tbody tr').evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.cells[0].textContent, row.cells[1].querySelector('a')?.textContent ?? null])),
  );
}

async function ask(page, tool, wanted = '') {
  await page.getByLabel('Tool (required)').fill(tool);
  await page.getByLabel('Arguments that it needs').fill(wanted);
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByRole('heading', { name: `Arguments of ${tool}` }).waitFor();
}

export async function checkTool({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  for (const secret of stored) await tenant.create({ secret_value: `value of ${secret.secret_name}`, is_default_for_tool: true, ...secret });
  const page = await newPage(browser);
  await signIn(page, tacit.origin, tenant.key, '#/tool');

  await check('tool: the page shows what a resolve releases, for each tool', async () => {
    for (const tool of tools) {
      const answer = await tacit.asTool('/tool/v1/resolve', { user_id: tenant.id, tool_name: tool });
      equal(answer.status, 200, answer.text);
      const released = Object.entries(answer.json().arguments).map(([argument, { secret_name: name }]) => [argument, name]);
      await ask(page, tool);
      equal(await shown(page), Object.fromEntries(released.sort()), tool);
    }
  });

  await check('tool: it says why, and what stands behind', async () => {
    await ask(page, 'agno__linear__get');
    const row = await page.locator('.part tbody tr').first().innerText();
    for (const part of ['exact', 'It names exactly this tool', 'linear', 'all', 'argument *']) has(row, part);
    await page.getByText('Only when named').waitFor();
    await page.getByRole('link', { name: 'plain' }).waitFor();
    await ask(page, 'agno__linear__list');
    has(await page.locator('.part tbody tr').first().innerText(), 'more literal characters');
    await ask(page, 'abb');
    has(await page.locator('.part tbody tr').first().innerText(), 'changed last');
    await shots(page, 'tool');
    holds(!(await page.content()).includes('value of'), 'a value is in the page');
  });

  await check('tool: what is missing is shown, and can be stored at once', async () => {
    await ask(page, 'agno__linear__get', 'key, workspace');
    const row = page.locator('.part tbody tr', { hasText: 'workspace' });
    has(await row.innerText(), 'missing');
    await row.getByRole('button', { name: 'Store one' }).click();
    equal(await page.getByRole('dialog').getByLabel('Tool', { exact: true }).inputValue(), 'agno__linear__get');
    await page.getByRole('dialog').getByLabel('Name').fill('workspace');
    await page.getByRole('dialog').getByLabel(/^Value/).fill('the workspace');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await page.locator('.part tbody tr').getByRole('link', { name: 'workspace' }).waitFor();
  });

  await check('tool: an expired secret keeps its place, and the argument is missing', async () => {
    const { data } = (await tacit.call(tenant.key, 'GET', '/api/v1/secrets/')).json();
    const exact = data.find((secret) => secret.secret_name === 'exact');
    const soon = new Date(Date.now() + 1500).toISOString();
    equal((await tacit.call(tenant.key, 'PATCH', `/api/v1/secrets/${exact.secret_id}`, { expires_at: soon })).status, 200);
    await page.waitForTimeout(2000);
    await ask(page, 'agno__linear__get');
    const row = await page.locator('.part tbody tr').filter({ hasText: 'exact' }).innerText();
    has(row, 'expired');
    has(row, 'the tool gets no value');
    const answer = await tacit.asTool('/tool/v1/resolve', { user_id: tenant.id, tool_name: 'agno__linear__get', wanted_args: ['key'] });
    holds(!('key' in answer.json().arguments), answer.text);
    equal(answer.json().missing[0].reason, 'expired');
    await page.goto(`${tacit.origin}/console/#/secrets`);
    await page.locator('tr', { hasText: 'exact' }).getByText('expired').waitFor();
  });

  await check('tool: a pattern is no tool', async () => {
    await page.goto(`${tacit.origin}/console/#/tool`);
    await page.getByLabel('Tool (required)').fill('agno__*');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('A tool’s name has no star').waitFor();
    equal(page.faults, []);
  });
}
