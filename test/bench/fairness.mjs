// Used by fairness.sh. `fill STATE SECRETS USER` stores secrets; `measure STATE SECONDS RATE USER LABEL` prints one row.
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

const [action, state, ...rest] = process.argv.slice(2);
const ca = readFileSync(`${state}/servers-ca.pem`);
const agent = new Agent({ keepAlive: true, maxSockets: 64, ca });
const runtime = new Agent({
  keepAlive: true, maxSockets: 64, ca, cert: readFileSync(`${state}/runtime.pem`), key: readFileSync(`${state}/runtime.key`),
});

function header(file) {
  const [name, ...value] = readFileSync(`${state}/${file}`, 'utf8').trim().split(': ');
  return { [name]: value.join(': ') };
}

/** Resolves with the answer's body; fails unless it is 200. */
function ask(options, body) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', agent, ...options }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${options.path}: ${answer.statusCode} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const secrets = '/api/v1/secrets/';

function store(secret, credential) {
  const headers = { 'Content-Type': 'application/json', ...credential };
  return ask({ port: process.env.BENCH_API, path: secrets, method: 'POST', headers }, JSON.stringify(secret));
}

function secret(number) {
  return {
    secret_name: `secret ${number}`, secret_value: 'a value of the usual length 0123456789', tool_name: `agno__linear__tool_${number}`,
    tool_arg: 'api_key', is_default_for_tool: true,
  };
}

async function fill(count) {
  const large = header('large.header');
  let next = 0;
  const one = async () => {
    while (next < count) await store(secret(next++), large);
  };
  await Promise.all(Array.from({ length: 64 }, one));
  const mine = JSON.parse(await store(secret(0), header('api-key.header')));
  writeFileSync(`${state}/fairness.json`, JSON.stringify({ id: mine.secret_id }));
}

/** Asks at a constant rate, however long answers take; the times in ms, counted from when each was due. */
async function times(options, body, seconds, rate) {
  const taken = [];
  const pending = [];
  const started = performance.now();
  for (let i = 0; i < seconds * rate; ++i) {
    const due = started + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const sent = performance.now();
    pending.push(ask(options, body).then(() => taken.push(performance.now() - sent)));
  }
  await Promise.all(pending);
  return taken.sort((a, b) => a - b);
}

function shown(taken) {
  const at = (part) => taken[Math.min(taken.length - 1, Math.floor(taken.length * part))].toFixed(1);
  return `${at(0.5)} ${at(0.99)} ${at(1)}`.padStart(24);
}

async function measure(seconds, rate, user, label) {
  const { id } = JSON.parse(readFileSync(`${state}/fairness.json`, 'utf8'));
  const api = { port: process.env.BENCH_API, method: 'GET' };
  const body = JSON.stringify({ user_id: user, tool_name: 'agno__linear__tool_0' });
  const tools = {
    port: process.env.BENCH_TOOLS, method: 'POST', path: '/tool/v1/resolve', agent: runtime,
    headers: { 'Content-Type': 'application/json', 'Content-Length': body.length },
  };
  const kinds = [
    [{ ...api, path: '/healthz' }],
    [{ ...api, path: secrets + id, headers: header('api-key.header') }],
    [tools, body],
  ];
  for (const [options, content] of kinds) await times(options, content, 1, rate);
  const rows = [];
  for (const [options, content] of kinds) rows.push(shown(await times(options, content, seconds, rate)));
  console.log(label.padEnd(34) + rows.join(''));
}

if (action === 'fill') await fill(Number(rest[0]));
else await measure(Number(rest[0]), Number(rest[1]), rest[2], rest[3]);
agent.destroy();
runtime.destroy();
