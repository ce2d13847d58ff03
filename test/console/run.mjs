// The console in Debian's Chromium, against the real server and a certified identity provider.
//
//   node run.mjs TACIT OUTPUT     the program; a folder for pictures, which is made new
//
// Ends with 77 (skipped) if there is no browser: TACIT_TEST_CHROMIUM names another than Debian's.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkAccessibility } from './accessibility.mjs';
import { checkAnswers } from './answers.mjs';
import { checkApiKeys } from './api_keys.mjs';
import { checkDocs } from './docs.mjs';
import { checkErrors } from './errors.mjs';
import { checkHostileTexts } from './hostile_texts.mjs';
import { checkLinks } from './links.mjs';
import { checkOtherOrigins } from './other_origins.mjs';
import { checkPrecedence } from './precedence.mjs';
import { checkSecrets } from './secrets.mjs';
import { checkSessions } from './sessions.mjs';
import { checkSources } from './sources.mjs';
import { checkTool } from './tool.mjs';
import { checkUses } from './uses.mjs';
import { browserPath, picturesIn, startBrowser } from './support/browser.mjs';
import { summary, takePictures } from './support/checks.mjs';
import { install } from './support/installation.mjs';
import { startOrigins } from './support/origins.mjs';
import { stopAll } from './support/processes.mjs';

const binary = resolve(process.argv[2]);
const output = resolve(process.argv[3]);
const only = process.env.TACIT_CONSOLE_ONLY; // a part of the name of the checks to run
if (!browserPath()) {
  console.log('There is no Chromium: conf/packages.sh console');
  process.exit(77);
}
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'tacit-console-'));
let code = 1;
try {
  await checkSources(output);
  await checkPrecedence();
  const origins = await startOrigins();
  const tacit = await install(binary, folder, { 'cors-origins': origins.listed.origin });
  const browser = await startBrowser();
  const shots = picturesIn(output);
  takePictures(async (name) => {
    for (const context of browser.contexts()) {
      for (const [index, page] of context.pages().entries()) await shots(page, `${name}-${index}`);
    }
  });
  const bed = { tacit, browser, shots, origins };
  const parts = [checkAnswers, checkSessions, checkSecrets, checkErrors, checkTool, checkLinks, checkUses, checkApiKeys, checkDocs, checkHostileTexts, checkAccessibility, checkOtherOrigins];
  for (const part of parts) {
    if (only && !part.name.toLowerCase().includes(only.toLowerCase())) continue;
    await part(bed);
    for (const context of browser.contexts()) await context.close();
  }
  await browser.close();
  await tacit.server.stop();
  await tacit.provider.stop();
  origins.stop();
  code = summary();
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
