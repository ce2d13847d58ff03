// The console's modules keep the rules that joining them needs (http/console/bundle.cmake), and no file of it has code, style or
// anything else from elsewhere in it.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, equal, holds } from './support/checks.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'http/console');
const read = (name) => readFileSync(join(folder, name), 'utf8');

const modules = () => readdirSync(folder).filter((name) => name.endsWith('.js')).sort();
const declaration = /^(?:export )?(?:async )?(?:const|let|var|function|class) ([A-Za-z_$][\w$]*)/gm;
const exported = (text) => [...text.matchAll(/^export (?:async )?(?:const|let|function|class) ([A-Za-z_$][\w$]*)/gm)].map((found) => found[1]);
const imports = (text) => [...text.matchAll(/^import \{ (.*) \} from '\.\/(.*)';$/gm)].map((found) => ({ names: found[1].split(', '), from: found[2] }));

function listedModules() {
  const text = readFileSync(join(root, 'http/CMakeLists.txt'), 'utf8');
  return /set\(console_modules\n([^)]*)\)/.exec(text)[1].trim().split(/\s+/);
}

export async function checkSources(output) {
  await check('sources: every module is in the build', () => equal([...listedModules()].sort(), modules()));
  await check('sources: names are unique over all modules', () => {
    const seen = new Map();
    for (const name of modules()) {
      for (const [, declared] of read(name).matchAll(declaration)) {
        holds(!seen.has(declared), `${declared} is in ${seen.get(declared)} and in ${name}`);
        seen.set(declared, name);
      }
    }
  });
  await check('sources: imports are complete, used, and of earlier or later modules that export them', () => {
    for (const name of modules()) {
      const text = read(name);
      const lines = text.split('\n').filter((line) => line.startsWith('import '));
      equal(lines.length, imports(text).length, `${name}: imports of one line each`);
      const body = text.replace(/^import .*$/gm, '');
      const known = new Set();
      for (const { names, from } of imports(text)) {
        const offered = exported(read(from));
        for (const each of names) {
          holds(offered.includes(each), `${name} imports ${each}, which ${from} does not export`);
          holds(new RegExp(`\\b${each}\\b`).test(body), `${name} imports ${each} and does not use it`);
          known.add(each);
        }
      }
      // With quoted texts and comments left out, a word that another module exports is used only if it is imported.
      const own = new Set([...text.matchAll(declaration)].map((found) => found[1]));
      const words = new Set(body.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/'[^'\n]*'/g, "''").match(/(?<![.\w$])[A-Za-z_$][\w$]*(?=\()/g) ?? []);
      for (const other of modules()) {
        if (other === name) continue;
        for (const each of exported(read(other))) {
          const local = own.has(each) || known.has(each) || new RegExp(`(?:const|let|\\(|, )\\s*${each}\\b\\s*(?:=|,|\\)|=>)`).test(body);
          holds(local || !words.has(each), `${name} uses ${each} of ${other} without importing it`);
        }
      }
    }
  });
  await check('sources: the joined module is valid, and has no import', () => {
    const joined = join(output, 'console.mjs');
    const list = listedModules().map((name) => join(folder, name)).join(';');
    execFileSync('cmake', ['-D', `OUTPUT=${joined}`, `-DMODULES=${list}`, '-P', join(folder, 'bundle.cmake')]);
    execFileSync('node', ['--check', joined]);
    holds(!/^(import|export) /m.test(readFileSync(joined, 'utf8')), 'an import or export is left');
  });
  await check('sources: no markup is made of text, and nothing is kept or loaded that may not be', () => {
    const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|localStorage|indexedDB|document\.cookie|setAttribute\('style'|https?:\/\/(?!www\.w3\.org\/2000\/svg)/;
    for (const name of modules()) holds(!forbidden.test(read(name)), `${name}: ${forbidden.exec(read(name))?.[0]}`);
    const keeping = modules().filter((name) => /sessionStorage/.test(read(name)));
    equal(keeping, ['sign_in.js'], 'modules that use sessionStorage');
    for (const name of ['page.html', 'start.html', 'console.css']) holds(!/https?:|\/\/[a-z]|@import|url\(/i.test(read(name).replace(/<!doctype[^>]*>/i, '')), `${name} names something elsewhere`);
  });
  await check('sources: texts for people are in texts.js alone', () => {
    for (const name of modules()) {
      if (name === 'texts.js') continue;
      const sentence = /(?<!\/\/.*)(?<!\* .*)['`][A-Z][a-z]+ [a-z]+ [a-z]+[^'`]*['`]/.exec(read(name).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''));
      holds(!sentence, `${name} has a text: ${sentence?.[0]}`);
    }
  });
}
