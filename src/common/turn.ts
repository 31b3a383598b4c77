// Work that can wait until the events at hand have been handled.

let waiting: (() => void)[] = [];

function runAll(): void {
  const callbacks = waiting;
  waiting = [];
  for (const callback of callbacks) callback();
}

/**
 * Calls back in the next turn of the event loop, together with all others that wait for it. Promises that they settle are then
 * handled step by step for all of them, and not printer by printer: the same code runs again while it is still in the CPU's caches.
 * @param callback must not throw
 */
export function inNextTurn(callback: () => void): void {
  if (waiting.push(callback) === 1) setImmediate(runAll);
}
