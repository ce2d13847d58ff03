// The pages' answers: what a first load costs, what browsers may keep, and what restricts the pages.
import { gunzipSync } from 'node:zlib';
import { request as httpsRequest } from 'node:https';
import { newPage } from './support/browser.mjs';
import { check, equal, has, holds } from './support/checks.mjs';

/** A GET with the body as bytes. */
function get(tacit, path, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(`${tacit.origin}${path}`, { method, headers, agent: false, ca: tacit.authority }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on('error', reject);
    request.end();
  });
}

export async function checkAnswers({ tacit, browser, shots }) {
  await check('answers: / leads to the console', async () => {
    const answer = await get(tacit, '/');
    equal([answer.status, answer.headers.location], [302, '/console/']);
  });

  await check('answers: every page and file is restricted', async () => {
    for (const path of ['/console/', '/console', '/docs', '/console/console.js', '/docs/console.css', '/console/icon.svg']) {
      const { status, headers } = await get(tacit, path);
      equal(status, 200, path);
      const policy = headers['content-security-policy'];
      for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", `connect-src 'self' ${tacit.provider.issuer}`, "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) has(policy, part, path);
      holds(!/unsafe|\*|data:/.test(policy), `${path}: ${policy}`);
      equal(headers['x-content-type-options'], 'nosniff', path);
      equal(headers['referrer-policy'], 'no-referrer', path);
      equal(headers['cross-origin-opener-policy'], 'same-origin', path);
      equal(headers['cross-origin-resource-policy'], 'same-origin', path);
      has(headers['permissions-policy'], 'camera=()', path);
    }
  });

  await check('answers: files have a strong tag, are compressed for who takes it, and are not sent twice', async () => {
    const plain = await get(tacit, '/console/console.js');
    const packed = await get(tacit, '/console/console.js', { 'Accept-Encoding': 'br, gzip' });
    equal(packed.headers['content-encoding'], 'gzip');
    holds(gunzipSync(packed.body).equals(plain.body), 'the compressed file is another');
    holds(/^"[^"]+"$/.test(plain.headers.etag) && plain.headers.etag !== packed.headers.etag, `${plain.headers.etag}, ${packed.headers.etag}`);
    equal(packed.headers['cache-control'], 'no-cache');
    has(packed.headers.vary, 'Accept-Encoding');
    const again = await get(tacit, '/console/console.js', { 'Accept-Encoding': 'gzip', 'If-None-Match': packed.headers.etag });
    equal([again.status, again.body.length, again.headers['content-length']], [304, 0, undefined]);
    const refused = await get(tacit, '/console/console.js', { 'Accept-Encoding': 'gzip;q=0' });
    equal(refused.headers['content-encoding'], undefined);
  });

  await check('answers: HEAD works, other methods and files do not', async () => {
    const head = await get(tacit, '/console/', {}, 'HEAD');
    equal([head.status, head.body.length], [200, 0]);
    equal((await get(tacit, '/console/', {}, 'POST')).status, 405);
    for (const [path, status] of [['/console/other.js', 404], ['/docs/other.js', 404], ['/console/config.json', 200], ['/', 302]]) {
      const answer = await get(tacit, path);
      equal(answer.status, status, path);
      has(answer.headers['content-security-policy'], "frame-ancestors 'none'", path);
    }
  });

  await check('answers: console = off removes the console at a reload, and / has links', async () => {
    await tacit.reconfigure({ console: 'off' });
    const start = await get(tacit, '/');
    equal(start.status, 200);
    for (const part of ['href="/docs"', 'href="/openapi.json"']) has(start.body.toString(), part);
    equal((await get(tacit, '/console/')).status, 404);
    equal((await get(tacit, '/console/console.js')).status, 404);
    const page = await newPage(browser);
    await page.goto(`${tacit.origin}/`);
    await shots(page, 'start');
    await page.getByRole('link', { name: 'The API, for people' }).click();
    await page.locator('details').first().waitFor();
    equal(await page.locator('header nav a').allInnerTexts(), ['API']);
    await page.goto(`${tacit.origin}/docs#/secrets`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    equal(page.faults, []);
    await page.context().close();
    await tacit.reconfigure({});
    equal((await get(tacit, '/console/')).status, 200);
  });

  await check('answers: the first load is at most 3 requests and 100 KB, all of this server', async () => {
    const page = await newPage(browser);
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    const urls = [];
    session.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
    page.on('request', (request) => urls.push(request.url()));
    await page.goto(`${tacit.origin}/console/`, { waitUntil: 'networkidle' });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const loaded = urls.filter((url) => !url.endsWith('/icon.svg')); // a browser's window asks for that, not the page
    holds(loaded.length <= 3, `${loaded.length} requests: ${loaded}`);
    holds(urls.every((url) => url.startsWith(`${tacit.origin}/`)), `elsewhere: ${urls}`);
    holds(bytes > 0 && bytes < 100000, `${bytes} bytes`);
    console.log(`        the first load: ${loaded.length} requests, ${bytes} bytes`);
    equal(page.faults, []);
    await shots(page, 'sign-in');
  });
}
