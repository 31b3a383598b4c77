// Points in time on the page: how long ago, or the time of day. This text is what browsers without JavaScript show; with it,
// the page's script shows the local time zone and keeps ages up to date (script.ts).

import { showAge } from './format.ts';
import { type Content, html } from './html.ts';

const MAX_DATE_MS = 8.64e15;

function isoOf(ms: number): string | undefined {
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : undefined;
}

/** `12 s ago` */
export function ageOf(ms: number, nowMs: number): Content {
  const iso = isoOf(ms);
  return iso === undefined
    ? 'at an unknown time'
    : html`<time datetime="${iso}" data-age>${showAge(nowMs - ms)}</time>`;
}

/** `14:05 UTC`, to the minute, and with the date if it is not today; undefined if it is out of range. */
export function clockOf(ms: number, nowMs: number): ReturnType<typeof html> | undefined {
  // Estimates vary by seconds, and the minute shown should not change with them.
  const iso = isoOf(Math.round(ms / 60_000) * 60_000);
  if (iso === undefined) return undefined;
  const [date = '', time = ''] = iso.split('T');
  const today = isoOf(nowMs)?.startsWith(date);
  return html`<time datetime="${iso}" data-clock>${today ? '' : `${date} `}${time.slice(0, 5)} UTC</time>`;
}
