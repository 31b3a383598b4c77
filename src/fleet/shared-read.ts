// One read that several requests may wait for, each with its own deadline.

/** Why a read was ended before it ended by itself. */
export type EndReason = 'deadline' | 'abandoned';

/**
 * A read under way. It belongs to the printer, not to a request: it runs until the latest deadline among those who
 * wait for it, and is aborted when nobody waits any more.
 */
export class SharedRead<T> {
  readonly #controller = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;
  #endReason: EndReason | undefined;

  /** @param start begins the read; it must settle soon after its signal fires */
  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#result = start(this.#controller.signal);
    // Those who wait see a rejection; when all have left, nobody does.
    this.#result.catch(() => {});
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
  join(timeMs: number, signal?: AbortSignal): Promise<T | undefined> {
    this.#waiting++;
    return new Promise((resolve, reject) => {
      let here = true;
      const leave = (): void => {
        here = false;
        this.#waiting--;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
      };
      const expire = (): void => {
        if (this.#waiting === 1) {
          this.#end('deadline');
          return;
        }
        leave();
        resolve(undefined);
      };
      const abandon = (): void => {
        leave();
        if (this.#waiting === 0) this.#end('abandoned');
        resolve(undefined);
      };
      const timer = setTimeout(expire, timeMs);
      if (signal?.aborted) return abandon();
      signal?.addEventListener('abort', abandon);
      this.#result.then(
        (value) => {
          if (!here) return;
          leave();
          resolve(value);
        },
        (error: unknown) => {
          if (!here) return;
          leave();
          reject(error);
        },
      );
    });
  }

  #end(reason: EndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    this.#controller.abort();
  }
}
