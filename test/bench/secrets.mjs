// Stores secrets through the API in batches of 64, and prints their ids, one a line:
//   node secrets.mjs STATE API-PORT NUMBER HEADER
// STATE: the folder that conf/quickstart/state.sh made. HEADER: the file in it with the credential, `name: value`.
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {Agent, request} from 'node:https';

const [state, port, number, header] = process.argv.slice(2);
const agent = new Agent({keepAlive: true, maxSockets: 4, ca: readFileSync(`${state}/servers-ca.pem`)});
const [name, value] = readFileSync(`${state}/${header}`, 'utf8').trim().split(': ');
const run = randomUUID();
let next = 0;

function store(secrets) {
  const body = JSON.stringify({secrets});
  const headers = {[name]: value, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body)};
  return new Promise((resolve, reject) => {
    const options = {host: '127.0.0.1', port, path: '/api/v1/secrets/batch', method: 'POST', agent, headers};
    const asked = request(options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(text).data);
        else reject(new Error(`batch: ${answer.statusCode} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function some() {
  while (next < Number(number)) {
    const from = next;
    next = Math.min(Number(number), next + 64);
    const secrets = Array.from({length: next - from}, (_, i) => ({secret_name: `stored ${run} ${from + i}`,
      secret_value: 'a value of the usual length 0123456789'}));
    for (const secret of await store(secrets)) console.log(secret.secret_id);
  }
}

await Promise.all([some(), some(), some(), some()]);
agent.destroy();
