// Reloading the configuration at run time. An invalid one is logged and changes nothing.

import { ConfigError } from '../common/config-error.ts';
import type { Logger } from '../common/log.ts';
import { reasonOf, traceOf } from '../common/reason.ts';
import type { PrinterConfig } from '../printer/config.ts';

export interface ReloadOptions {
  readonly load: () => Promise<readonly PrinterConfig[]>;
  /** Applies a valid configuration. */
  readonly apply: (printers: readonly PrinterConfig[]) => void;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Reloader {
  readonly #options: ReloadOptions;
  #isSuccessful = true;
  #successSeconds: number;
  #running: Promise<void> = Promise.resolve();

  /** Expects that the current configuration has just been loaded. */
  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#successSeconds = options.now() / 1000;
  }

  /** Whether the last reload succeeded. */
  get isSuccessful(): boolean {
    return this.#isSuccessful;
  }

  /** When the current configuration was loaded, in seconds since 1970. */
  get successSeconds(): number {
    return this.#successSeconds;
  }

  /**
   * Loads and applies the configuration. Concurrent calls run one after the other.
   * @throws ConfigError if it is invalid; the current one stays in use
   */
  async reload(): Promise<void> {
    const run = this.#running.then(() => this.#reload());
    this.#running = run.catch(() => {});
    await run;
  }

  async #reload(): Promise<void> {
    const { load, apply, log, now } = this.#options;
    try {
      const printers = await load();
      apply(printers);
      this.#isSuccessful = true;
      this.#successSeconds = now() / 1000;
      log.info('configuration reloaded', { printers: printers.length });
    } catch (error) {
      this.#isSuccessful = false;
      const reason = error instanceof ConfigError ? reasonOf(error) : traceOf(error);
      log.error('configuration not reloaded, the old one stays', { reason });
      throw error;
    }
  }
}
