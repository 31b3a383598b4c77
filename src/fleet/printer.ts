// One printer over time: what is remembered between reads, and the one conversation it may have at a time.

import type { Logger } from '../log.ts';
import type { PrinterConfig } from '../printer/config.ts';
import type { Reading, ReadPrinter } from '../printer/reader.ts';
import type { Identity, Protocol } from '../printer/snapshot.ts';
import { FailureLog } from './failures.ts';
import { emptyMemory, type JobMemory, observe, shownProgress, toJobReading } from './jobs.ts';
import { SharedRead } from './shared-read.ts';
import type { PrinterView } from './view.ts';

// Firmware and names change rarely; M115 on every scrape would be a quarter more talk.
const IDENTITY_MAX_AGE_MS = 10 * 60_000;

export interface PrinterDependencies {
  readonly read: ReadPrinter;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What is known of this printer's jobs from before a restart. */
  readonly recallJobs?: (printer: string) => JobMemory | undefined;
  /** Called with the memory after each whole read. */
  readonly saveJobs?: (printer: string, memory: JobMemory) => void;
}

interface FinishedRead {
  readonly reading: Reading;
  readonly durationSeconds: number;
}

export class Printer {
  readonly name: string;
  readonly #dependencies: PrinterDependencies;
  readonly #labels: Readonly<{ printer: string }>;
  readonly #failures: FailureLog;
  #config: PrinterConfig;
  /** By side: HTTP's words win, also in a read in which HTTP fails, or the info series would change back and forth. */
  #identities: { readonly tcp?: Identity; readonly http?: Identity } = {};
  #identityReadAtMs = Number.NEGATIVE_INFINITY;
  #lastSeenSeconds: number | undefined;
  #jobs: JobMemory;
  #current: SharedRead<FinishedRead> | undefined;

  constructor(config: PrinterConfig, dependencies: PrinterDependencies) {
    this.name = config.name;
    this.#config = config;
    this.#dependencies = dependencies;
    this.#labels = { printer: config.name };
    this.#failures = new FailureLog(config.name, dependencies.log);
    this.#jobs = dependencies.recallJobs?.(config.name) ?? emptyMemory();
    // A printer that is off after a restart was last seen before it.
    this.#lastSeenSeconds = this.#jobs.lastContactSeconds;
  }

  get config(): PrinterConfig {
    return this.#config;
  }

  /** What the printer said it is; undefined before the first contact. */
  get identity(): Identity | undefined {
    const { tcp, http } = this.#identities;
    return tcp || http ? { ...tcp, ...http } : undefined;
  }

  /** Reads it as this says from the next read on; what is remembered stays. @param config of the same name */
  reconfigure(config: PrinterConfig): void {
    this.#config = config;
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
    const finished = await this.#current.join(Math.min(timeMs, this.#config.timeoutMs ?? timeMs), signal);
    // Whoever leaves before the others has learned nothing; the read itself may yet succeed.
    return finished ? this.#view(finished) : this.#viewWithoutReading((performance.now() - startedAt) / 1000);
  }

  #start(): SharedRead<FinishedRead> {
    const shared: SharedRead<FinishedRead> = new SharedRead(async (signal) => {
      const startedAt = performance.now();
      try {
        const reading = await this.#dependencies.read(this.#config, { identity: this.#needsIdentity() }, signal);
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
    return age < 0 || age > IDENTITY_MAX_AGE_MS || this.#failures.failedLast('tcp');
  }

  #remember(reading: Reading): void {
    const nowMs = this.#dependencies.now();
    this.#failures.note(reading.endpoints);
    this.#failures.noteWords(reading.snapshot);
    this.#noteIdentity(reading, nowMs);
    if (reading.up) this.#lastSeenSeconds = nowMs / 1000;
    this.#noteJobs(reading, nowMs / 1000);
    for (const [command, { code, message: reason }] of reading.problems) {
      this.#dependencies.log.debug('part missing', { printer: this.name, command, code, reason });
    }
  }

  #noteIdentity({ endpoints, replies }: Reading, nowMs: number): void {
    const { log } = this.#dependencies;
    const before = this.identity;
    for (const { protocol, identity } of endpoints) {
      if (!identity) continue;
      const known = this.#identities[protocol]?.serial;
      const isOther = known !== undefined && identity.serial !== undefined && known !== identity.serial;
      if (isOther) log.info('another printer answers here', { printer: this.name, serial: identity.serial });
      this.#identities = {
        ...(isOther ? {} : this.#identities),
        [protocol]: { ...(isOther ? {} : this.#identities[protocol]), ...identity },
      };
    }
    const now = this.identity;
    if (now && !before) log.info('printer found', { printer: this.name, model: now.model, firmware: now.firmware });
    if (replies.m115 || !this.#config.tcp) this.#identityReadAtMs = nowMs;
  }

  #noteJobs(reading: Reading, nowSeconds: number): void {
    const { log, saveJobs } = this.#dependencies;
    const observed = observe(this.#jobs, toJobReading(reading.up ? reading.snapshot : undefined), nowSeconds);
    this.#jobs = observed.memory;
    for (const { result, file } of observed.events) log.info('print ended', { printer: this.name, result, file });
    if (observed.started) {
      const { file, startSeconds } = observed.memory.job ?? {};
      log.info(startSeconds === undefined ? 'print under way' : 'print started', { printer: this.name, file });
    }
    saveJobs?.(this.name, observed.memory);
  }

  #view({ reading: { up, endpoints, snapshot }, durationSeconds }: FinishedRead): PrinterView {
    const progress = shownProgress(this.#jobs, snapshot);
    return {
      ...this.#remembered(durationSeconds),
      up,
      endpoints: endpoints.map(({ protocol, failure }) => ({ protocol, up: !failure })),
      ...(up && { snapshot }),
      ...(up && progress && { progress }),
    };
  }

  #viewWithoutReading(durationSeconds: number): PrinterView {
    const { tcp, http } = this.#config;
    const protocols: Protocol[] = [];
    if (tcp) protocols.push('tcp');
    if (http) protocols.push('http');
    return {
      ...this.#remembered(durationSeconds),
      up: false,
      endpoints: protocols.map((protocol) => ({ protocol, up: false })),
    };
  }

  #remembered(durationSeconds: number): Omit<PrinterView, 'up' | 'endpoints' | 'snapshot' | 'progress'> {
    const { totals, lastEnds, job } = this.#jobs;
    const startSeconds = job?.end ? undefined : job?.startSeconds;
    const { identity } = this;
    return {
      labels: this.#labels,
      address: this.#config.address,
      durationSeconds,
      failures: this.#failures.counts,
      jobs: { totals, lastEnds, ...(startSeconds !== undefined && { startSeconds }) },
      ...(this.#lastSeenSeconds !== undefined && { lastSeenSeconds: this.#lastSeenSeconds }),
      ...(identity && { identity }),
    };
  }
}
