// One printer over time: what is remembered between reads, and the one conversation it may have at a time.

import type { Logger } from '../log.ts';
import type { PrinterConfig } from '../printer/config.ts';
import type { FailureCode } from '../printer/errors.ts';
import type { Reading, ReadPrinter } from '../printer/reader.ts';
import type { Identity, Protocol, Snapshot } from '../printer/snapshot.ts';
import { SharedRead } from './shared-read.ts';

// Firmware and names change rarely; M115 on every scrape would be a quarter more talk.
const IDENTITY_MAX_AGE_MS = 10 * 60_000;
// A lying printer must not fill the log or the memory with new words.
const MAX_WORDS_REMEMBERED = 50;

export interface FailureCount {
  readonly protocol: Protocol;
  readonly code: FailureCode;
  readonly count: number;
}

export interface EndpointView {
  readonly protocol: Protocol;
  readonly up: boolean;
}

/** One printer as one scrape sees it. */
export interface PrinterView {
  /** The same object at every scrape, so that its rendered text can be cached. */
  readonly labels: Readonly<{ printer: string }>;
  readonly address: string;
  readonly up: boolean;
  readonly endpoints: readonly EndpointView[];
  readonly durationSeconds: number;
  /** Since the exporter started. */
  readonly failures: readonly FailureCount[];
  readonly lastSeenSeconds?: number;
  /** From the first contact on, also while the printer is off. */
  readonly identity?: Identity;
  /** What this read told; undefined when the printer is not up. */
  readonly snapshot?: Snapshot;
}

export interface PrinterDependencies {
  readonly read: ReadPrinter;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface FinishedRead {
  readonly reading: Reading;
  readonly durationSeconds: number;
}

export class Printer {
  readonly config: PrinterConfig;
  readonly #dependencies: PrinterDependencies;
  readonly #labels: Readonly<{ printer: string }>;
  readonly #failures = new Map<string, FailureCount>();
  readonly #words = new Set<string>();
  #identity: Identity | undefined;
  #identityReadAtMs = Number.NEGATIVE_INFINITY;
  #lastSeenSeconds: number | undefined;
  #lastFailures: ReadonlyMap<Protocol, FailureCode> = new Map();
  #tcpAbsent = false;
  #current: SharedRead<FinishedRead> | undefined;

  constructor(config: PrinterConfig, dependencies: PrinterDependencies) {
    this.config = config;
    this.#dependencies = dependencies;
    this.#labels = { printer: config.name };
  }

  /**
   * Reads the printer, or shares the read under way.
   * @param timeMs until the requester's deadline, in milliseconds
   * @param signal fires when the requester is gone
   */
  async visit(timeMs: number, signal?: AbortSignal): Promise<PrinterView> {
    const startedAt = performance.now();
    // A read that was ended is closing its sockets: nothing can be learned from it any more.
    if (this.#current === undefined || this.#current.endReason !== undefined) this.#current = this.#start();
    const finished = await this.#current.join(Math.min(timeMs, this.config.timeoutMs ?? timeMs), signal);
    // Whoever leaves before the others has learned nothing; the read itself may yet succeed.
    return finished ? this.#view(finished) : this.#viewWithoutReading((performance.now() - startedAt) / 1000);
  }

  #start(): SharedRead<FinishedRead> {
    const shared: SharedRead<FinishedRead> = new SharedRead(async (signal) => {
      const startedAt = performance.now();
      try {
        const reading = await this.#dependencies.read(this.config, { identity: this.#needsIdentity() }, signal);
        // A read that was cut because nobody waited any more says nothing about the printer.
        if (shared.endReason !== 'abandoned') this.#remember(reading);
        return { reading, durationSeconds: (performance.now() - startedAt) / 1000 };
      } finally {
        if (this.#current === shared) this.#current = undefined;
      }
    });
    return shared;
  }

  #needsIdentity(): boolean {
    const age = this.#dependencies.now() - this.#identityReadAtMs;
    return age < 0 || age > IDENTITY_MAX_AGE_MS || this.#lastFailures.has('tcp');
  }

