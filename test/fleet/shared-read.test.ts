// One read that several requests wait for: who gets what, and when it ends.

import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CancelController, type CancelSignal } from '../../src/common/cancellation.ts';
import { ABANDONED_READ_MS, SharedRead } from '../../src/fleet/shared-read.ts';
import { createDeferred } from '../support/deferred.ts';

const READ_MS = 15_000;
const LONG_MS = 60_000;
const SHORT_MS = 50;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Started {
  readonly shared: SharedRead<string>;
  readonly signal: CancelSignal;
  resolve(value: string): void;
  reject(error: Error): void;
}

/** A read that finishes when the test says so, or with `cut` when it is aborted. */
function start(shutdownSignal?: CancelSignal): Started {
  const { promise, resolve, reject } = createDeferred<string>();
  let signal: CancelSignal | undefined;
  const shared = new SharedRead<string>(
    (own) => {
      signal = own;
      own.addEventListener('abort', () => resolve('cut'));
      return promise;
    },
    { timeMs: READ_MS, shutdownSignal },
  );
  if (!signal) throw new Error('the read did not begin');
  return { shared, signal, resolve, reject };
}

describe('those who wait', () => {
  it('all get the one value', async () => {
    const { shared, resolve, signal } = start();
    const joined = [shared.join(LONG_MS), shared.join(), shared.join(LONG_MS)];
    resolve('read');
    expect(await Promise.all(joined)).toEqual(['read', 'read', 'read']);
    expect(signal.aborted).toBe(false);
    expect(shared.endReason).toBeUndefined();
  });

  it('all see an error', async () => {
    const { shared, reject } = start();
    const joined = [shared.join(LONG_MS), shared.join(LONG_MS)];
    reject(new Error('bug'));
    const results = await Promise.allSettled(joined);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('see no error after they left', async () => {
    const { shared, reject } = start();
    const gone = new AbortController();
    const joined = shared.join(LONG_MS, gone.signal);
    gone.abort();
    reject(new Error('too late'));
    expect(await joined).toBeUndefined();
  });

  it('get the value of a read that has finished', async () => {
    const { shared, resolve } = start();
    resolve('read');
    await shared.join(LONG_MS);
    expect(await shared.join(LONG_MS)).toBe('read');
  });
});

describe('the end of the read', () => {
  it('is its own, whoever joins later', async () => {
    const { shared, signal } = start();
    const joined = [shared.join(LONG_MS)];
    for (let passedMs = 0; passedMs < READ_MS - 1000; passedMs += 1000) {
      vi.advanceTimersByTime(1000);
      joined.push(shared.join(LONG_MS));
    }
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.aborted).toBe(true);
    expect(shared.endReason).toBe('timeout');
    expect(new Set(await Promise.all(joined))).toEqual(new Set(['cut']));
  });

  it('is not moved by deadlines before it: who reaches one leaves with nothing', async () => {
    const { shared, signal, resolve } = start();
    const patient = shared.join(LONG_MS);
    const hasty = shared.join(SHORT_MS);
    vi.advanceTimersByTime(SHORT_MS);
    expect(await hasty).toBeUndefined();
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await patient).toBe('read');
  });

  it('comes when nobody has waited for a while', async () => {
    const { shared, signal } = start();
    const hasty = shared.join(SHORT_MS);
    vi.advanceTimersByTime(SHORT_MS);
    expect(await hasty).toBeUndefined();
    vi.advanceTimersByTime(ABANDONED_READ_MS - 1);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect([signal.aborted, shared.endReason]).toEqual([true, 'abandoned']);
  });

  it('is its own time even if nobody waits then', async () => {
    const { shared, signal } = start();
    void shared.join(READ_MS - 1);
    vi.advanceTimersByTime(READ_MS);
    expect([signal.aborted, shared.endReason]).toEqual([true, 'timeout']);
  });

  it('keeps its first reason', async () => {
    const shutdownSignal = new CancelController();
    const shared = new SharedRead<string>(() => createDeferred<string>().promise, { timeMs: READ_MS, shutdownSignal });
    vi.advanceTimersByTime(READ_MS);
    shutdownSignal.abort();
    expect(shared.endReason).toBe('timeout');
  });

  it('comes at a shutdown, with what was read until then', async () => {
    const shutdownSignal = new CancelController();
    const { shared, signal } = start(shutdownSignal);
    const joined = [shared.join(LONG_MS), shared.join(LONG_MS)];
    shutdownSignal.abort();
    expect(await Promise.all(joined)).toEqual(['cut', 'cut']);
    expect([signal.aborted, shared.endReason]).toEqual([true, 'shutdown']);
  });

  it('comes at once after a shutdown', async () => {
    const shutdownSignal = new CancelController();
    shutdownSignal.abort();
    const { shared } = start(shutdownSignal);
    expect(await shared.join(LONG_MS)).toBe('cut');
    expect(shared.endReason).toBe('shutdown');
  });
});

describe('a read that nobody waits for', () => {
  it('goes on for whoever joins in time', async () => {
    const { shared, signal, resolve } = start();
    const gone = new AbortController();
    const first = shared.join(LONG_MS, gone.signal);
    gone.abort();
    expect(await first).toBeUndefined();
    vi.advanceTimersByTime(ABANDONED_READ_MS - 1);
    const second = shared.join(LONG_MS);
    vi.advanceTimersByTime(ABANDONED_READ_MS);
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await second).toBe('read');
  });

  it('has the whole time again when the next one leaves too', async () => {
    const { shared, signal } = start();
    void shared.join(SHORT_MS);
    vi.advanceTimersByTime(SHORT_MS + ABANDONED_READ_MS - 1);
    void shared.join(SHORT_MS);
    vi.advanceTimersByTime(SHORT_MS + ABANDONED_READ_MS - 1);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.aborted).toBe(true);
  });

  it('does not end while others wait', async () => {
    const { shared, resolve, signal } = start();
    const gone = new AbortController();
    const first = shared.join(LONG_MS, gone.signal);
    const second = shared.join(LONG_MS);
    gone.abort();
    expect(await first).toBeUndefined();
    vi.advanceTimersByTime(ABANDONED_READ_MS);
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await second).toBe('read');
  });

  it('may have been joined only by a request whose client had already gone', async () => {
    const { shared, signal } = start();
    expect(await shared.join(LONG_MS, AbortSignal.abort())).toBeUndefined();
    vi.advanceTimersByTime(ABANDONED_READ_MS);
    expect([signal.aborted, shared.endReason]).toEqual([true, 'abandoned']);
  });
});

it('leaves no timer and no listener behind', async () => {
  const shutdownSignal = new AbortController();
  const { shared, resolve } = start(shutdownSignal.signal);
  const [stays, goes] = [new AbortController(), new AbortController()];
  const joined = [shared.join(LONG_MS, stays.signal), shared.join(LONG_MS, goes.signal), shared.join(LONG_MS)];
  expect(vi.getTimerCount()).toBe(4);
  expect(getEventListeners(stays.signal, 'abort')).toHaveLength(1);
  goes.abort();
  resolve('read');
  expect(await Promise.all(joined)).toEqual(['read', undefined, 'read']);
  expect(vi.getTimerCount()).toBe(0);
  for (const { signal } of [stays, goes, shutdownSignal]) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
