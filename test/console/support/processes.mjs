// Processes of a run, which end with it, and free ports.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const running = new Set();

/** The environment without what is meant for the tests: the program takes TACIT_… for its settings. */
export const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TACIT_')));

/** Starts a program and waits for a line of its output that `isReady` accepts. Returns {line, stop, reload}. */
export async function startProcess(command, args, isReady) {
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let text = '';
  const ended = new Promise((resolve) => child.on('exit', (code) => (running.delete(child), resolve(code))));
  const line = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} is not ready: ${text}`)), 60000);
    const take = (part) => {
      text += part;
      const found = text.split('\n').find(isReady);
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    ended.then((code) => reject(new Error(`${command} ended with ${code}: ${text}`)));
  });
  /** Sends SIGHUP, and waits for new output that has this text. */
  const reload = async (wanted) => {
    const before = text.length;
    child.kill('SIGHUP');
    for (let round = 0; !text.slice(before).includes(wanted); round += 1) {
      if (round > 400) throw new Error(`${command} does not print ${wanted} after SIGHUP: ${text.slice(before)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  const stop = async () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { line, stop, reload, child };
}

export function stopAll() {
  for (const child of running) child.kill('SIGKILL');
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    stopAll();
    process.exit(1);
  });
}

/** A port of 127.0.0.1 that nobody uses now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
