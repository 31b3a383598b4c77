// Moments on the page: how long ago, or when by the clock. The text is for browsers without the script; with it they show
// their own time zone and go on counting (script.ts).

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

/** `14:05 UTC`, to the minute, with the date when that is another day; undefined for what no clock shows. */
export function clockOf(ms: number, nowMs: number): ReturnType<typeof html> | undefined {
  // Estimates wobble by seconds; the minute shown should not.
  const iso = isoOf(Math.round(ms / 60_000) * 60_000);
  if (iso === undefined) return undefined;
  const [date = '', time = ''] = iso.split('T');
  const today = isoOf(nowMs)?.startsWith(date);
  return html`<time datetime="${iso}" data-clock>${today ? '' : `${date} `}${time.slice(0, 5)} UTC</time>`;
}
