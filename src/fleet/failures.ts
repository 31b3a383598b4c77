// A printer's failures: counted once per read, logged once per change.

import type { LogFields, Logger } from '../common/log.ts';
import { type KnownFacts, nextStepOf } from '../printer/advice.ts';
import type { FailureCode } from '../printer/errors.ts';
import type { Protocol, Snapshot } from '../printer/snapshot.ts';
import { stateFromHttp, stateFromTcp } from '../printer/state.ts';
import type { Endpoint } from './reader.ts';
import type { FailureCount } from './view.ts';

// A printer that keeps inventing status words must not fill the log or the memory.
const MAX_WORDS_REMEMBERED = 50;

// Shared by all printers that are read.
const NO_FAILURES: ReadonlyMap<Protocol, FailureCode> = new Map();

export class FailureLog {
  readonly #log: (level: 'info' | 'warn', message: string, fields: LogFields) => void;
  #counts: readonly FailureCount[] = [];
  readonly #words = new Set<string>();
  #last = NO_FAILURES;
  #hasNoTcp = false;
  #hadTcp = false;

  constructor(printer: string, log: Logger) {
    this.#log = (level, message, fields) => log[level](message, { printer, ...fields });
  }

  /** Failed reads by endpoint and code since the exporter started. */
  get counts(): readonly FailureCount[] {
    return this.#counts;
  }

  /** Whether this endpoint failed in the last read. */
  failedLast(protocol: Protocol): boolean {
    return this.#last.has(protocol);
  }

  /** Counts and logs the endpoints of a whole read. @param known what the next step depends on beside them */
  note(endpoints: readonly Endpoint[], known: KnownFacts): void {
    let failed = NO_FAILURES;
    const httpUp = endpoints.some(({ protocol, failure }) => protocol === 'http' && !failure);
    for (const endpoint of endpoints) {
      const { protocol, failure } = endpoint;
      if (!failure) {
        const before = this.#last.get(protocol);
        // `local` began and ended for all printers at once: LocalFailures logs it.
        if (before !== undefined && before !== 'local') this.#log('info', 'printer answers again', { protocol });
        if (protocol === 'tcp') {
          this.#hasNoTcp = false;
          this.#hadTcp = true;
        }
        continue;
      }
      const { code, message: reason } = failure;
      failed = new Map(failed).set(protocol, code);
      // A Creator 5 has no TCP endpoint: its refusal counts once, and not at every scrape.
      const isAbsent = protocol === 'tcp' && code === 'refused' && httpUp;
      if (isAbsent && this.#hasNoTcp) continue;
      if (isAbsent) this.#hasNoTcp = true;
      this.#count(protocol, code);
      // One that answered before has TCP: it refuses now, as some models do while a PC is connected.
      if (isAbsent && !this.#hadTcp)
        this.#log('info', 'no TCP side, only HTTP is read; tcp: false says so for good', {
          protocol,
          reason,
        });
      else if (this.#last.get(protocol) !== code) this.#logNotRead(endpoint, endpoints, known);
    }
    this.#last = failed;
  }

  /** Logs the failed endpoints of a read that was cut short, as `note` does, but does not count them. */
  logUncounted(endpoints: readonly Endpoint[], known: KnownFacts): void {
    const failed = new Map(this.#last);
    for (const endpoint of endpoints) {
      const { protocol, failure } = endpoint;
      if (!failure || failed.has(protocol)) continue;
      failed.set(protocol, failure.code);
      this.#logNotRead(endpoint, endpoints, known);
    }
    this.#last = failed;
  }

  /** Logs each status word that is in no table once. */
  noteWords({ statusWords = [] }: Snapshot): void {
    for (const { protocol, status } of statusWords) {
      const state = protocol === 'tcp' ? stateFromTcp(status, undefined) : stateFromHttp(status);
      if (state !== 'unknown') continue;
      const key = `${protocol} ${status}`;
      if (this.#words.has(key) || this.#words.size >= MAX_WORDS_REMEMBERED) continue;
      this.#words.add(key);
      this.#log('warn', 'unknown machine status, please report it', { protocol, status });
    }
  }

  #logNotRead(endpoint: Endpoint, all: readonly Endpoint[], known: KnownFacts): void {
    const { protocol, failure } = endpoint;
    if (failure?.code === 'local') return;
    const next = nextStepOf(endpoint, all, known);
    this.#log('warn', 'printer not read', { protocol, code: failure?.code, reason: failure?.message, next });
  }

  #count(protocol: Protocol, code: FailureCode): void {
    const known = this.#counts.findIndex((count) => count.protocol === protocol && count.code === code);
    const count = (this.#counts[known]?.count ?? 0) + 1;
    const counted = { protocol, code, count };
    this.#counts = known === -1 ? [...this.#counts, counted] : this.#counts.with(known, counted);
  }
}
