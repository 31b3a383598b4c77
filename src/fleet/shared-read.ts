// How long a read goes on that several requests may wait for, each with its own deadline.

import { CancelController, type CancelSignal } from '../common/cancellation.ts';

/** Why a read was ended before it finished by itself. */
export type EndReason = 'timeout' | 'abandoned' | 'shutdown';

/** How long a read goes on when nobody waits for it any more: the next request, and the job rules, can use its result. */
export const ABANDONED_READ_MS = 3000;

export interface SharedReadOptions {
  /** The read's own end, in milliseconds from its start. */
  readonly timeMs: number;
  /** Ends the read, whoever waits. */
  readonly shutdownSignal?: CancelSignal | undefined;
}

/**
 * A read in progress. It belongs to the printer, not to a request: it ends at its own time, which no request moves, and
 * a request that reaches its deadline earlier leaves without ending it. When nobody waits any more, the read has
 * `ABANDONED_READ_MS` to finish.
 */
export class SharedRead {
  readonly #controller = new CancelController();
  readonly #shutdownSignal: CancelSignal | undefined;
  readonly #ownEnd: NodeJS.Timeout;
  #abandonment: NodeJS.Timeout | undefined;
  /** How many requests wait for it. */
  #waiting = 0;
  /** Whether it has finished or was ended. */
  #isOver = false;
  #endReason: EndReason | undefined;

  constructor({ timeMs, shutdownSignal }: SharedReadOptions) {
    this.#shutdownSignal = shutdownSignal;
    this.#ownEnd = setTimeout(() => this.#end('timeout'), timeMs);
    if (shutdownSignal?.aborted) this.#onShutdown();
    else shutdownSignal?.addEventListener('abort', this.#onShutdown);
  }

  /** Fires when the read has to end: it must finish soon after, with what was read until then. */
  get signal(): CancelSignal {
    return this.#controller;
  }

  /** Set once the read was ended from outside. */
  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  /** A request begins to wait. */
  join(): void {
    this.#waiting += 1;
    clearTimeout(this.#abandonment);
  }

  /** A request waits no longer. */
  leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || this.#isOver) return;
    this.#abandonment = setTimeout(() => this.#end('abandoned'), ABANDONED_READ_MS);
  }

  /** Nothing ends the read any more: it has finished, or was ended. */
  finish(): void {
    this.#isOver = true;
    clearTimeout(this.#ownEnd);
    clearTimeout(this.#abandonment);
    this.#shutdownSignal?.removeEventListener('abort', this.#onShutdown);
  }

  readonly #onShutdown = (): void => this.#end('shutdown');

  #end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#endReason = reason;
    this.finish();
    this.#controller.abort();
  }
}
