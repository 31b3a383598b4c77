// Points in time on the page: how long ago, or the time of day. This text is what browsers without JavaScript show; with it,
// the page's script shows the local time zone and keeps ages up to date (script.ts).

import { showAge } from './format.ts';
import { type Html, html } from './html.ts';

const MAX_DATE_MS = 8.64e15;

/** When a page is rendered. */
export interface Now {
  /** Milliseconds since 1970. */
  readonly ms: number;
  /** Whether the script fills in the texts: without them, a fragment is the same until there is something new. */
  readonly forScript: boolean;
}

function isoOf(ms: number): string | undefined {
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : undefined;
}

/** `12 s ago` */
export function ageOf(ms: number, now: Now): Html {
  const iso = isoOf(ms);
  if (iso === undefined) return html`at an unknown time`;
  return html`<time datetime="${iso}" data-age>${!now.forScript && showAge(now.ms - ms)}</time>`;
}

/** `14:05 UTC`, to the minute, and with the date if it is not today; undefined if it is out of range. */
export function clockOf(ms: number, now: Now): Html | undefined {
  // Estimates vary by seconds, and the minute shown should not change with them.
  const iso = isoOf(Math.round(ms / 60_000) * 60_000);
  if (iso === undefined) return undefined;
  const [date = '', time = ''] = iso.split('T');
  const day = isoOf(now.ms)?.startsWith(date) ? '' : `${date} `;
  return html`<time datetime="${iso}" data-clock>${!now.forScript && `${day}${time.slice(0, 5)} UTC`}</time>`;
}
