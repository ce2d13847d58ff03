// Prints the samples of growth.sh as a table: node growth.mjs SAMPLES SECRETS
import {readFileSync} from 'node:fs';

const samples = readFileSync(process.argv[2], 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const secrets = Number(process.argv[3]);
const median = (values) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const of = (row, field) => samples.filter((sample) => sample.row === row).map((sample) => sample[field]);

// The ratios of the rounds.
function ratios(kind, field) {
  const [small, large] = ['small', 'large'].map((size) => of(`${kind}-${size}`, field));
  return large.map((value, round) => value / small[round]).sort((a, b) => a - b);
}

const number = (value) => value.toLocaleString('en-US', {maximumFractionDigits: value < 100 ? 2 : 0});

function line(name, kind, field, target = '') {
  const values = ratios(kind, field);
  if (values.length === 0) return;
  const range = values.length > 1 ? ` (${values[0].toFixed(2)}–${values.at(-1).toFixed(2)})` : '';
  console.log(name.padEnd(30) + ['small', 'large'].map((size) => number(median(of(`${kind}-${size}`, field)))
    .padStart(14)).join('') + `  ${median(values).toFixed(2)} ×${range}`.padEnd(24) + target);
}

console.log(`\n${''.padEnd(30)}${'1,000'.padStart(14)}${number(secrets).padStart(14)}  ratio`);
line('GET, CPU µs', 'get', 'cpu', '≤ 1.1');
line('list of 20, CPU µs', 'list20', 'cpu');
line('resolve, CPU µs', 'resolve', 'cpu', '≤ 1.1');
line('create, CPU µs', 'create', 'cpu', '≤ 1.25');
for (const kind of ['get', 'list20', 'resolve']) line(`${kind} a second`, kind, 'rate');
line('creates a second', 'create', 'rate', '≥ 0.8');
for (const kind of ['get', 'create', 'resolve']) line(`${kind}, p99 µs`, kind, 'p99');
line('start-up, ms', 'start', 'milliseconds');
line('server\'s own memory, KB', 'memory', 'own_kb');
line('file, MiB', 'memory', 'file_mb');
line('backup, s', 'backup', 'seconds');
line('verify, s', 'verify', 'seconds');
line('verify, CPU s', 'verify', 'cpu_seconds');
const others = samples.map((sample) => sample.others).filter((value) => value !== undefined);
console.log(`Other processes took ${number(median(others))} % of the cores.`);
