// Waiting for a promise, a time or a signal, whichever comes first.

import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from '../../src/common/within.ts';
import { createDeferred } from '../support/deferred.ts';

const TIME_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('is the value of a promise that settles in time', async () => {
  const { promise, resolve } = createDeferred<string>();
  const waited = within(promise, TIME_MS);
  vi.advanceTimersByTime(TIME_MS - 1);
  resolve('value');
  expect(await waited).toBe('value');
});

it('is undefined at the end of the time, and what comes later is nobody’s fault', async () => {
  const { promise, reject } = createDeferred<string>();
  const waited = within(promise, TIME_MS);
  vi.advanceTimersByTime(TIME_MS);
  reject(new Error('too late'));
  expect(await waited).toBeUndefined();
});

it('is undefined when the signal fires, or has fired before', async () => {
  const { promise } = createDeferred<string>();
  const gone = new AbortController();
  const waited = within(promise, undefined, gone.signal);
  gone.abort();
  expect(await waited).toBeUndefined();
  expect(await within(promise, undefined, gone.signal)).toBeUndefined();
});

it('passes on a failure', async () => {
  await expect(within(Promise.reject(new Error('fault')), TIME_MS)).rejects.toThrow('fault');
});

it('leaves no timer and no listener behind', async () => {
  const { signal } = new AbortController();
  const { promise, resolve } = createDeferred();
  const waited = within(promise, TIME_MS, signal);
  expect([vi.getTimerCount(), getEventListeners(signal, 'abort').length]).toEqual([1, 1]);
  resolve();
  await waited;
  expect([vi.getTimerCount(), getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
});
