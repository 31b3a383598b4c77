// What a printer said it is, kept from read to read: not every read asks.

import type { Logger } from '../common/log.ts';
import { mergeIdentities } from '../printer/merge.ts';
import type { Identity, Protocol } from '../printer/snapshot.ts';
import type { MachineInfo } from '../tcp/m115.ts';
import type { Reading } from './reader.ts';

// Firmware and names change rarely; M115 on every scrape would be a quarter more talk.
const MAX_AGE_MS = 10 * 60_000;

export class IdentityMemory {
  readonly #printer: string;
  readonly #log: Logger;
  /** By side: HTTP's words win, also in a read in which HTTP fails, or the info series would change back and forth. */
  #sides: { readonly tcp?: Identity; readonly http?: Identity } = {};
  #identity: Identity | undefined;
  #machineInfo: MachineInfo | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(printer: string, log: Logger) {
    this.#printer = printer;
    this.#log = log;
  }

  /** Undefined before the first contact. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** The last M115 in the printer's own words. */
  get machineInfo(): MachineInfo | undefined {
    return this.#machineInfo;
  }

  /** Whether the next read is to ask. @param nowMs since 1970; may go back */
  isDue(nowMs: number): boolean {
    const age = nowMs - this.#readAtMs;
    return age < 0 || age > MAX_AGE_MS;
  }

  /** Makes the next read ask: perhaps another printer answers it. */
  expire(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Takes one whole read. @param hasTcp whether the printer is read over TCP too: only M115 tells all there is then */
  note({ endpoints, replies }: Reading, hasTcp: boolean, nowMs: number): void {
    const before = this.#identity;
    for (const { protocol, identity } of endpoints) if (identity) this.#noteSide(protocol, identity);
    if (this.#identity && !before) {
      const { model, firmware } = this.#identity;
      this.#log.info('printer found', { printer: this.#printer, model, firmware });
    }
    this.#machineInfo = replies.m115 ?? this.#machineInfo;
    if (replies.m115 || !hasTcp) this.#readAtMs = nowMs;
  }

  #noteSide(protocol: Protocol, identity: Identity): void {
    const known = this.#sides[protocol]?.serial;
    const isOther = known !== undefined && identity.serial !== undefined && known !== identity.serial;
    if (isOther) this.#log.info('another printer answers here', { printer: this.#printer, serial: identity.serial });
    const kept = isOther ? {} : this.#sides;
    this.#sides = { ...kept, [protocol]: { ...kept[protocol], ...identity } };
    this.#identity = mergeIdentities(this.#sides.tcp, this.#sides.http);
  }
}
