// What a printer said it is, kept between reads: not every read asks for it.

import type { Logger } from '../common/log.ts';
import type { Identities } from '../jobs/identity-schema.ts';
import { mergeIdentities } from '../printer/merge.ts';
import type { Identity, Protocol } from '../printer/snapshot.ts';
import type { MachineInfo } from '../tcp/m115.ts';
import type { Reading } from './reader.ts';

// Firmware and names change rarely, and M115 at every scrape would be a quarter more traffic.
const MAX_AGE_MS = 10 * 60_000;

export class IdentityMemory {
  readonly #printer: string;
  readonly #log: Logger;
  /** By protocol. HTTP's values win even in a read in which HTTP fails, or the info series would flip back and forth. */
  #byProtocol: Identities;
  #identity: Identity | undefined;
  #machineInfo: MachineInfo | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #isFound = false;

  /** @param recalled what the printer said before a restart */
  constructor(printer: string, log: Logger, recalled: Identities = {}) {
    this.#printer = printer;
    this.#log = log;
    this.#byProtocol = recalled;
    this.#identity = mergeIdentities(recalled.tcp, recalled.http);
  }

  /** What each protocol said. */
  get byProtocol(): Identities {
    return this.#byProtocol;
  }

  /** Undefined before the first contact ever. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** The last M115 reply. */
  get machineInfo(): MachineInfo | undefined {
    return this.#machineInfo;
  }

  /** Whether the next read should ask for it. @param nowMs since 1970; may go back */
  isDue(nowMs: number): boolean {
    const age = nowMs - this.#readAtMs;
    return age < 0 || age > MAX_AGE_MS;
  }

  /** Makes the next read ask for it, because another printer may respond. */
  expire(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Takes a whole reading. @param hasTcp whether the printer is read over TCP too: then only M115 brings everything */
  note({ endpoints, replies }: Reading, hasTcp: boolean, nowMs: number): void {
    for (const { protocol, identity } of endpoints) if (identity) this.#noteEndpoint(protocol, identity);
    if (this.#identity && !this.#isFound && endpoints.some(({ identity }) => identity)) {
      this.#isFound = true;
      const { model, firmware } = this.#identity;
      this.#log.info('printer found', { printer: this.#printer, model, firmware });
    }
    this.#machineInfo = replies.m115 ?? this.#machineInfo;
    if (replies.m115 || !hasTcp) this.#readAtMs = nowMs;
  }

  #noteEndpoint(protocol: Protocol, identity: Identity): void {
    const known = this.#byProtocol[protocol]?.serial;
    const isOther = known !== undefined && identity.serial !== undefined && known !== identity.serial;
    if (isOther) this.#log.info('another printer answers here', { printer: this.#printer, serial: identity.serial });
    const kept = isOther ? {} : this.#byProtocol;
    this.#byProtocol = { ...kept, [protocol]: { ...kept[protocol], ...identity } };
    this.#identity = mergeIdentities(this.#byProtocol.tcp, this.#byProtocol.http);
  }
}
