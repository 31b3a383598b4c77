// Readings for people: a page waits only briefly for a printer that hangs, and however many pages are open, a printer is
// read once every few seconds.

import { within } from '../common/within.ts';
import type { Printer } from './printer.ts';
import type { CachedReading } from './view.ts';

export interface CachedReadingsOptions {
  /** A reading up to this old is shown as it is. */
  readonly maxAgeMs: number;
  /** How long a page waits for new readings. The reads go on to their own end, so that the next page sees their results. */
  readonly patienceMs: number;
}

// A page does not wait for a printer that was off so recently; the next page shows that it is back.
const KNOWN_DOWN_MS = 60_000;

/** What is known of these printers once they are read, or when the patience is over. */
export async function readForPage(
  printers: readonly Printer[],
  { maxAgeMs, patienceMs }: CachedReadingsOptions,
): Promise<readonly CachedReading[]> {
  const awaited = printers.flatMap((printer) => {
    const { reading, view, ageMs = 0 } = printer.cached;
    const isKnownDown = reading !== undefined && !view.up && ageMs < KNOWN_DOWN_MS;
    const read = printer.readCached(maxAgeMs);
    return isKnownDown ? [] : [read];
  });
  await within(Promise.all(awaited), patienceMs);
  return printers.map((printer) => printer.cached);
}
