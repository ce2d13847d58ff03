// Writes the figures of run.sh's results into the documents, between two comments of each: the ratios into README.md,
// requests per second, times and CPU into conf/OPERATING.md. node figures.mjs RESULT
import {readFileSync, writeFileSync} from 'node:fs';
import {ratios, rows} from './rows.mjs';

const result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const top = new URL('../../', import.meta.url);

const number = (value, digits = 0) => value.toLocaleString('en-US',
  {minimumFractionDigits: digits, maximumFractionDigits: digits});
const range = ({least, most}, digits, scale = 1) => {
  const [from, to] = [number(least * scale, digits), number(most * scale, digits)];
  return from === to ? from : `${from}–${to}`;
};
const table = (lines) => lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Lines of at most 120 characters. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1) !== '' && lines.at(-1).length + word.length >= 120) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) === '' ? '' : ' ') + word;
  }
  return lines.join('\n');
}

function machine() {
  const {processor, cores, others} = result.machine;
  return `By \`test/bench/run.sh\`, ${result.date}, ${result.version}, ${cores} cores of ${processor}, ` +
    `${result.rounds} round${result.rounds === 1 ? '' : 's'}, the load generator on the same cores` +
    (others ? `; other processes took ${number(others.median)} % of them.` : '.');
}

function ofReadme() {
  const lines = [['work', 'against', 'median', 'least–most'], ['---', '---', '---', '---']];
  for (const [name, values] of Object.entries(result.ratios)) {
    const {what, against} = ratios[name];
    lines.push([what, against, `${number(values.median, 2)} ×`, range(values, 2)]);
  }
  return `${wrapped(`${machine()} Each is a ratio within one round.`)}\n\n${table(lines)}`;
}

function ofOperators() {
  const lines = [['', 'requests/s', 'p99 ms', 'CPU µs a request'], ['---', '---', '---', '---']];
  for (const [name, values] of Object.entries(result.rows)) {
    if (!values.rate || name.includes('nginx') || name.startsWith('lmdb')) continue;
    lines.push([rows[name], range(values.rate, 0), range(values.p99, 1, 0.001), range(values.cpu, 0)]);
  }
  const {nginx} = result.rows;
  const beside = nginx ? ` nginx with a fixed body of the size took ${range(nginx.cpu, 0)} µs. ` : ' ';
  return `${wrapped(`${machine()}${beside}64 connections where nothing else is named.`)}\n\n${table(lines)}`;
}

function write(file, content) {
  const path = new URL(file, top);
  const old = readFileSync(path, 'utf8');
  const [begin, end] = ['<!-- figures: test/bench/record.sh -->\n', '\n<!-- end of figures -->'];
  const from = old.indexOf(begin);
  const to = old.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for figures: ${begin}`);
  writeFileSync(path, old.slice(0, from + begin.length) + content + old.slice(to));
}

write('README.md', ofReadme());
write('conf/OPERATING.md', ofOperators());
