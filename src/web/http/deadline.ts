// How long a scrape may take: what Prometheus says in its header, less a little to send the answer.

import type { Request } from './message.ts';
import { RequestError } from './message.ts';

export interface DeadlineOptions {
  /** Where the request says nothing. */
  readonly defaultMs: number;
  readonly offsetMs: number;
}

const HEADER = 'x-prometheus-scrape-timeout-seconds';
// No digit can be matched in two ways: 16 kB of them must not take half a second.
const SECONDS = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i;
// Nobody waits longer, and a timer of Node.js would overflow.
const MAX_MS = 10 * 60_000;

/** Milliseconds until the scrape must be answered. @throws RequestError 400 for a header that is no time */
export function scrapeTimeMs(request: Request, { defaultMs, offsetMs }: DeadlineOptions): number {
  const header = request.headers[HEADER];
  if (header === undefined) return defaultMs;
  const ms = typeof header === 'string' && SECONDS.test(header.trim()) ? Number(header) * 1000 : 0;
  if (!(ms > 0)) {
    throw new RequestError(400, `X-Prometheus-Scrape-Timeout-Seconds: "${header}" is no time in seconds`);
  }
  const limited = Math.min(ms, MAX_MS);
  // A timeout shorter than the offset would leave nothing: half of it is better than none.
  return limited > 2 * offsetMs ? limited - offsetMs : limited / 2;
}
