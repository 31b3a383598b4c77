// One printer over time: its one conversation at a time, and who shares it.

import type { CancelSignal } from '../common/cancellation.ts';
import { traceOf } from '../common/reason.ts';
import { within } from '../common/within.ts';
import { isSamePlace, type PrinterConfig } from '../printer/config.ts';
import { exchangeFields, type Trace } from '../printer/exchange.ts';
import type { Identity } from '../printer/snapshot.ts';
import type { MachineInfo } from '../tcp/m115.ts';
import { CurrentRead, type FinishedRead, type ReadResult } from './current-read.ts';
import { type MemoryDependencies, PrinterMemory } from './printer-memory.ts';
import { faultyReading, type Reading, type ReadOptions, type ReadPrinter } from './reader.ts';
import { type EndReason, SharedRead } from './shared-read.ts';
import type { CachedReading, PrinterView } from './view.ts';

export interface PrinterDependencies extends MemoryDependencies {
  readonly read: ReadPrinter;
  /** Ends every read when it fires, and every one that begins later at once. */
  readonly shutdownSignal?: CancelSignal | undefined;
}

// The end of a read whose printer has no timeout of its own.
const DEFAULT_READ_MS = 15_000;
// An abandoned read that lasted longer than a command may take is worth a log line, though it is not counted.
const LONG_READ_MS = 5000;

export class Printer {
  readonly name: string;
  readonly #dependencies: PrinterDependencies;
  readonly #memory: PrinterMemory;
  #config: PrinterConfig;
  #current: CurrentRead | undefined;
  #latest: FinishedRead | undefined;

  constructor(config: PrinterConfig, dependencies: PrinterDependencies) {
    this.name = config.name;
    this.#config = config;
    this.#dependencies = dependencies;
    this.#memory = new PrinterMemory(config.name, dependencies);
  }

  get config(): PrinterConfig {
    return this.#config;
  }

  /** The last M115 reply; not every read asks for it. */
  get machineInfo(): MachineInfo | undefined {
    return this.#memory.machineInfo;
  }

  /** What the printer said it is; undefined before the first contact. */
  get identity(): Identity | undefined {
    return this.#memory.identity;
  }

