// One printer over time: what is remembered between reads, and the one conversation it may have at a time.

import type { CancelSignal } from '../common/cancellation.ts';
import { onlyDefined } from '../common/defined.ts';
import type { Logger } from '../common/log.ts';
import { emptyMemory, type JobMemory } from '../jobs/memory.ts';
import { observe, shownProgress, shownStart } from '../jobs/observe.ts';
import { followPrintClock, type PrintClock, progressInUnknownState } from '../jobs/unknown-state.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import { withPresentHeaters } from '../printer/merge.ts';
import type { Identity, Snapshot } from '../printer/snapshot.ts';
import type { MachineInfo } from '../tcp/m115.ts';
import { FailureLog } from './failures.ts';
import { IdentityMemory } from './identity.ts';
import { toJobReading } from './job-reading.ts';
import { failedReading, type Reading, type ReadPrinter } from './reader.ts';
import { SharedRead } from './shared-read.ts';
import type { EndpointView, PrinterView } from './view.ts';

export interface PrinterDependencies {
  readonly read: ReadPrinter;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** When it fires, every read ends as at its deadline, and so does one that begins later. */
  readonly shutdownSignal?: CancelSignal;
  /** What is known of this printer's jobs from before a restart. */
  readonly recallJobs?: (printer: string) => JobMemory | undefined;
  /** Called with the memory after each whole read. */
  readonly saveJobs?: (printer: string, memory: JobMemory) => void;
}

interface FinishedRead {
  readonly reading: Reading;
  readonly durationSeconds: number;
  /** Milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** What is known of a printer: of a whole read, or what is remembered beside the readings. */
export interface KnownPrinter {
  readonly view: PrinterView;
  /** Undefined before the first whole read, or when it was not to be had in time. */
  readonly reading?: Reading;
  /** How long ago that reading ended. */
  readonly ageMs?: number;
}

export class Printer {
  readonly name: string;
  readonly #dependencies: PrinterDependencies;
  readonly #labels: Readonly<{ printer: string }>;
  readonly #failures: FailureLog;
  readonly #identity: IdentityMemory;
  #config: PrinterConfig;
  #lastSeenSeconds: number | undefined;
  #jobs: JobMemory;
  #printClock: PrintClock | undefined;
  #current: SharedRead<FinishedRead> | undefined;
  #latest: FinishedRead | undefined;

  constructor(config: PrinterConfig, dependencies: PrinterDependencies) {
    this.name = config.name;
    this.#config = config;
    this.#dependencies = dependencies;
    this.#labels = { printer: config.name };
    this.#failures = new FailureLog(config.name, dependencies.log);
    this.#identity = new IdentityMemory(config.name, dependencies.log);
    this.#jobs = dependencies.recallJobs?.(config.name) ?? emptyMemory();
    // A printer that is off after a restart was last seen before it.
    this.#lastSeenSeconds = this.#jobs.lastContactSeconds;
  }

  get config(): PrinterConfig {
    return this.#config;
  }

  /** The last M115 in the printer's own words: not every read asks for it. */
  get machineInfo(): MachineInfo | undefined {
    return this.#identity.machineInfo;
  }

  /** What the printer said it is; undefined before the first contact. */
  get identity(): Identity | undefined {
    return this.#identity.identity;
  }

