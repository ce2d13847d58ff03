// Draws the ratios of run.sh's results as SVG: a dot for the median, a line from the least to the most, and a mark for
// the target. node plot.mjs RESULT >FILE
import {readFileSync} from 'node:fs';
import {ratios} from './rows.mjs';

const result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const shown = Object.entries(result.ratios)
  .filter(([name, values]) => ratios[name].target !== undefined || values.median < 16);
const left = 390;
const right = 940;
const row = 26;
const top = 56;
const height = top + shown.length * row + 34;
const [low, high] = [0.25, 16];

// A place on the logarithmic axis.
const within = (value) => Math.min(high, Math.max(low, value));
const x = (value) => left + (right - left) * Math.log(within(value) / low) / Math.log(high / low);
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const lines = [];
const text = (at, y, content, more = '') =>
  lines.push(`<text x="${at.toFixed(1)}" y="${y}"${more}>${escaped(content)}</text>`);

function axis() {
  for (let value = low; value <= high; value *= 2) {
    const at = x(value).toFixed(1);
    const color = value === 1 ? '#333' : '#ddd';
    lines.push(`<line x1="${at}" y1="${top - 8}" x2="${at}" y2="${height - 26}" stroke="${color}"/>`);
    text(x(value), height - 10, `${value} ×`, ' text-anchor="middle"');
  }
}

function ratio([name, values], index) {
  const {what, against, target, more} = ratios[name];
  const y = top + index * row + 8;
  text(left - 12, y + 4, `${what} / ${against}`, ' text-anchor="end"');
  const [from, to] = [x(values.least).toFixed(1), x(values.most).toFixed(1)];
  lines.push(`<line x1="${from}" y1="${y}" x2="${to}" y2="${y}" stroke="#4a78b5" stroke-width="3"/>`);
  lines.push(`<circle cx="${x(values.median).toFixed(1)}" cy="${y}" r="5" fill="#1f4e8c"/>`);
  text(right + 12, y + 4, values.median.toFixed(2));
  if (target === undefined) return;
  const at = x(target);
  const tip = more ? 6 : -6;
  lines.push(`<path d="M${at.toFixed(1)} ${y - 9}v18m0 -9h${tip}" stroke="#b5473c" stroke-width="2" fill="none"/>`);
}

axis();
text(20, 24, `Ratios within a round: median of ${result.rounds}, least to most; the red mark is the target. ` +
  `${result.version}, ${result.machine.cores} cores of ${result.machine.processor}, ${result.date}`);
shown.forEach(ratio);
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="${height}" viewBox="0 0 1000 ${height}"` +
  ' font-family="sans-serif" font-size="13" role="img">\n<rect width="100%" height="100%" fill="#fff"/>\n' +
  `${lines.join('\n')}\n</svg>`);
