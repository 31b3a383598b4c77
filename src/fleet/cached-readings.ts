// What people who look at the printers see: nobody waits long for a printer that hangs, and however many look, a printer
// is read once every few seconds.

import type { KnownPrinter, Printer } from './printer.ts';

export interface RecentOptions {
  /** A reading up to this old is shown as it is. */
  readonly maxAgeMs: number;
  /** How long those who look wait for new readings. */
  readonly patienceMs: number;
  /** How long a read may take; it goes on when nobody looks any more, so that the next one sees what it told. */
  readonly readTimeMs: number;
}

export interface CachedReading extends KnownPrinter {
  readonly printer: Printer;
  /** Whether a read that may tell something newer is under way. */
  readonly isBeingRead: boolean;
}

// For a printer that was off so lately nobody waits; that it is back shows the next time.
const KNOWN_DOWN_MS = 60_000;

export class CachedReadings {
  readonly #options: RecentOptions;
  /** One a printer, or each look at a hanging printer would put off its deadline, and it would hang for ever. */
  readonly #reads = new WeakMap<Printer, Promise<unknown>>();

  constructor(options: RecentOptions) {
    this.#options = options;
  }

  /** What is known of these printers after waiting as long as patience allows. */
  async look(printers: readonly Printer[]): Promise<readonly CachedReading[]> {
    const awaited = printers.flatMap((printer) => {
      const { reading, view, ageMs = 0 } = printer.lastKnown;
      const isKnownDown = reading !== undefined && !view.up && ageMs < KNOWN_DOWN_MS;
      const read = this.#refresh(printer);
      return isKnownDown ? [] : [read];
    });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#options.patienceMs);
    });
    try {
      await Promise.race([Promise.all(awaited), patience]);
    } finally {
      clearTimeout(timer);
    }
    return printers.map((printer) => ({ printer, ...printer.lastKnown, isBeingRead: this.#reads.has(printer) }));
  }

  #refresh(printer: Printer): Promise<unknown> {
    const underWay = this.#reads.get(printer);
    if (underWay) return underWay;
    const { maxAgeMs, readTimeMs } = this.#options;
    const read = printer.readCached(maxAgeMs, readTimeMs).finally(() => this.#reads.delete(printer));
    this.#reads.set(printer, read);
    // Those who wait see a rejection; when all have left, nobody does.
    read.catch(() => {});
    return read;
  }
}
