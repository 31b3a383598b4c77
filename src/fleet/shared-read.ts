// One read that several requests may wait for, each with its own deadline.

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

interface Waiter<T> {
  readonly resolve: (value: T | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly signal: CancelSignal | undefined;
  /** Called when its deadline is reached or its signal fires. */
  readonly leave: () => void;
}

/**
 * A read in progress. It belongs to the printer, not to a request: it ends at its own time, which no request moves, and
 * a request that reaches its deadline earlier leaves without ending it. When nobody waits any more, the read has
 * `ABANDONED_READ_MS` to finish.
 */
export class SharedRead<T> {
  readonly #controller = new CancelController();
  readonly #result: Promise<T>;
  readonly #waiting = new Set<Waiter<T>>();
  readonly #shutdownSignal: CancelSignal | undefined;
  readonly #ownEnd: NodeJS.Timeout;
  #abandonment: NodeJS.Timeout | undefined;
  #isSettled = false;
  #endReason: EndReason | undefined;

  /** @param start begins the read; it must settle soon after its signal fires, with what was read until then */
  constructor(start: (signal: CancelSignal) => Promise<T>, { timeMs, shutdownSignal }: SharedReadOptions) {
    this.#shutdownSignal = shutdownSignal;
    this.#ownEnd = setTimeout(() => this.#end('timeout'), timeMs);
    this.#result = start(this.#controller);
    if (shutdownSignal?.aborted) this.#onShutdown();
    else shutdownSignal?.addEventListener('abort', this.#onShutdown);
    this.#result.then(
      (value) => this.#settle((waiter) => waiter.resolve(value)),
      // Nobody may be waiting: the rejection is handled here.
      (error: unknown) => this.#settle((waiter) => waiter.reject(error)),
    );
  }

  /** Set once the read was ended from outside. */
  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  /**
   * Waits for the read.
   * @param timeMs until the request's deadline; omitted: until the read's own end
   * @param signal fires when the requester has gone
   * @returns undefined if the request reached its deadline or its requester has gone
   */
  join(timeMs?: number, signal?: CancelSignal): Promise<T | undefined> {
    if (this.#isSettled) return this.#result;
    return new Promise((resolve, reject) => {
      const leave = (): void => this.#leave(waiter);
      const timer = timeMs === undefined ? undefined : setTimeout(leave, timeMs);
      const waiter: Waiter<T> = { resolve, reject, timer, signal, leave };
      this.#waiting.add(waiter);
      clearTimeout(this.#abandonment);
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave);
    });
  }

  #leave(waiter: Waiter<T>): void {
    this.#release(waiter);
    waiter.resolve(undefined);
    if (this.#waiting.size > 0 || this.#endReason) return;
    this.#abandonment = setTimeout(() => this.#end('abandoned'), ABANDONED_READ_MS);
  }

  #settle(tell: (waiter: Waiter<T>) => void): void {
    this.#isSettled = true;
    this.#stopTimers();
    this.#shutdownSignal?.removeEventListener('abort', this.#onShutdown);
    for (const waiter of this.#waiting) {
      this.#release(waiter);
      tell(waiter);
    }
  }

  #release(waiter: Waiter<T>): void {
    this.#waiting.delete(waiter);
    clearTimeout(waiter.timer);
    waiter.signal?.removeEventListener('abort', waiter.leave);
  }

  #stopTimers(): void {
    clearTimeout(this.#ownEnd);
    clearTimeout(this.#abandonment);
  }

  readonly #onShutdown = (): void => this.#end('shutdown');

  #end(reason: EndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    this.#stopTimers();
    this.#controller.abort();
  }
}
