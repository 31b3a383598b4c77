// How long a read goes on that several requests wait for, and who ends it.

import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CancelController, type CancelSignal } from '../../src/common/cancellation.ts';
import { ABANDONED_READ_MS, SharedRead } from '../../src/fleet/shared-read.ts';

const READ_MS = 15_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A read for which one request waits. */
function joined(shutdownSignal?: CancelSignal): SharedRead {
  const shared = new SharedRead({ timeMs: READ_MS, shutdownSignal });
  shared.join();
  return shared;
}

function endOf({ signal, endReason }: SharedRead): [boolean, string | undefined] {
  return [signal.aborted, endReason];
}

const NOT_ENDED = [false, undefined];

it('ends at its own time, whoever joins later', () => {
  const shared = joined();
  for (let passedMs = 0; passedMs < READ_MS - 1000; passedMs += 1000) {
    vi.advanceTimersByTime(1000);
    shared.join();
  }
  vi.advanceTimersByTime(999);
  expect(endOf(shared)).toEqual(NOT_ENDED);
  vi.advanceTimersByTime(1);
  expect(endOf(shared)).toEqual([true, 'timeout']);
});

it('goes on while anybody waits', () => {
  const shared = joined();
  shared.join();
  shared.leave();
  vi.advanceTimersByTime(READ_MS - 1);
  expect(endOf(shared)).toEqual(NOT_ENDED);
});

it('ends when nobody has waited for a while', () => {
  const shared = joined();
  shared.leave();
  vi.advanceTimersByTime(ABANDONED_READ_MS - 1);
  expect(endOf(shared)).toEqual(NOT_ENDED);
  vi.advanceTimersByTime(1);
  expect(endOf(shared)).toEqual([true, 'abandoned']);
});

it('ends at its own time even if nobody waits then', () => {
  const shared = joined();
  vi.advanceTimersByTime(READ_MS - 1);
  shared.leave();
  vi.advanceTimersByTime(1);
  expect(endOf(shared)).toEqual([true, 'timeout']);
});

it('goes on for whoever joins in time, and has the whole while again when they leave too', () => {
  const shared = joined();
  shared.leave();
  vi.advanceTimersByTime(ABANDONED_READ_MS - 1);
  shared.join();
  vi.advanceTimersByTime(ABANDONED_READ_MS);
  expect(endOf(shared)).toEqual(NOT_ENDED);
  shared.leave();
  vi.advanceTimersByTime(ABANDONED_READ_MS - 1);
  expect(endOf(shared)).toEqual(NOT_ENDED);
  vi.advanceTimersByTime(1);
  expect(endOf(shared)).toEqual([true, 'abandoned']);
});

it('ends at a shutdown, whoever waits', () => {
  const shutdownSignal = new CancelController();
  const shared = joined(shutdownSignal);
  shutdownSignal.abort();
  expect(endOf(shared)).toEqual([true, 'shutdown']);
});

it('has ended at its start after a shutdown', () => {
  const shutdownSignal = new CancelController();
  shutdownSignal.abort();
  expect(endOf(joined(shutdownSignal))).toEqual([true, 'shutdown']);
});

it('keeps its first reason', () => {
  const shutdownSignal = new CancelController();
  const shared = joined(shutdownSignal);
  vi.advanceTimersByTime(READ_MS);
  shared.leave();
  shutdownSignal.abort();
  vi.advanceTimersByTime(ABANDONED_READ_MS);
  expect(endOf(shared)).toEqual([true, 'timeout']);
});

it('is not ended once it has finished, and leaves no timer and no listener behind', () => {
  const shutdownSignal = new AbortController();
  const shared = joined(shutdownSignal.signal);
  shared.join();
  shared.leave();
  shared.leave();
  shared.join();
  expect(vi.getTimerCount()).toBe(1);
  expect(getEventListeners(shutdownSignal.signal, 'abort')).toHaveLength(1);
  shared.finish();
  shared.leave();
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(shutdownSignal.signal, 'abort')).toHaveLength(0);
  shutdownSignal.abort();
  expect(endOf(shared)).toEqual(NOT_ENDED);
});
