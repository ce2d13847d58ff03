// What became of a secret: its uses as a list and a drawing by day; a rejected one stands out.
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, eventually, has, holds } from './support/checks.mjs';

export async function checkUses({ tacit, browser, shots }) {
  const tenant = tacit.newTenant();
  const secret = await tenant.create({ secret_name: 'used', secret_value: 'value of used', tool_name: 'agno__linear__*', tool_arg: 'api_key', is_default_for_tool: true });
  await tenant.create({ secret_name: 'unused', secret_value: 'value of unused' });
  for (let round = 0; round < 3; round += 1) {
    await tacit.asTool('/tool/v1/resolve', { user_id: tenant.id, tool_name: 'agno__linear__get_issue_details' });
  }
  const reported = await tacit.asTool('/tool/v1/report', { user_id: tenant.id, tool_name: 'agno__linear__get_issue_details', secret_id: secret.secret_id, outcome: 'rejected_upstream' });
  const page = await newPage(browser);
  await signIn(page, tacit.origin, tenant.key);

  await check('uses: they appear, and a rejected one stands out', async () => {
    equal(reported.status, 204, reported.text);
    await eventually(async () => {
      const { data } = (await tacit.call(tenant.key, 'GET', `/api/v1/secrets/${secret.secret_id}/uses`)).json();
      equal(data.map((use) => `${use.outcome} ${use.count}`).sort(), ['rejected_upstream 1', 'released 3']);
    });
    await page.getByRole('link', { name: 'used', exact: true }).click();
    await page.getByText('The tool’s service rejected this value.').waitFor();
    const rows = await page.locator('section', { hasText: 'Which tools got the value' }).locator('tbody tr').allInnerTexts();
    equal(rows.length, 2);
    has(rows.join('\n'), 'Rejected by the service');
    for (const row of rows) has(row, 'agno__linear__get_issue_details');
    await shots(page, 'uses');
  });

  await check('uses: the drawing says the same in words', async () => {
    const drawing = page.getByRole('img', { name: '3 released, 1 rejected by the service' });
    await drawing.waitFor();
    const bars = await drawing.locator('rect').evaluateAll((all) => all.map((bar) => `${bar.getAttribute('class')} ${Number(bar.getAttribute('height')) > 0}`));
    equal(bars.sort(), ['rejected true', 'released true']);
    holds(await drawing.locator('title').count() > 0, 'no titles');
  });

  await check('uses: the table shows the last use, and a secret without any says so', async () => {
    await page.goto(`${tacit.origin}/console/#/secrets`);
    has(await page.locator('tr', { hasText: 'unused' }).innerText(), 'never');
    const used = await page.locator('tr', { has: page.getByRole('link', { name: 'used', exact: true }) }).locator('td').nth(5).innerText();
    holds(/now|second|minute/.test(used), used);
    await page.getByRole('link', { name: 'unused' }).click();
    await page.getByText('No tool has used it yet.').waitFor();
    equal(page.faults, []);
  });
}
