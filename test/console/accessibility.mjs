// For everybody: axe-core finds nothing on any page, light and dark, wide and narrow; the keyboard suffices.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { newPage, signIn } from './support/browser.mjs';
import { check, equal, holds } from './support/checks.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function judge(page) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations: found } = await window.axe.run(document, { resultTypes: ['violations'] });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).slice(0, 3).join(' | ')}`);
  });
  equal(violations, []);
}

const noWider = async (page) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  holds(wide <= 0, `${wide} pixels too wide`);
};

async function prepare(tacit) {
  const tenant = tacit.newTenant();
  const secret = await tenant.create({ secret_name: 'linear', secret_value: 'value of linear', tool_name: 'agno__linear__*', tool_arg: 'api_key', is_default_for_tool: true });
  await tenant.create({ secret_name: 'github', secret_value: 'value of github' });
  await tacit.asTool('/tool/v1/resolve', { user_id: tenant.id, tool_name: 'agno__linear__get' });
  await tacit.asTool('/tool/v1/report', { user_id: tenant.id, tool_name: 'agno__linear__get', secret_id: secret.secret_id, outcome: 'rejected_upstream' });
  await tacit.call(tenant.key, 'PATCH', `/api/v1/secrets/${secret.secret_id}`, { secret_value: 'another value of linear' });
  return { tenant, secret };
}

// Each leaves the page to judge.
const views = (id) => ({
  'secrets': async (page) => page.getByRole('link', { name: 'github' }).waitFor(),
  'a secret': async (page, go) => {
    await go(`#/secrets/${id}`);
    await page.getByText('Which tools got the value').waitFor();
    await page.locator('.part[aria-busy]').first().waitFor({ state: 'detached' });
  },
  'a form with faults': async (page, go) => {
    await go('#/secrets');
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await page.getByText('Some fields are not right').waitFor();
  },
  'a question': async (page, go) => {
    await page.keyboard.press('Escape');
    await go(`#/secrets/${id}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
  },
  'a link': async (page, go) => {
    await page.keyboard.press('Escape');
    await go('#/add?tool_name=agno__*&tool_arg=key');
    await page.getByText('A link asks you').waitFor();
  },
  'a tool': async (page, go) => {
    await page.keyboard.press('Escape');
    await go('#/tool?tool_name=agno__linear__get&wanted=workspace');
    await page.getByText('missing').waitFor();
  },
  'API keys': async (page, go) => {
    await go('#/api-keys');
    await page.getByRole('button', { name: 'Revoke test' }).waitFor();
  },
  'docs': async (page, go) => {
    await go('#/docs');
    await page.locator('summary').first().click();
    await page.locator('details form').first().waitFor();
  },
});

export async function checkAccessibility({ tacit, browser, shots }) {
  const { tenant, secret } = await prepare(tacit);
  const variants = [
    { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
    { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
    { name: 'phone', colorScheme: 'light', viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' },
    { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 800 }, reducedMotion: 'reduce' },
  ];
  for (const { name: variant, ...options } of variants) {
    const page = await newPage(browser, options);
    await check(`accessibility: sign in, ${variant}`, async () => {
      await page.goto(`${tacit.origin}/console/`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await judge(page);
      await noWider(page);
    });
    await signIn(page, tacit.origin, tenant.key);
    const go = (route) => page.goto(`${tacit.origin}/console/${route}`);
    for (const [name, show] of Object.entries(views(secret.secret_id))) {
      await check(`accessibility: ${name}, ${variant}`, async () => {
        await show(page, go);
        await page.waitForTimeout(900); // what fades in has its full contrast only then
        await judge(page);
        await noWider(page);
        await shots(page, `${variant}-${name.replace(/ /g, '-')}`);
      });
    }
    await check(`accessibility: no fault of scripts or policies, ${variant}`, () => equal(page.faults, []));
    await page.context().close();
  }

  await check('accessibility: everything can be done with the keyboard', async () => {
    const page = await newPage(browser);
    await page.goto(`${tacit.origin}/console/`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const focusOn = async (what, limit = 40) => {
      for (let step = 0; step < limit; step += 1) {
        const text = await page.evaluate(() => {
          const { activeElement: active } = document;
          return active === document.body ? '' : `${active.textContent}|${active.getAttribute('name') ?? ''}`;
        });
        if (text.includes(what)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`the focus never came to ${what}`);
    };
    await focusOn('|api_key');
    await page.keyboard.type(tenant.key);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'github' }).waitFor();
    equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the new page has the focus');
    await focusOn('New secret');
    await page.keyboard.press('Enter');
    await focusOn('|secret_name');
    await page.keyboard.type('by keyboard');
    await focusOn('|secret_value');
    await page.keyboard.type('typed value');
    await focusOn('Store');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'by keyboard' }).waitFor();
    await focusOn('by keyboard');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'by keyboard', level: 1 }).waitFor();
    await focusOn('Delete');
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    equal(ring, 'solid', 'the focus is visible');
    await page.keyboard.press('Enter');
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await page.locator('#announcements', { hasText: /deleted|Secrets|secrets/ }).waitFor({ state: 'attached' });
    await page.getByRole('link', { name: 'by keyboard' }).waitFor({ state: 'detached' });
  });

  await check('accessibility: a link skips to the content', async () => {
    const page = await newPage(browser);
    await signIn(page, tacit.origin, tenant.key);
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    for (let step = 0; step < 20 && (await focused()) !== 'Skip to the content'; step += 1) await page.keyboard.press('Shift+Tab');
    equal(await focused(), 'Skip to the content');
    equal(await page.evaluate(() => document.activeElement.getBoundingClientRect().left >= 0), true, 'it is visible');
    await page.keyboard.press('Enter');
    equal(await page.evaluate(() => document.activeElement.id), 'main');
  });
}
