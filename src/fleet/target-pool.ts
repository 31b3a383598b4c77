// Printers outside the configuration that /probe was asked for. What is remembered of them is bounded.

import type { PrinterConfig } from '../printer/config.ts';
import { Printer, type PrinterDependencies } from './printer.ts';

const MAX_TARGETS = 1000;

export class TargetPool {
  readonly #dependencies: PrinterDependencies;
  /** Least recently used first. */
  readonly #printers = new Map<string, Printer>();

  /** The state file is left out of the dependencies: requests for arbitrary targets must not fill it. */
  constructor({ read, log, now, monotonicSeconds, shutdownSignal, localFailures, checkPort }: PrinterDependencies) {
    this.#dependencies = { read, log, now, monotonicSeconds, shutdownSignal, localFailures, checkPort };
  }

  /** The printer with this name and its memory. */
  take(config: PrinterConfig): Printer {
    const printer = this.#printers.get(config.name) ?? new Printer(config, this.#dependencies);
    printer.reconfigure(config);
    this.#printers.delete(config.name);
    this.#printers.set(config.name, printer);
    for (const [name, oldest] of this.#printers) {
      if (this.#printers.size <= MAX_TARGETS) break;
      // One that is being read stays: if it were created anew, it could be read twice at the same time.
      if (oldest !== printer && !oldest.isBeingRead) this.#printers.delete(name);
    }
    return printer;
  }
}
