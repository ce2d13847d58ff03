// Named checks, one after the other. A failed one is shown with its reason and does not end the run.
import { deepStrictEqual } from 'node:assert';

let passed = 0;
const failed = [];
let shoot = async () => undefined;

/** `take(name)` is called after a failed check, to keep a picture of it. */
export function takePictures(take) {
  shoot = take;
}

/** Runs the check. */
export async function check(name, run) {
  const started = Date.now();
  try {
    await run();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed.push(name);
    console.log(`FAILED  ${name}\n        ${String(error.stack ?? error).split('\n').slice(0, 12).join('\n        ')}`);
    await shoot(`failed-${name}`.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)).catch(() => undefined);
  }
}

export function equal(found, expected, what = 'value') {
  try {
    deepStrictEqual(found, expected);
  } catch {
    throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  }
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

export function has(text, part, what = 'text') {
  if (!String(text).includes(part)) throw new Error(`${what}: “${part}” is not in “${String(text).slice(0, 600)}”`);
}

/** Tries until it succeeds. */
export async function eventually(run, limit = 40000) {
  const deadline = Date.now() + limit;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

/** Prints the summary. Returns the exit code. */
export function summary() {
  console.log(`\n${passed} checks passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join('; ')}` : ''}`);
  return failed.length === 0 && passed > 0 ? 0 : 1;
}
