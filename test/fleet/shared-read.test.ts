// One read that several wait for: who gets what, and when it ends.

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CancelController, type CancelSignal } from '../../src/common/cancellation.ts';
import { SharedRead } from '../../src/fleet/shared-read.ts';
import { createDeferred } from '../support/deferred.ts';

const LONG_MS = 60_000;
const SHORT_MS = 20;

interface Started {
  readonly shared: SharedRead<string>;
  readonly signal: CancelSignal;
  resolve(value: string): void;
  reject(error: Error): void;
}

/** A read that ends when the test says so, or as `cut` when it is aborted. */
function start(shutdownSignal?: CancelSignal): Started {
  const { promise, resolve, reject } = createDeferred<string>();
  let signal: CancelSignal | undefined;
  const shared = new SharedRead<string>((own) => {
    signal = own;
    own.addEventListener('abort', () => resolve('cut'));
    return promise;
  }, shutdownSignal);
  if (!signal) throw new Error('the read did not begin');
  return { shared, signal, resolve, reject };
}

describe('those who wait', () => {
  it('all get the one value', async () => {
    const { shared, resolve, signal } = start();
    const joined = [shared.join(LONG_MS), shared.join(LONG_MS), shared.join(LONG_MS)];
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

  it('get what is there already', async () => {
    const { shared, resolve } = start();
    resolve('read');
    await shared.join(LONG_MS);
    expect(await shared.join(LONG_MS)).toBe('read');
  });
});

describe('deadlines', () => {
  it('an earlier one leaves with nothing, the read goes on to the latest', async () => {
    const { shared, resolve, signal } = start();
    const late = shared.join(LONG_MS);
    const early = shared.join(SHORT_MS);
    expect(await early).toBeUndefined();
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await late).toBe('read');
  });

  it('counts the latest, whoever came first', async () => {
    const { shared, resolve, signal } = start();
    const early = shared.join(SHORT_MS);
    const late = shared.join(LONG_MS);
    expect(await early).toBeUndefined();
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await late).toBe('read');
  });

  it('at the last one the read is ended and what it has is given', async () => {
    const { shared, signal } = start();
    const first = shared.join(SHORT_MS);
    const last = shared.join(3 * SHORT_MS);
    expect(await first).toBeUndefined();
    expect(signal.aborted).toBe(false);
    expect(await last).toBe('cut');
    expect(signal.aborted).toBe(true);
    expect(shared.endReason).toBe('deadline');
  });

  it('two at the same moment are one who leaves and one who gets what is there', async () => {
    const { shared } = start();
    const both = await Promise.all([shared.join(SHORT_MS), shared.join(SHORT_MS)]);
    expect(both).toEqual([undefined, 'cut']);
  });

  it('no time at all still ends the read', async () => {
    const { shared, signal } = start();
    expect(await shared.join(0)).toBe('cut');
    expect(signal.aborted).toBe(true);
  });

  it('a deadline stays the reason when the client goes before the read has settled', async () => {
    const { promise, resolve } = createDeferred<string>();
    const { promise: aborted, resolve: abort } = createDeferred<void>();
    const shared = new SharedRead<string>((signal) => {
      signal.addEventListener('abort', () => abort());
      return promise;
    });
    const gone = new AbortController();
    const joined = shared.join(SHORT_MS, gone.signal);
    await aborted;
    gone.abort();
    expect(await joined).toBeUndefined();
    expect(shared.endReason).toBe('deadline');
    resolve('late');
  });
});

describe('the last call', () => {
  it('is the deadline of all who wait', async () => {
    const shutdownSignal = new CancelController();
    const { shared, signal } = start(shutdownSignal);
    const joined = [shared.join(LONG_MS), shared.join(LONG_MS)];
    shutdownSignal.abort();
    expect(await Promise.all(joined)).toEqual(['cut', 'cut']);
    expect([signal.aborted, shared.endReason]).toEqual([true, 'deadline']);
  });

  it('is the deadline of a read that begins after it', async () => {
    const shutdownSignal = new CancelController();
    shutdownSignal.abort();
    const { shared } = start(shutdownSignal);
    expect(await shared.join(LONG_MS)).toBe('cut');
    expect(shared.endReason).toBe('deadline');
  });
});

describe('clients that go', () => {
  it('the last one ends the read', async () => {
    const { shared, signal } = start();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = shared.join(LONG_MS, one.signal);
    const second = shared.join(LONG_MS, two.signal);
    one.abort();
    expect(await first).toBeUndefined();
    expect(signal.aborted).toBe(false);
    two.abort();
    expect(signal.aborted).toBe(true);
    expect(shared.endReason).toBe('abandoned');
    expect(await second).toBeUndefined();
  });

  it('one that goes leaves the others their read', async () => {
    const { shared, resolve, signal } = start();
    const gone = new AbortController();
    const first = shared.join(LONG_MS, gone.signal);
    const second = shared.join(LONG_MS);
    gone.abort();
    expect(await first).toBeUndefined();
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await second).toBe('read');
  });

  it('one that goes after another’s deadline ends the read too', async () => {
    const { shared, signal } = start();
    const gone = new AbortController();
    const stayed = shared.join(LONG_MS, gone.signal);
    expect(await shared.join(SHORT_MS)).toBeUndefined();
    expect(signal.aborted).toBe(false);
    gone.abort();
    expect(await stayed).toBeUndefined();
    expect(shared.endReason).toBe('abandoned');
  });

  it('one that was gone before it came counts for nothing', async () => {
    const { shared, signal } = start();
    expect(await shared.join(LONG_MS, AbortSignal.abort())).toBeUndefined();
    expect(signal.aborted).toBe(true);
    expect(shared.endReason).toBe('abandoned');
  });

  it('one that was gone before it came does not end the read of others', async () => {
    const { shared, resolve, signal } = start();
    const stayed = shared.join(LONG_MS);
    expect(await shared.join(LONG_MS, AbortSignal.abort())).toBeUndefined();
    expect(signal.aborted).toBe(false);
    resolve('read');
    expect(await stayed).toBe('read');
  });
});

it('leaves no timer and no listener behind', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const shutdownSignal = new AbortController();
  const { shared, resolve } = start(shutdownSignal.signal);
  const [stays, goes] = [new AbortController(), new AbortController()];
  const joined = [shared.join(LONG_MS, stays.signal), shared.join(LONG_MS, goes.signal), shared.join(LONG_MS)];
  expect(timers()).toBe(before + 3);
  expect(getEventListeners(stays.signal, 'abort')).toHaveLength(1);
  goes.abort();
  resolve('read');
  expect(await Promise.all(joined)).toEqual(['read', undefined, 'read']);
  expect(timers()).toBe(before);
  for (const { signal } of [stays, goes, shutdownSignal]) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
