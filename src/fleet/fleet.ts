// All printers: configured ones and discovered ones, read at the same time under one deadline.

import { setImmediate as turn } from 'node:timers/promises';
import { within } from '../common/within.ts';
import { findByTarget, matchingEndpoints } from '../config/endpoints.ts';
import type { PrinterConfig } from '../printer/config.ts';
import type { CurrentRead } from './current-read.ts';
import { LocalFailures } from './local-failures.ts';
import { Printer, type PrinterDependencies } from './printer.ts';
import type { PrinterView } from './view.ts';

// Measured with 1,000 printers: 16 and 32 take the same time as all at once, with less memory; 64 takes more.
const STARTS_PER_TURN = 32;

/** A scrape's wait for one printer. */
interface Visit {
  readonly printer: Printer;
  readonly read: CurrentRead;
}

export class Fleet {
  readonly #dependencies: PrinterDependencies;
  #configured: ReadonlyMap<string, Printer> = new Map();
  #discovered: ReadonlyMap<string, Printer> = new Map();

  constructor(configs: readonly PrinterConfig[], dependencies: PrinterDependencies) {
    this.#dependencies = { localFailures: new LocalFailures(dependencies.log), ...dependencies };
    this.configure(configs);
  }

  /** The configured ones in the order of the configuration, then the discovered ones. */
  get printers(): readonly Printer[] {
    return [...this.#configured.values(), ...this.#discovered.values()];
  }

  get configured(): readonly Printer[] {
    return [...this.#configured.values()];
  }

  /** The current time by the clock that the readings' ages use, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#dependencies.now();
  }

  /** Takes a new configuration. Printers that stay keep their memory, and a read in progress. */
  configure(configs: readonly PrinterConfig[]): void {
    // A discovered printer keeps its memory if the configuration now has its name.
    this.#configured = this.#keep(new Map([...this.#discovered, ...this.#configured]), configs);
    this.setDiscovered([...this.#discovered.values()].map(({ config }) => config));
  }

  /** Takes the discovered printers. One never replaces a configured name or endpoint. */
  setDiscovered(configs: readonly PrinterConfig[]): void {
    const taken = new Set(this.configured.flatMap(({ config }) => matchingEndpoints(config)));
    const isTaken = (config: PrinterConfig): boolean =>
      this.#configured.has(config.name) || matchingEndpoints(config).some((endpoint) => taken.has(endpoint));
    this.#discovered = this.#keep(
      this.#discovered,
      configs.filter((config) => !isTaken(config)),
    );
  }

  /** The printer with this name, or else with this address: as written, or any spelling of the same host and port. */
  find(target: string): Printer | undefined {
    // Configured printers first: a discovered one may call itself by the address of a configured one.
    return findIn(this.configured, target) ?? findIn([...this.#discovered.values()], target);
  }

  /**
   * Reads every printer. Resolves when all are read or the time is over.
   * @param timeMs until the deadline, in milliseconds
   * @param signal fires when the requester has gone
   */
  async scrape(timeMs: number, signal?: AbortSignal): Promise<readonly PrinterView[]> {
    const startedAtMs = performance.now();
    const { printers } = this;
    const visits: Visit[] = [];
    for (const printer of printers) {
      visits.push({ printer, read: printer.join() });
      // One burst of connections for all printers costs more memory, and floods the network.
      if (visits.length % STARTS_PER_TURN === 0 && visits.length < printers.length) await turn();
    }
    const ends = Promise.all(visits.map(({ read }) => read.end));
    await within(ends, Math.max(0, startedAtMs + timeMs - performance.now()), signal);
    return visits.map(({ printer, read }) => printer.leave(read, startedAtMs).view);
  }

  #keep(before: ReadonlyMap<string, Printer>, configs: readonly PrinterConfig[]): ReadonlyMap<string, Printer> {
    return new Map(
      configs.map((config) => {
        const known = before.get(config.name);
        known?.reconfigure(config);
        return [config.name, known ?? new Printer(config, this.#dependencies)];
      }),
    );
  }
}

function findIn(printers: readonly Printer[], target: string): Printer | undefined {
  return findByTarget(printers, ({ config }) => config, target);
}
