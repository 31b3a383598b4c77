// The jobs of one printer from read to read: what is remembered, and when requests may see it.

import type { Logger } from '../common/log.ts';
import { within } from '../common/within.ts';
import { clocksAt } from '../jobs/clocks.ts';
import { emptyMemory, type JobMemory } from '../jobs/memory.ts';
import { observe } from '../jobs/observe.ts';
import { toJobReading } from './job-reading.ts';
import type { Reading } from './reader.ts';

// A disk that hangs must not keep the printer from being read.
const WRITE_MS = 1000;

export interface JobDependencies {
  readonly log: Logger;
  /** Seconds that pass whatever happens to the wall clock; of this machine where it is not given. */
  readonly monotonicSeconds?: (() => number) | undefined;
  /** What is remembered of this printer's jobs from before a restart. */
  readonly recallJobs?: ((printer: string) => JobMemory | undefined) | undefined;
  /** Called with the memory after each whole read. */
  readonly saveJobs?: ((printer: string, memory: JobMemory) => void) | undefined;
  /** Resolves when what was saved is on disk, or could not be written. */
  readonly flushJobs?: (() => Promise<void>) | undefined;
}

export class JobKeeper {
  readonly #printer: string;
  readonly #dependencies: JobDependencies;
  /** After the last reading, whether requests see it yet or not. */
  #observed: JobMemory;
  #shown: JobMemory;

  constructor(printer: string, dependencies: JobDependencies) {
    this.#printer = printer;
    this.#dependencies = dependencies;
    this.#observed = dependencies.recallJobs?.(printer) ?? emptyMemory();
    this.#shown = this.#observed;
  }

  /** What requests see. An end is on disk before: a restart would tell it again, at another time. */
  get memory(): JobMemory {
    return this.#shown;
  }

  /**
   * Takes a whole read into the memory.
   * @param nowMs milliseconds since 1970
   * @returns a promise to wait for where an end has to be written first
   */
  note(reading: Reading, nowMs: number): Promise<void> | undefined {
    const { log, monotonicSeconds, saveJobs, flushJobs } = this.#dependencies;
    const now = clocksAt(nowMs, monotonicSeconds);
    const { memory, events, started } = observe(this.#observed, toJobReading(reading), now);
    this.#observed = memory;
    for (const { result, file } of events) log.info('print ended', { printer: this.#printer, result, file });
    if (started) {
      const { file, startSeconds } = memory.job ?? {};
      // An earlier start is by the printer's own count of time: the print was found in the middle.
      const isSeen = startSeconds === now.wallSeconds;
      log.info(isSeen ? 'print started' : 'print under way', { printer: this.#printer, file });
    }
    saveJobs?.(this.#printer, memory);
    if (events.length > 0 && flushJobs) return within(flushJobs(), WRITE_MS).then(() => this.#show());
    this.#show();
    return undefined;
  }

  #show(): void {
    this.#shown = this.#observed;
  }
}
