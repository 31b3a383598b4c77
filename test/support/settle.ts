// Waits for something that happens soon without an event, such as a socket that closes, by turns of the event loop.

import { setImmediate as turn } from 'node:timers/promises';

/** Returns the first good value, or the last one on a timeout, so that the test can assert on it. */
export async function settle<T>(read: () => T, isGood: (value: T) => boolean, timeoutMs = 5000): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const value = read();
    if (isGood(value) || performance.now() > endsAt) return value;
    await turn();
  }
}
