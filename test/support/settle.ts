// Waiting for what ends by itself soon, such as a socket that closes: by turns of the loop, without a timer of its own.

import { setImmediate as turn } from 'node:timers/promises';

/** The first value that is good enough; when time is up the last one, so that the test can say what is wrong with it. */
export async function settle<T>(read: () => T, isGood: (value: T) => boolean, patienceMs = 5000): Promise<T> {
  const endsAt = performance.now() + patienceMs;
  for (;;) {
    const value = read();
    if (isGood(value) || performance.now() > endsAt) return value;
    await turn();
  }
}
