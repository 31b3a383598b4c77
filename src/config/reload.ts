// Loading the configuration again while the exporter runs: a bad one changes nothing, and says so.

import { ConfigError } from '../common/config-error.ts';
import type { Logger } from '../common/log.ts';
import type { PrinterConfig } from '../printer/config.ts';

export interface ReloadOptions {
  readonly load: () => Promise<readonly PrinterConfig[]>;
  /** Takes a configuration that was found good. */
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

  /** The configuration in use was loaded just before. */
  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#successSeconds = options.now() / 1000;
  }

  /** Whether the last attempt succeeded. */
  get isSuccessful(): boolean {
    return this.#isSuccessful;
  }

  /** When the configuration in use was loaded, in seconds since 1970. */
  get successSeconds(): number {
    return this.#successSeconds;
  }

  /**
   * Loads and applies, one after the other where several ask at once.
   * @throws ConfigError when it is bad; the old one stays in use
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
      const reason =
        error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
      log.error('configuration not reloaded, the old one stays', { reason });
      throw error;
    }
  }
}
