// Waiting for what ends by itself soon, such as a socket that closes: by turns of the loop, without a timer of its own.

import { setImmediate as turn } from 'node:timers/promises';

const LONG_ENOUGH_MS = 5000;

/** The first value that is good enough; after 5 s the last one, so that the test can say what is wrong with it. */
export async function settle<T>(read: () => T, isGood: (value: T) => boolean): Promise<T> {
  const endsAt = performance.now() + LONG_ENOUGH_MS;
  for (;;) {
    const value = read();
    if (isGood(value) || performance.now() > endsAt) return value;
    await turn();
  }
}
