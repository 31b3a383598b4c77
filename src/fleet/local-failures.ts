// Failures of this machine (code `local`): logged once for all printers when they begin, and once when they are over.

import type { Logger } from '../common/log.ts';
import type { Endpoint } from './reader.ts';

// A printer that has left the configuration, or that /probe asks for no more, is not read again and would never recover.
const FORGET_MS = 10 * 60_000;

export class LocalFailures {
  readonly #log: Logger;
  /** When each affected endpoint was last kept from being read, in milliseconds since 1970. */
  readonly #affected = new Map<string, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes the endpoints of a whole read. @param nowMs since 1970 */
  note(printer: string, endpoints: readonly Endpoint[], nowMs: number): void {
    const wasAffected = this.#affected.size > 0;
    if (!wasAffected && endpoints.every(({ failure }) => failure?.code !== 'local')) return;
    let reason = '';
    for (const { protocol, failure } of endpoints) {
      const key = JSON.stringify([printer, protocol]);
      if (failure?.code === 'local') {
        this.#affected.set(key, nowMs);
        reason = failure.message;
      } else {
        this.#affected.delete(key);
      }
    }
    // Also when the clock was set back.
    for (const [key, atMs] of this.#affected) if (Math.abs(nowMs - atMs) > FORGET_MS) this.#affected.delete(key);
    const isAffected = this.#affected.size > 0;
    if (isAffected && !wasAffected)
      this.#log.warn('printers not read because of this machine', { code: 'local', reason });
    if (!isAffected && wasAffected) this.#log.info('this machine no longer keeps printers from being read', {});
  }
}
