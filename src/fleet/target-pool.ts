// Printers that are in no configuration and were asked for by /probe: remembered, but not without bound.

import type { PrinterConfig } from '../printer/config.ts';
import { Printer, type PrinterDependencies } from './printer.ts';

const MAX_TARGETS = 1000;

export class TargetPool {
  readonly #dependencies: PrinterDependencies;
  /** The one asked for longest ago comes first. */
  readonly #printers = new Map<string, Printer>();

  /** @param dependencies without a state file: what anybody may ask for must not fill it */
  constructor({ saveJobs: _save, recallJobs: _recall, ...dependencies }: PrinterDependencies) {
    this.#dependencies = dependencies;
  }

  /** The printer of this name, with what is remembered of it. */
  take(config: PrinterConfig): Printer {
    const printer = this.#printers.get(config.name) ?? new Printer(config, this.#dependencies);
    printer.reconfigure(config);
    this.#printers.delete(config.name);
    this.#printers.set(config.name, printer);
    for (const oldest of this.#printers.keys()) {
      if (this.#printers.size <= MAX_TARGETS) break;
      this.#printers.delete(oldest);
    }
    return printer;
  }
}
