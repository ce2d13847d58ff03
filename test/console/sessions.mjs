// Signing in and out: OpenID Connect with the real provider, API keys, expiry, idle time; and that nothing of it is kept anywhere.
import { ann, bob } from './support/installation.mjs';
import { newPage, passProvider, signIn } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';

const signOut = (page) => page.getByRole('button', { name: 'Sign out' });

async function withAccount(page, origin, route = '') {
  await page.goto(`${origin}/console/${route}`);
  await page.getByRole('button', { name: 'Sign in with your account' }).click();
  await passProvider(page, ann, origin);
  await signOut(page).waitFor();
}

/** Everything that a page of this origin has kept: nothing may be in it. */
const kept = (page) =>
  page.evaluate(async () => ({
    session: Object.keys(sessionStorage),
    local: Object.keys(localStorage),
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    url: location.href,
  }));

const empty = (url) => ({ session: [], local: [], cookies: '', databases: 0, caches: 0, url });

export async function checkSessions({ tacit, browser, shots }) {
  const { origin } = tacit;

  await check('sessions: a person signs in with an account, by a code and PKCE', async () => {
    const page = await newPage(browser);
    const asked = [];
    const sent = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === '/auth') asked.push(url.searchParams);
      if (url.pathname === '/token') sent.push(new URLSearchParams(request.postData()));
    });
    await withAccount(page, origin);
    equal([asked[0].get('response_type'), asked[0].get('code_challenge_method'), asked[0].get('resource')], ['code', 'S256', origin]);
    holds(asked[0].get('state').length >= 32 && asked[0].get('nonce').length >= 32, 'state and nonce are short');
    holds(sent[0].get('code_verifier').length >= 43, 'no verifier');
    await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
    has(await page.locator('header').innerText(), ann.id);
    equal(await kept(page), empty(`${origin}/console/`));
    equal(page.faults, []);
    await shots(page, 'secrets-empty');
  });

  await check('sessions: the person returns to the page from which they left', async () => {
    const page = await newPage(browser);
    await withAccount(page, origin, '#/tool?tool_name=agno__x');
    await page.getByRole('heading', { name: 'What would this tool get?' }).waitFor();
    equal(page.url(), `${origin}/console/#/tool?tool_name=agno__x`);
  });

  await check('sessions: an answer of the provider that this tab did not ask for is refused', async () => {
    const page = await newPage(browser);
    await page.goto(`${origin}/console/?code=stolen&state=other`);
    await page.getByText('belongs to no sign-in').waitFor();
    equal(await kept(page), empty(`${origin}/console/`));
    await page.evaluate(() => sessionStorage.setItem('tacit-sign-in', '{'));
    await page.goto(`${origin}/console/?code=stolen&state=other`);
    await page.getByText('belongs to no sign-in').waitFor();
    equal(await kept(page), empty(`${origin}/console/`));
    await page.evaluate(() => sessionStorage.setItem('tacit-sign-in', JSON.stringify({ state: 'one', nonce: 'n', verifier: 'v', hash: '' })));
    await page.goto(`${origin}/console/?code=stolen&state=two`);
    await page.getByText('belongs to no sign-in').waitFor();
    equal(await kept(page), empty(`${origin}/console/`));
  });

  await check('sessions: the provider’s refusal is explained', async () => {
    const page = await newPage(browser);
    await page.goto(`${origin}/console/`);
    await page.getByRole('button', { name: 'Sign in with your account' }).click();
    await passProvider(page, { name: ann.name, password: 'another' }, origin);
    await page.getByText('The identity provider refuses: no such user').waitFor();
    equal((await kept(page)).session, []);
  });

  await check('sessions: a provider that cannot be reached is explained', async () => {
    const page = await newPage(browser);
    await page.route(`${tacit.provider.issuer}/**`, (route) => route.abort());
    await page.goto(`${origin}/console/`);
    await page.getByRole('button', { name: 'Sign in with your account' }).click();
    await page.getByText('The identity provider’s metadata cannot be read').waitFor();
  });

  await check('sessions: a person signs in with an API key, which is kept nowhere, and signs out', async () => {
    const tenant = tacit.newTenant();
    await tenant.create({ secret_name: 'mine', secret_value: 'a value to hide' });
    const page = await newPage(browser);
    await signIn(page, origin, tenant.key);
    await page.getByRole('link', { name: 'mine' }).waitFor();
    equal(await kept(page), empty(`${origin}/console/`));
    holds(!(await page.content()).includes(tenant.key), 'the key is in the page');
    await signOut(page).click();
    await page.getByText('You have signed out.').waitFor();
    equal(await page.getByText('mine').count(), 0, 'what is left of the list');
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  await check('sessions: a key that is not one is explained', async () => {
    const page = await newPage(browser);
    await page.goto(`${origin}/console/`);
    await page.getByLabel('API key').fill('tct_ü');
    await page.getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByText('it has characters that no key has').waitFor();
    await page.getByLabel('API key').fill('tct_wrong');
    await page.getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByRole('dialog').getByText('The server does not accept your sign-in any more').waitFor();
  });

  await check('sessions: an expired token asks to sign in again, and the page stays', async () => {
    await tacit.provider.useLifetime(6);
    const page = await newPage(browser);
    await withAccount(page, origin);
    await tacit.provider.useLifetime(3600);
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByLabel('Name (required)').fill('typed before');
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.waitFor();
    has(await again.innerText(), 'Your sign-in has expired.');
    await shots(page, 'sign-in-again');
    await again.getByLabel('API key').fill(tacit.createKey(ann.id));
    await again.getByRole('button', { name: 'Sign in with an API key' }).click();
    await again.waitFor({ state: 'detached' });
    equal(await page.getByLabel('Name (required)').inputValue(), 'typed before');
    await page.getByLabel('Value (required)').fill('long enough');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await page.getByRole('link', { name: 'typed before' }).waitFor();
  });

  /** A page in which the token of `ann` has expired while a form was open; its dialog that asks to sign in again. */
  const expiredInForm = async (name) => {
    await tacit.provider.useLifetime(6);
    const page = await newPage(browser);
    await withAccount(page, origin);
    await tacit.provider.useLifetime(3600);
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByLabel('Name (required)').fill(name);
    await page.getByLabel('Value (required)').fill('typed, not sent');
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.waitFor();
    return { page, again };
  };
  const openWindow = async (page, again) => {
    const opened = page.waitForEvent('popup');
    await again.getByRole('button', { name: 'Sign in with your account' }).click();
    return opened;
  };

  await check('sessions: signing in again at the provider, in a window of its own, keeps what is typed', async () => {
    const { page, again } = await expiredInForm('typed and kept');
    const popup = await openWindow(page, again);
    await again.waitFor({ state: 'detached' }); // the provider knows the person
    if (!popup.isClosed()) await popup.waitForEvent('close');
    equal(await page.getByLabel('Value (required)').inputValue(), 'typed, not sent');
    equal(await kept(page), empty(`${origin}/console/`));
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await page.getByRole('link', { name: 'typed and kept' }).waitFor();
    equal(page.faults, []);
  });

  await check('sessions: another person who signs in again does not get what was typed', async () => {
    const { page, again } = await expiredInForm('of ann');
    await page.context().clearCookies();
    const popup = await openWindow(page, again);
    await passProvider(popup, bob, origin).catch((error) => {
      if (!popup.isClosed()) throw error;
    });
    await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
    equal(await page.locator('dialog').count(), 0, 'dialogs');
    has(await page.locator('header').innerText(), bob.id);
  });

  await check('sessions: a browser that opens no window is explained, and so is a window that nobody waits for', async () => {
    const { page, again } = await expiredInForm('never stored');
    await page.evaluate(() => (window.open = () => null));
    await again.getByRole('button', { name: 'Sign in with your account' }).click();
    await again.getByText('did not let this page open a window').waitFor();
    equal(await page.getByLabel('Name (required)').inputValue(), 'never stored');
    const other = await page.context().newPage();
    await other.goto(`${origin}/console/?code=stolen&state=again.stolen`);
    await other.getByText('belongs to no sign-in').waitFor();
    equal(await kept(other), empty(`${origin}/console/`));
    equal(await again.count(), 1, 'the other page is still signed out');
  });

  await check('sessions: signing out ends the session at the provider, too', async () => {
    const page = await newPage(browser);
    await withAccount(page, origin);
    await signOut(page).click();
    await page.waitForURL((url) => url.pathname === '/session/end');
    const { searchParams } = new URL(page.url());
    equal([...searchParams.keys()].sort(), ['client_id', 'post_logout_redirect_uri'], 'what the URL says');
    await page.getByRole('button', { name: /yes/i }).click();
    await page.waitForURL(`${origin}/console/`);
    await page.getByRole('button', { name: 'Sign in with your account' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/interaction/')); // the provider asks who it is
  });

  await check('sessions: a revoked key asks to sign in again', async () => {
    const tenant = tacit.newTenant();
    const other = tacit.createKey(tenant.id);
    const page = await newPage(browser);
    await signIn(page, origin, other);
    await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
    const { data } = (await tacit.call(tenant.key, 'GET', '/api/v1/api-keys/')).json();
    for (const key of data) {
      if (other.includes(key.key_id)) await tacit.call(tenant.key, 'DELETE', `/api/v1/api-keys/${key.key_id}`);
    }
    if (data.every((key) => !other.includes(key.key_id))) throw new Error('the key is not in the list');
    // A server may have seen the key a moment ago.
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    for (let round = 0; round < 30 && (await again.count()) === 0; round += 1) {
      await page.getByRole('link', { name: 'API keys' }).click();
      await page.waitForTimeout(300);
      if ((await again.count()) === 0) await page.getByRole('link', { name: 'Secrets' }).click();
      await page.waitForTimeout(300);
    }
    await again.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  await check('sessions: idle time signs out', async () => {
    const tenant = tacit.newTenant();
    const page = await newPage(browser);
    await page.clock.install();
    await signIn(page, origin, tenant.key);
    await page.clock.runFor(14 * 60 * 1000);
    await page.keyboard.press('Shift');
    await page.clock.runFor(14 * 60 * 1000);
    equal(await signOut(page).count(), 1, 'a person who pressed a key is signed in');
    await page.clock.runFor(2 * 60 * 1000);
    await page.getByText('nothing happened here for 15 minutes').waitFor();
    equal(await signOut(page).count(), 0);
  });

  await check('sessions: after a sleep, in which no timer runs, the first move signs out', async () => {
    const page = await newPage(browser);
    await page.clock.install();
    await signIn(page, origin, tacit.newTenant().key);
    await page.clock.setSystemTime(Date.now() + 16 * 60 * 1000);
    await page.keyboard.press('Shift');
    await page.getByText('nothing happened here for 15 minutes').waitFor();
  });

  await check('sessions: a page that waits for another sign-in stays for the idle time alone, and against Escape', async () => {
    const tenant = tacit.newTenant();
    await tenant.create({ secret_name: 'left open', secret_value: 'a value to hide' });
    const page = await newPage(browser);
    await page.clock.install();
    await signIn(page, origin, tenant.key);
    await page.getByRole('link', { name: 'left open' }).waitFor();
    const refused = { status: 401, json: { detail: 'The credential is not valid.' } };
    await page.route((url) => url.pathname === '/api/v1/secrets/', (route) => route.fulfill(refused));
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByLabel('Name (required)').fill('n');
    await page.getByLabel('Value (required)').fill('a value');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.waitFor();
    for (let count = 0; count < 3; count += 1) await page.keyboard.press('Escape');
    equal(await again.count(), 1, 'Escape closed the dialog');
    equal(await page.getByText('left open').count(), 1);
    await page.clock.runFor(16 * 60 * 1000);
    await page.getByText('nothing happened here for 15 minutes').waitFor();
    equal([await page.getByText('left open').count(), await page.locator('dialog').count()], [0, 0]);
  });

  const spoilt = [
    ['without an expiry', (claims) => ({ ...claims, exp: undefined })],
    ['that has expired', (claims) => ({ ...claims, exp: 1 })],
    ['for another client', (claims) => ({ ...claims, aud: 'other' })],
    ['for another party', (claims) => ({ ...claims, azp: 'other' })],
    ['of another issuer', (claims) => ({ ...claims, iss: 'https://other.example' })],
    ['of another sign-in', (claims) => ({ ...claims, nonce: 'other' })],
  ];
  for (const [what, spoil] of spoilt) {
    await check(`sessions: an identity token ${what} signs nobody in`, async () => {
      const page = await newPage(browser);
      await page.route(`${tacit.provider.issuer}/token`, async (route) => {
        const response = await route.fetch();
        const answer = await response.json();
        const [head, claims, signature] = answer.id_token.split('.');
        const text = JSON.stringify(spoil(JSON.parse(Buffer.from(claims, 'base64url'))));
        answer.id_token = [head, Buffer.from(text).toString('base64url'), signature].join('.');
        await route.fulfill({ response, json: answer });
      });
      await page.goto(`${origin}/console/`);
      await page.getByRole('button', { name: 'Sign in with your account' }).click();
      await passProvider(page, ann, origin);
      await page.getByText('is not for this sign-in, so it was not used').waitFor();
      equal(await signOut(page).count(), 0);
    });
  }
}
