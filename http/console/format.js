// Times and numbers as people read them.
import { h } from './dom.js';
import { texts } from './texts.js';

const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const precise = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const counts = new Intl.NumberFormat('en');

const units = [
  ['year', 31536000],
  ['month', 2592000],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 days ago", "in 2 hours". */
export function distance(time, now = Date.now()) {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return texts.justNow;
}

/** A time element: relative, with the exact time in its title. `none` stands for null. */
export function timeElement(time, none) {
  if (!time) return h('span', { class: 'quiet' }, none);
  return h('time', { datetime: time, title: precise.format(new Date(time)) }, distance(time));
}

export function exactTime(time) {
  return whole.format(new Date(time));
}

export function number(value) {
  return counts.format(value);
}

/** Bytes in the unit that people read best. */
export function bytes(value) {
  if (value < 1024) return texts.bytes(number(value));
  if (value < 1048576) return `${(value / 1024).toFixed(value < 10240 ? 1 : 0)} KiB`;
  return `${(value / 1048576).toFixed(value < 10485760 ? 1 : 0)} MiB`;
}

export function isPast(time, now = Date.now()) {
  return Boolean(time) && Date.parse(time) <= now;
}

/** For an input of type datetime-local, in the local time zone. */
export function toLocalInput(time) {
  if (!time) return '';
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** What such an input has, as RFC 3339 in UTC; null if it is empty. */
export function fromLocalInput(text) {
  return text === '' ? null : new Date(text).toISOString();
}

/** The length of a text as the API counts it. */
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
