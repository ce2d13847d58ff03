// Chromium, and what a person does in it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const candidates = [process.env.TACIT_TEST_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** The browser's path; undefined if there is none. */
export const browserPath = () => candidates.find((path) => path && existsSync(path));

export async function startBrowser() {
  return chromium.launch({
    executablePath: browserPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    timeout: 60000,
    handleSIGTERM: false, // processes.mjs ends the run
    handleSIGINT: false,
    handleSIGHUP: false,
  });
}

/** A page in a profile of its own. Faults of the page's scripts and of its content security policy are in `page.faults`. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A status of 400 and above is an answer that the page handles; Chromium reports each.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) page.faults.push(message.text());
  });
  return page;
}

/** Opens the console, at a route, and signs in with an API key. */
export async function signIn(page, origin, key, route = '') {
  await page.goto(`${origin}/console/${route}`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with an API key' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Answers the identity provider's questions until it sends the browser back. */
export async function passProvider(page, { name, password }, origin) {
  await page.waitForURL((url) => url.origin !== origin);
  for (let round = 0; round < 4; round += 1) {
    await page.waitForURL((url) => url.pathname.startsWith('/interaction/') || url.origin === origin);
    if (new URL(page.url()).origin === origin) return;
    const left = page.url();
    await page.evaluate(
      ([user, secret]) => {
        const form = document.createElement('form');
        form.method = 'post';
        for (const [field, value] of [['user', user], ['password', secret]]) {
          const input = document.createElement('input');
          input.name = field;
          input.value = value;
          form.append(input);
        }
        document.body.append(form);
        form.submit();
      },
      [name, password],
    );
    await page.waitForURL((url) => url.href !== left);
  }
}

/** Keeps a picture of the page: `shots(page, name)`. */
export function picturesIn(folder) {
  return (page, name) => page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: 'disabled' });
}
