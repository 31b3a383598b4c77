// Whether a printer that refuses TCP has an HTTP endpoint that nobody configured, as a Creator 5 given by its address alone.

import type { CancelSignal } from '../common/cancellation.ts';
import { DEFAULT_HTTP_PORT, type PrinterConfig } from '../printer/config.ts';
import type { PortState } from '../tcp/port-check.ts';
import type { Endpoint } from './reader.ts';

export type CheckPort = (host: string, port: number, signal: CancelSignal, timeoutMs: number) => Promise<PortState>;

const INTERVAL_MS = 600_000;
// The printer has just refused a connection, so it is there and quick to say so again.
const CHECK_MS = 1000;

export class HttpPortMemory {
  readonly #check: CheckPort | undefined;
  #checkedAtMs: number | undefined;
  #isOpen: boolean | undefined;

  /** @param check undefined: never look */
  constructor(check: CheckPort | undefined) {
    this.#check = check;
  }

  /** Undefined while nobody has looked. */
  get isOpen(): boolean | undefined {
    return this.#isOpen;
  }

  forget(): void {
    this.#checkedAtMs = undefined;
    this.#isOpen = undefined;
  }

  /**
   * Connects to the HTTP port, sends nothing, and remembers whether it is open; at most every 10 minutes, and only after a read
   * in which TCP refused.
   * @returns undefined if there is nothing to wait for
   */
  lookAfter(
    endpoints: readonly Endpoint[],
    { tcp, http }: PrinterConfig,
    nowMs: number,
    signal: CancelSignal,
  ): Promise<void> | undefined {
    const failure = endpoints.find(({ protocol }) => protocol === 'tcp')?.failure;
    if (!failure) this.forget();
    if (failure?.code !== 'refused' || !tcp || http || !this.#check || !this.#isDue(nowMs)) return undefined;
    this.#checkedAtMs = nowMs;
    return this.#check(tcp.host, DEFAULT_HTTP_PORT, signal, CHECK_MS).then((state) => {
      // Otherwise it was forgotten meanwhile: the printer is at another address now.
      if (this.#checkedAtMs === nowMs) this.#isOpen = state === 'open';
    });
  }

  // Also when the clock was set back.
  #isDue(nowMs: number): boolean {
    return this.#checkedAtMs === undefined || Math.abs(nowMs - this.#checkedAtMs) >= INTERVAL_MS;
  }
}