  /** Reads it as this says from the next read on; what is remembered stays. @param config of the same name */
  reconfigure(config: PrinterConfig): void {
    if (!isSamePlace(config, this.#config)) {
      // What is read at the old place goes to those who wait for it, and no further.
      this.#latest = undefined;
      this.#current = undefined;
      // Perhaps another printer: it is asked what it is before what is known of the old one is shown for it.
      this.#identity.expire();
    }
    this.#config = config;
  }

  /** What the last whole read told, failed or not, however long ago. */
  get lastKnown(): KnownPrinter {
    if (!this.#latest) return { view: this.#viewWithoutReading(0) };
    const { reading, endedAtMs } = this.#latest;
    return { view: this.#view(this.#latest), reading, ageMs: Math.max(0, this.#dependencies.now() - endedAtMs) };
  }

  /**
   * A reading at most so old, else a new one as `visit` makes it. For people and their programs, who ask as often as they
   * like; never for a scrape.
   * @param timeMs until the requester's deadline, in milliseconds
   * @param signal fires when the requester is gone
   */
  async readCached(maxAgeMs: number, timeMs: number, signal?: CancelSignal): Promise<KnownPrinter> {
    const sinceMs = this.#latest && this.#dependencies.now() - this.#latest.endedAtMs;
    // A clock that was set back would make an old reading young for as long.
    if (sinceMs !== undefined && sinceMs >= 0 && sinceMs <= maxAgeMs) return this.lastKnown;
    const startedAt = performance.now();
    const finished = await this.#join(timeMs, signal);
    return finished
      ? { view: this.#view(finished), reading: finished.reading, ageMs: 0 }
      : { view: this.#viewWithoutReading((performance.now() - startedAt) / 1000) };
  }

  /**
   * Reads the printer, or shares the read under way.
   * @param timeMs until the requester's deadline, in milliseconds
   * @param signal fires when the requester is gone
   */
  read(timeMs: number, signal?: CancelSignal): Promise<PrinterView> {
    const startedAt = performance.now();
    return this.#join(timeMs, signal).then((finished) =>
      // Whoever leaves before the others has learned nothing; the read itself may yet succeed.
      finished ? this.#view(finished) : this.#viewWithoutReading((performance.now() - startedAt) / 1000),
    );
  }

  #join(timeMs: number, signal: CancelSignal | undefined): Promise<FinishedRead | undefined> {
    // A read that was ended is closing its sockets: nothing can be learned from it any more.
    if (this.#current === undefined || this.#current.endReason !== undefined) this.#current = this.#start();
    return this.#current.join(Math.min(timeMs, this.#config.timeoutMs ?? timeMs), signal);
  }

  #start(): SharedRead<FinishedRead> {
    const config = this.#config;
    const shared: SharedRead<FinishedRead> = new SharedRead(async (signal) => {
      const startedAt = performance.now();
      let reading: Reading;
      try {
        reading = await this.#dependencies.read(config, { identity: this.#needsIdentity() }, signal);
      } catch (error) {
        reading = this.#faultyReading(config, error);
      }
      if (this.#current === shared) this.#current = undefined;
      const durationSeconds = (performance.now() - startedAt) / 1000;
      const finished = { reading, durationSeconds, endedAtMs: this.#dependencies.now() };
      // A read that was cut because nobody waited any more says nothing about the printer.
      if (shared.endReason !== 'abandoned' && isSamePlace(config, this.#config)) {
        this.#remember(reading);
        this.#latest = finished;
      }
      return finished;
    }, this.#dependencies.shutdownSignal);
    return shared;
  }

  /** A fault of ours must cost this printer only, not the scrape. */
  #faultyReading(config: PrinterConfig, error: unknown): Reading {
    const reason = error instanceof Error ? error.stack : String(error);
    this.#dependencies.log.error('a fault in the exporter, please report it', { printer: this.name, reason });
    return failedReading(config, new PrinterError('protocol', 'a fault in the exporter; its log says more'));
  }

  #needsIdentity(): boolean {
    return this.#identity.isDue(this.#dependencies.now()) || this.#failures.failedLast('tcp');
  }

  #remember(reading: Reading): void {
    const nowMs = this.#dependencies.now();
    this.#failures.note(reading.endpoints);
    this.#failures.noteWords(reading.snapshot);
    this.#identity.note(reading, this.#config.tcp !== undefined, nowMs);
    if (reading.up) this.#lastSeenSeconds = nowMs / 1000;
    this.#noteJobs(reading, nowMs / 1000);
    this.#printClock = followPrintClock(this.#printClock, reading.snapshot);
    for (const [command, { code, message: reason }] of reading.problems) {
      this.#dependencies.log.debug('part missing', { printer: this.name, command, code, reason });
    }
  }

  #noteJobs(reading: Reading, nowSeconds: number): void {
    const { log, saveJobs } = this.#dependencies;
    const observed = observe(this.#jobs, toJobReading(reading), nowSeconds);
    this.#jobs = observed.memory;
    for (const { result, file } of observed.events) log.info('print ended', { printer: this.name, result, file });
    if (observed.started) {
      const { file, startSeconds } = observed.memory.job ?? {};
      log.info(startSeconds === undefined ? 'print under way' : 'print started', { printer: this.name, file });
    }
    saveJobs?.(this.name, observed.memory);
  }

  #view({ reading: { up, endpoints, snapshot }, durationSeconds }: FinishedRead): PrinterView {
    const views = endpoints.map(({ protocol, failure }) => ({ protocol, up: !failure }));
    // Not every read asks what the model is.
    const shown = up ? withPresentHeaters(snapshot, this.#identity.identity?.model) : undefined;
    return this.#viewWith(views, durationSeconds, shown);
  }

  #viewWithoutReading(durationSeconds: number): PrinterView {
    const { tcp, http } = this.#config;
    const views: EndpointView[] = [];
    if (tcp) views.push({ protocol: 'tcp', up: false });
    if (http) views.push({ protocol: 'http', up: false });
    return this.#viewWith(views, durationSeconds, undefined);
  }

  /** What was read, where the printer is up, and what is remembered. */
  #viewWith(endpoints: readonly EndpointView[], durationSeconds: number, snapshot: Snapshot | undefined): PrinterView {
    const { totals, lastEnds } = this.#jobs;
    return onlyDefined({
      labels: this.#labels,
      address: this.#config.address,
      up: snapshot !== undefined,
      endpoints,
      durationSeconds,
      failures: this.#failures.counts,
      lastSeenSeconds: this.#lastSeenSeconds,
      identity: this.#identity.identity,
      snapshot,
      progress: snapshot && (shownProgress(this.#jobs, snapshot) ?? progressInUnknownState(this.#printClock, snapshot)),
      jobs: onlyDefined({ totals, lastEnds, startSeconds: shownStart(this.#jobs, snapshot ?? {}) }),
    });
  }
}

function isSamePlace(one: PrinterConfig, other: PrinterConfig): boolean {
  if (one === other) return true;
  const [a, b] = [one, other].map(({ tcp, http }) =>
    JSON.stringify([tcp?.host, tcp?.port, http?.host, http?.port, http?.serialNumber]),
  );
  return a === b;
}
