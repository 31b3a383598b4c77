// All printers: read at the same time, under one deadline.

import type { PrinterConfig } from '../printer/config.ts';
import { Printer, type PrinterDependencies, type PrinterView } from './printer.ts';

export class Fleet {
  readonly #printers: ReadonlyMap<string, Printer>;

  constructor(configs: readonly PrinterConfig[], dependencies: PrinterDependencies) {
    this.#printers = new Map(configs.map((config) => [config.name, new Printer(config, dependencies)]));
  }

  get size(): number {
    return this.#printers.size;
  }

  get configs(): readonly PrinterConfig[] {
    return [...this.#printers.values()].map((printer) => printer.config);
  }

  /**
   * Reads every printer; answers when all are read or the time is over, in the order of the configuration.
   * @param timeMs until the deadline, in milliseconds
   * @param signal fires when the requester is gone
   */
  async scrape(timeMs: number, signal?: AbortSignal): Promise<readonly PrinterView[]> {
    return await Promise.all([...this.#printers.values()].map((printer) => printer.visit(timeMs, signal)));
  }
}
