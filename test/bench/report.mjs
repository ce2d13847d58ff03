// The report of run.sh:
//   node report.mjs summarize RUN SAMPLES RESULT   medians of the samples, with the least and the most, as JSON
//   node report.mjs print RESULT                   as tables
//   node report.mjs record RESULT RATIOS           keeps the ratios that CI looks at
//   node report.mjs check RESULT RATIOS            exit code 1 if one of them is beyond 1.5 times the kept one
import {readFileSync, writeFileSync} from 'node:fs';
import {ratios, rows} from './rows.mjs';

const gross = 1.5;
const load = (file) => JSON.parse(readFileSync(file, 'utf8'));
const save = (file, value) => writeFileSync(file, JSON.stringify(value, null, 1) + '\n');

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return {median, least: sorted[0], most: sorted.at(-1)};
}

/** The values of a ratio, one for each round. */
function ofRounds(samples, {row, field, base, baseField}) {
  const values = [];
  for (const sample of samples.filter((one) => one.row === row)) {
    const other = samples.find((one) => one.row === base && one.round === sample.round);
    if (other) values.push(sample[field] / other[baseField]);
  }
  return values;
}

function summarize(run, samples) {
  const result = {...run, rows: {}, ratios: {}};
  for (const row of Object.keys(rows)) {
    const own = samples.filter((sample) => sample.row === row);
    if (own.length === 0) continue;
    result.rows[row] = {};
    for (const field of Object.keys(own[0])) {
      if (field === 'row' || field === 'round') continue;
      result.rows[row][field] = spread(own.map((sample) => sample[field]));
    }
  }
  for (const [name, ratio] of Object.entries(ratios)) {
    const values = ofRounds(samples, ratio);
    if (values.length > 0) result.ratios[name] = spread(values);
  }
  for (const field of ['others', 'withheld']) {
    const values = samples.map((sample) => sample[field]).filter((value) => value !== undefined);
    if (values.length > 0) result.machine[field] = spread(values);
  }
  return result;
}

const number = (value, digits = 0) => value.toLocaleString('en-US',
  {minimumFractionDigits: digits, maximumFractionDigits: digits});

function cell(values, digits = 0, scale = 1) {
  if (values === undefined) return '';
  const shown = (value) => number(value * scale, digits);
  if (values.least === values.most) return shown(values.median);
  return `${shown(values.median)} (${shown(values.least)}–${shown(values.most)})`;
}

function printMachine(result) {
  const {machine} = result;
  const part = (values) => `${cell(values)} %`;
  console.log(`\n${result.version}, ${result.nginx}; ${result.cipher}; a body of ${result.body} bytes`);
  console.log(`${result.threads} threads each on ${machine.cores} cores of ${machine.processor}` +
    `${machine.mhz ? ` at ${machine.mhz} MHz` : ''}; ${result.rounds} rounds, ${result.seconds} s a measurement`);
  console.log(`The load average was ${machine.load_before} before and ${machine.load_after} after. Other processes ` +
    `took ${part(machine.others)} of the cores,\nthe hypervisor withheld ${part(machine.withheld)}.`);
}

function print(result) {
  printMachine(result);
  const line = (...cells) => console.log(cells[0].padEnd(34) + cells.slice(1).map((one) => one.padStart(23)).join(' '));
  console.log();
  line('median (least–most)', 'requests/s', 'CPU µs a request', 'p50 ms', 'p99 ms', 'p99.9 ms');
  for (const [row, values] of Object.entries(result.rows)) {
    if (values.memory) line(rows[row], `${cell(values.memory, 1, 1 / 1024)} KiB`);
    else line(rows[row], cell(values.rate), cell(values.cpu, 1), ...['p50', 'p99', 'p999'].map((time) =>
      cell(values[time], 2, 0.001)));
  }
  const over = result.rows.overload;
  if (over) {
    console.log(`At 4 × the maximum ${cell(over.refused)} were refused, 99 % of them within ` +
      `${cell(over.refused_p99, 1, 0.001)} ms.`);
  }
  console.log();
  line('ratio', 'median (least–most)', 'target');
  for (const [name, values] of Object.entries(result.ratios)) {
    const {what, against, target, more} = ratios[name];
    const text = `${what} / ${against}`;
    console.log(text.padEnd(58) + cell(values, 2).padStart(24) +
      (target === undefined ? '' : `${more ? '≥' : '≤'} ${number(target, 2)}`.padStart(12)));
  }
}

function record(result, file) {
  const kept = {};
  for (const [name, values] of Object.entries(result.ratios)) {
    if (ratios[name].gate) kept[name] = Number(values.median.toFixed(3));
  }
  save(file, kept);
}

function check(result, file) {
  let failed = 0;
  for (const [name, kept] of Object.entries(load(file))) {
    const values = result.ratios[name];
    if (values === undefined) continue;
    if (values.least <= kept * gross) continue;
    failed += 1;
    const {what, against} = ratios[name];
    console.log(`${what} / ${against}: ${values.least.toFixed(2)} at least, beyond ${gross} × the recorded ${kept}. ` +
      'If that is meant: test/bench/run.sh --quick --record');
  }
  if (failed > 0) process.exitCode = 1;
  else console.log(`All ratios are within ${gross} × the recorded ones.`);
}

const [action, first, second, third] = process.argv.slice(2);
if (action === 'summarize') {
  const samples = readFileSync(second, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  save(third, summarize(load(first), samples));
} else if (action === 'print') print(load(first));
else if (action === 'record') record(load(first), second);
else if (action === 'check') check(load(first), second);
