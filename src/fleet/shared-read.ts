// One read that several requests may wait for, each with its own deadline.

import { CancelController, type CancelSignal } from '../common/cancellation.ts';

/** Why a read was ended before it ended by itself. */
export type EndReason = 'deadline' | 'abandoned';

interface Waiter<T> {
  readonly resolve: (value: T | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
  readonly signal: CancelSignal | undefined;
  /** Called when its signal fires. */
  readonly abandon: () => void;
}

/**
 * A read under way. It belongs to the printer, not to a request: it runs until the latest deadline among those who
 * wait for it, and is aborted when nobody waits any more.
 */
export class SharedRead<T> {
  readonly #stop = new CancelController();
  readonly #result: Promise<T>;
  readonly #waiting = new Set<Waiter<T>>();
  readonly #shutdownSignal: CancelSignal | undefined;
  #isSettled = false;
  #endReason: EndReason | undefined;

  /**
   * @param start begins the read; it must settle soon after its signal fires
   * @param shutdownSignal when it fires, the deadline has come for all who wait, and for whoever comes then
   */
  constructor(start: (signal: CancelSignal) => Promise<T>, shutdownSignal?: CancelSignal) {
    this.#shutdownSignal = shutdownSignal;
    this.#result = start(this.#stop);
    if (shutdownSignal?.aborted) this.#endAtDeadline();
    else shutdownSignal?.addEventListener('abort', this.#endAtDeadline);
    this.#result.then(
      (value) => this.#settle((waiter) => waiter.resolve(value)),
      // When all have left, nobody sees it.
      (error: unknown) => this.#settle((waiter) => waiter.reject(error)),
    );
  }

  /** Set once the read was ended from outside: at a deadline its answer still counts, abandoned it does not. */
  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  /**
   * Waits for the read.
   * @param timeMs how long; whoever reaches the end of it while others wait leaves with undefined, the last one
   *   ends the read and gets what was read until then
   * @param signal the request's own: when it fires, its sender is gone
   */
  join(timeMs: number, signal?: CancelSignal): Promise<T | undefined> {
    if (this.#isSettled) return this.#result;
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = {
        resolve,
        reject,
        timer: setTimeout(() => this.#expire(waiter), timeMs),
        signal,
        abandon: () => this.#abandon(waiter),
      };
      this.#waiting.add(waiter);
      if (signal?.aborted) waiter.abandon();
      else signal?.addEventListener('abort', waiter.abandon);
    });
  }

  #settle(tell: (waiter: Waiter<T>) => void): void {
    this.#isSettled = true;
    this.#shutdownSignal?.removeEventListener('abort', this.#endAtDeadline);
    for (const waiter of this.#waiting) {
      this.#release(waiter);
      tell(waiter);
    }
  }

  #expire(waiter: Waiter<T>): void {
    if (this.#waiting.size === 1) {
      this.#endAtDeadline();
      return;
    }
    this.#release(waiter);
    waiter.resolve(undefined);
  }

  #abandon(waiter: Waiter<T>): void {
    this.#release(waiter);
    if (this.#waiting.size === 0) this.#end('abandoned');
    waiter.resolve(undefined);
  }

  #release(waiter: Waiter<T>): void {
    this.#waiting.delete(waiter);
    clearTimeout(waiter.timer);
    waiter.signal?.removeEventListener('abort', waiter.abandon);
  }

  readonly #endAtDeadline = (): void => this.#end('deadline');

  #end(reason: EndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    this.#stop.abort();
  }
}