  #remember(reading: Reading): void {
    const nowMs = this.#dependencies.now();
    this.#countFailures(reading);
    this.#noteIdentity(reading, nowMs);
    this.#noteWords(reading.snapshot);
    if (reading.up) this.#lastSeenSeconds = nowMs / 1000;
    for (const [command, error] of reading.problems) {
      this.#dependencies.log.debug('part missing', {
        printer: this.config.name,
        command,
        code: error.code,
        reason: error.message,
      });
    }
  }

  #countFailures(reading: Reading): void {
    const failures = new Map<Protocol, FailureCode>();
    const httpUp = reading.endpoints.some(({ protocol, failure }) => protocol === 'http' && !failure);
    for (const { protocol, failure } of reading.endpoints) {
      if (!failure) {
        if (this.#lastFailures.has(protocol)) this.#log('info', 'printer answers again', { protocol });
        if (protocol === 'tcp') this.#tcpAbsent = false;
        continue;
      }
      failures.set(protocol, failure.code);
      // A Creator 5 has no TCP side at all: that is found out once, not a failure at every scrape.
      const absent = protocol === 'tcp' && failure.code === 'refused' && httpUp;
      if (absent && this.#tcpAbsent) continue;
      if (protocol === 'tcp') this.#tcpAbsent = absent;
      const key = `${protocol} ${failure.code}`;
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      this.#failures.set(key, { protocol, code: failure.code, count });
      if (this.#lastFailures.get(protocol) === failure.code) continue;
      if (absent)
        this.#log('info', 'printer has no TCP side, only HTTP is read; set tcp: false to say so', { protocol });
      else this.#log('warn', 'printer not read', { protocol, code: failure.code, reason: failure.message });
    }
    this.#lastFailures = failures;
  }

  #noteIdentity(reading: Reading, nowMs: number): void {
    const { identity } = reading.snapshot;
    if (!identity) return;
    const before = this.#identity?.serial;
    const isOther = before !== undefined && identity.serial !== undefined && before !== identity.serial;
    if (isOther) this.#log('info', 'another printer answers at this address', { serial: identity.serial });
    if (!this.#identity) this.#log('info', 'printer found', { model: identity.model, firmware: identity.firmware });
    this.#identity = isOther ? identity : { ...this.#identity, ...identity };
    const tcpAnswered = reading.replies.m115 !== undefined;
    if (tcpAnswered || !this.config.tcp) this.#identityReadAtMs = nowMs;
  }

  #noteWords(snapshot: Snapshot): void {
    if (snapshot.state !== 'unknown') return;
    for (const { protocol, status } of snapshot.statusWords ?? []) {
      const key = `${protocol} ${status}`;
      if (this.#words.has(key) || this.#words.size >= MAX_WORDS_REMEMBERED) continue;
      this.#words.add(key);
      this.#log('warn', 'unknown machine status, please report it', { protocol, status });
    }
  }

  #log(level: 'info' | 'warn', message: string, fields: Readonly<Record<string, string | undefined>>): void {
    this.#dependencies.log[level](message, { printer: this.config.name, ...fields });
  }

  #view({ reading, durationSeconds }: FinishedRead): PrinterView {
    return {
      ...this.#remembered(durationSeconds),
      up: reading.up,
      endpoints: reading.endpoints.map(({ protocol, failure }) => ({ protocol, up: !failure })),
      ...(reading.up && { snapshot: reading.snapshot }),
    };
  }

  #viewWithoutReading(durationSeconds: number): PrinterView {
    const protocols: readonly Protocol[] = [
      ...(this.config.tcp ? ['tcp' as const] : []),
      ...(this.config.http ? ['http' as const] : []),
    ];
    return {
      ...this.#remembered(durationSeconds),
      up: false,
      endpoints: protocols.map((protocol) => ({ protocol, up: false })),
    };
  }

  #remembered(durationSeconds: number): Omit<PrinterView, 'up' | 'endpoints' | 'snapshot'> {
    return {
      labels: this.#labels,
      address: this.config.address,
      durationSeconds,
      failures: [...this.#failures.values()],
      ...(this.#lastSeenSeconds !== undefined && { lastSeenSeconds: this.#lastSeenSeconds }),
      ...(this.#identity && { identity: this.#identity }),
    };
  }
}
