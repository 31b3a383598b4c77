// Waiting for something, but not for ever.

import type { CancelSignal } from './cancellation.ts';

/**
 * Waits for a promise to settle, or for the end of the time, or for the signal, whichever comes first.
 * @param timeMs omitted: as long as it takes
 * @returns the promise's value, or undefined if something else came first
 */
export async function within<T>(
  promise: Promise<T>,
  timeMs: number | undefined,
  signal?: CancelSignal,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let end = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
    if (timeMs !== undefined) timer = setTimeout(end, timeMs);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
