// How long a scrape may take: Prometheus's own timeout, from its header, less an offset to send the response.

import type { Request } from './message.ts';
import { RequestError } from './message.ts';

export interface DeadlineOptions {
  /** For requests without the header. */
  readonly defaultMs: number;
  readonly offsetMs: number;
}

const HEADER = 'x-prometheus-scrape-timeout-seconds';
// No digit matches in two ways, so that 16 kB of digits do not backtrack.
const SECONDS = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i;
// Longer than any scrape, and well within what a timer of Node.js can hold.
const MAX_MS = 10 * 60_000;

/** Milliseconds until the response must go out. @throws RequestError 400 for a header that is not a number of seconds */
export function scrapeTimeMs(request: Request, { defaultMs, offsetMs }: DeadlineOptions): number {
  const header = request.headers[HEADER];
  if (header === undefined) return defaultMs;
  const ms = typeof header === 'string' && SECONDS.test(header.trim()) ? Number(header) * 1000 : 0;
  if (!(ms > 0)) {
    throw new RequestError(400, `X-Prometheus-Scrape-Timeout-Seconds: "${header}" is not a number of seconds`);
  }
  const limited = Math.min(ms, MAX_MS);
  // A timeout shorter than the offset would leave no time at all, so take half of it.
  return limited > 2 * offsetMs ? limited - offsetMs : limited / 2;
}