  /** Takes a new configuration for the next read; what is remembered stays. @param config of the same name */
  reconfigure(config: PrinterConfig): void {
    if (!isSamePlace(config, this.#config)) {
      // A read of the old address still goes to those who wait for it, and no further.
      this.#latest = undefined;
      this.#current = undefined;
      this.#memory.forgetAddress();
    }
    this.#config = config;
  }

  get isBeingRead(): boolean {
    return this.#inProgress !== undefined;
  }

  /** The last whole read, failed or not, however long ago it was. */
  get cached(): CachedReading {
    const { isBeingRead } = this;
    if (!this.#latest) return { view: this.#memory.viewWithoutReading(0, this.#config), isBeingRead };
    const { reading, durationSeconds, endedAtMs } = this.#latest;
    const ageMs = Math.max(0, this.#dependencies.now() - endedAtMs);
    return { view: this.#view(reading, durationSeconds), reading, ageMs, endedAtMs, isBeingRead };
  }

  /**
   * A reading up to this old, or else a new one. For people and their programs, who ask as often as they like; never for
   * a scrape.
   * @param timeMs until the requester's deadline, in milliseconds; omitted: until the read's own end
   * @param signal fires when the requester has gone
   */
  async readCached(maxAgeMs: number, timeMs?: number, signal?: CancelSignal): Promise<CachedReading> {
    const sinceMs = this.#latest && this.#dependencies.now() - this.#latest.endedAtMs;
    // After the clock was set back, an old reading would look fresh for as long.
    if (sinceMs !== undefined && sinceMs >= 0 && sinceMs <= maxAgeMs) return this.cached;
    const { view, reading } = await this.#wait(timeMs, signal);
    return reading ? { view, reading, ageMs: 0, isBeingRead: false } : { view, isBeingRead: true };
  }

  /**
   * Reads the printer, or shares the read in progress. Never rejects.
   * @param timeMs until the requester's deadline, in milliseconds; omitted: until the read's own end
   * @param signal fires when the requester waits no longer
   */
  async read(timeMs?: number, signal?: CancelSignal): Promise<PrinterView> {
    return (await this.#wait(timeMs, signal)).view;
  }

  /**
   * Reads the printer and tells of each exchange; for somebody who looks for a fault. Waits for the end of a read in progress.
   * @param timeMs until the requester's deadline, in milliseconds
   * @param signal fires when the requester has gone
   */
  async readTraced(timeMs: number, trace: Trace, signal?: CancelSignal): Promise<PrinterView> {
    const endsAt = performance.now() + timeMs;
    const leftMs = (): number => Math.max(0, endsAt - performance.now());
    while (this.#inProgress && leftMs() > 0 && !signal?.aborted) await this.#wait(leftMs(), signal);
    if (!this.#inProgress) this.#start(trace);
    return await this.read(leftMs(), signal);
  }

  /** Begins a read, or joins the one in progress. Whoever calls it has to leave the read. */
  join(): CurrentRead {
    const current = this.#inProgress ?? this.#start();
    current.shared.join();
    return current;
  }

  /**
   * What the read came to, or what it has so far if it goes on.
   * @param joinedAtMs when the requester joined, by performance.now()
   */
  leave(read: CurrentRead, joinedAtMs: number): ReadResult {
    read.shared.leave();
    if (read.result) return read.result;
    const reading = this.#readSoFar(read);
    const view = this.#view(reading, (performance.now() - joinedAtMs) / 1000);
    return { view, reading: reading.up ? reading : undefined };
  }

  #readSoFar({ ongoing }: CurrentRead): Reading {
    try {
      return ongoing?.soFar() ?? faultyReading(this.#config);
    } catch (error) {
      this.#logFault(error);
      return faultyReading(this.#config);
    }
  }

  async #wait(timeMs?: number, signal?: CancelSignal): Promise<ReadResult> {
    const joinedAtMs = performance.now();
    const read = this.join();
    await within(read.end, timeMs, signal);
    return this.leave(read, joinedAtMs);
  }

  /** A read that was ended is closing its sockets: nothing more comes from it. */
  get #inProgress(): CurrentRead | undefined {
    return this.#current?.shared.endReason === undefined ? this.#current : undefined;
  }

  /** Tells the debug log, if there is one, and whoever asked for it. */
  #traceFor(trace: Trace | undefined): Trace | undefined {
    const { log } = this.#dependencies;
    if (!log.isDebug) return trace;
    return (exchange) => {
      log.debug('exchange', { printer: this.name, ...exchangeFields(exchange) });
      trace?.(exchange);
    };
  }

  #start(trace?: Trace): CurrentRead {
    const config = this.#config;
    const { shutdownSignal } = this.#dependencies;
    const shared = new SharedRead({ timeMs: config.timeoutMs ?? DEFAULT_READ_MS, shutdownSignal });
    const current = new CurrentRead(shared, (read) => this.#run(read, config, trace));
    this.#current = current;
    return current;
  }

  /** Reads, and takes in what was read. */
  async #run(read: CurrentRead, config: PrinterConfig, trace: Trace | undefined): Promise<void> {
    const { shared } = read;
    try {
      const reading = await this.#readWhole(read, config, trace);
      const finished = { reading, durationSeconds: read.seconds, endedAtMs: this.#dependencies.now() };
      if (isSamePlace(config, this.#config)) await this.#finish(finished, shared.endReason);
      read.result = { view: this.#view(reading, finished.durationSeconds), reading };
    } finally {
      // Whoever still waits for other printers keeps the result only.
      read.ongoing = undefined;
      shared.finish();
      if (this.#current === read) this.#current = undefined;
    }
  }

  async #readWhole(read: CurrentRead, config: PrinterConfig, trace: Trace | undefined): Promise<Reading> {
    const { signal } = read.shared;
    try {
      const ongoing = this.#dependencies.read(config, this.#optionsFor(trace), signal);
      read.ongoing = ongoing;
      await ongoing.over;
      const reading = ongoing.soFar();
      await this.#memory.lookAtHttpPort(reading, config, signal);
      return reading;
    } catch (error) {
      // A fault of the exporter costs this printer only, not the scrape.
      this.#logFault(error);
      return faultyReading(config);
    }
  }

  #optionsFor(trace: Trace | undefined): ReadOptions {
    return {
      identity: this.#memory.needsIdentity,
      tcpHabits: this.#memory.tcpHabits,
      nowMs: this.#dependencies.now(),
      trace: this.#traceFor(trace),
    };
  }

  /** @returns settles once an end of a print is on disk; undefined if there is nothing to wait for */
  #finish(finished: FinishedRead, endReason: EndReason | undefined): Promise<void> | undefined {
    try {
      this.#memory.noteHabits(finished.reading);
      // A read that was cut because nobody waited, or because the exporter stops, says nothing about the printer.
      if (endReason === undefined || endReason === 'timeout') {
        this.#latest = finished;
        return this.#memory.note(finished.reading, this.#config)?.catch((error: unknown) => this.#logFault(error));
      }
      if (endReason === 'abandoned' && finished.durationSeconds * 1000 >= LONG_READ_MS) {
        this.#memory.logUncounted(finished.reading, this.#config);
      }
    } catch (error) {
      this.#logFault(error);
    }
    return undefined;
  }

  #logFault(error: unknown): void {
    const fields = { printer: this.name, reason: traceOf(error) };
    this.#dependencies.log.error('a fault in the exporter, please report it', fields);
  }

  #view(reading: Reading, durationSeconds: number): PrinterView {
    try {
      return this.#memory.view(reading, durationSeconds, this.#config);
    } catch (error) {
      this.#logFault(error);
      return this.#memory.viewWithoutReading(durationSeconds, this.#config);
    }
  }
}
