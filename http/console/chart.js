// The uses of a secret by day, as a small drawing. The list beside it says the same in words.
import { h, svg } from './dom.js';
import { number } from './format.js';
import { texts } from './texts.js';

const days = 30;
const dayLength = 86400000; // milliseconds
const width = 1000;
const height = 120;
const top = 8;
const base = height - 1;

const dayOf = (time) => Math.floor(Date.parse(time) / dayLength);

/** [{day, released, rejected}] of the last 30 days, oldest first. An entry counts on the day of its last use. */
export function usesByDay(uses, now) {
  const last = Math.floor(now / dayLength);
  const result = [];
  for (let day = last - days + 1; day <= last; day += 1) result.push({ day, released: 0, rejected: 0 });
  for (const use of uses) {
    const place = result[dayOf(use.last_at) - (last - days + 1)];
    if (!place) continue;
    if (use.outcome === 'rejected_upstream') place.rejected += use.count;
    else place.released += use.count;
  }
  return result;
}

const dateText = (day) => new Date(day * dayLength).toISOString().slice(0, 10);

function bar(column, index, most) {
  const step = width / days;
  const scaled = (count) => (count === 0 ? 0 : Math.max(2, (count / most) * (base - top)));
  const released = scaled(column.released);
  const rejected = scaled(column.rejected);
  const x = index * step + 4;
  const size = { x, width: step - 8 };
  const title = svg('title', {}, texts.uses.ofDay(dateText(column.day), column.released, column.rejected));
  return svg(
    'g',
    {},
    title,
    released > 0 && svg('rect', { ...size, y: base - released, height: released, class: 'released' }),
    rejected > 0 && svg('rect', { ...size, y: base - released - rejected, height: rejected, class: 'rejected' }),
  );
}

/** The drawing, with a sentence for users of screen readers and a legend. */
export function usesChart(uses, now) {
  const columns = usesByDay(uses, now);
  const released = columns.reduce((sum, column) => sum + column.released, 0);
  const rejected = columns.reduce((sum, column) => sum + column.rejected, 0);
  const most = Math.max(1, ...columns.map((column) => column.released + column.rejected));
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': texts.uses.inAll(released, rejected, days), class: 'chart' },
    svg('line', { x1: 0, x2: width, y1: base, y2: base, class: 'axis' }),
    columns.map((column, index) => bar(column, index, most)),
  );
  const scale = h('div', { class: 'scale', 'aria-hidden': 'true' }, h('span', {}, dateText(columns[0].day)), h('span', {}, texts.uses.today));
  const legend = h(
    'figcaption',
    {},
    h('span', { class: 'key released' }, `${texts.uses.released}: ${number(released)}`),
    h('span', { class: 'key rejected' }, `${texts.uses.rejected}: ${number(rejected)}`),
  );
  return h('figure', { class: 'uses' }, drawing, scale, legend);
}
