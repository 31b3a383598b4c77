// Counts the requests that the server refuses, and logs that it does.

import type { Logger } from '../../common/log.ts';

/** 401 without a valid password, 429 with too many passwords waiting, 503 at the limit of concurrent requests. */
export const REFUSAL_STATUSES = [401, 429, 503] as const;
export type RefusalStatus = (typeof REFUSAL_STATUSES)[number];

export type RefusalCounts = Readonly<Record<RefusalStatus, number>>;

// Often enough to notice that it goes on, seldom enough that an attack does not fill the log.
const LOG_INTERVAL_MS = 10 * 60_000;

const REASONS: Readonly<Record<RefusalStatus, string>> = {
  401: 'no valid user and password; see --web.config.file',
  429: 'too many passwords are waiting to be compared',
  503: 'too many concurrent requests; see --web.max-requests',
};

function asRefusal(status: number): RefusalStatus | undefined {
  return REFUSAL_STATUSES.find((refusal) => refusal === status);
}

export class Refusals {
  readonly #log: Logger;
  readonly #nowMs: () => number;
  readonly #counts: Record<RefusalStatus, number> = { 401: 0, 429: 0, 503: 0 };
  readonly #loggedAtMs = new Map<RefusalStatus, number>();

  /** @param nowMs a monotonic clock */
  constructor(log: Logger, nowMs: () => number = () => performance.now()) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  /** Since the exporter started. */
  get counts(): RefusalCounts {
    return this.#counts;
  }

  /** Counts a response if it is a refusal; logs the first of each status, then at most one every ten minutes. */
  count(status: number, client: string | undefined): void {
    const refusal = asRefusal(status);
    if (refusal === undefined) return;
    this.#counts[refusal]++;
    const nowMs = this.#nowMs();
    const loggedAtMs = this.#loggedAtMs.get(refusal);
    if (loggedAtMs !== undefined && nowMs - loggedAtMs < LOG_INTERVAL_MS) return;
    this.#loggedAtMs.set(refusal, nowMs);
    this.#log.warn('request refused', {
      status: refusal,
      client,
      reason: REASONS[refusal],
      total: this.#counts[refusal],
    });
  }
}
