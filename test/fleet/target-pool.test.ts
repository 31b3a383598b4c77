// Targets of /probe that are not configured: what is remembered of them is bounded.

import { expect, it } from 'vitest';
import { TargetPool } from '../../src/fleet/target-pool.ts';
import { collectLog, configNamed, readByHand, readingOf } from '../support/fleet.ts';

const MAX_TARGETS = 1000;

it('forgets the least recently used target beyond the bound, but none that is being read', async () => {
  const reader = readByHand();
  const pool = new TargetPool({ read: reader.read, log: collectLog().log, now: Date.now });
  const take = (name: string) => pool.take(configNamed(name));
  const read = take('busy');
  const reading = read.read();
  const idle = take('idle');
  for (let number = 2; number < MAX_TARGETS; number += 1) take(`other-${number}`);
  expect(take('idle')).toBe(idle);
  take('one-more');
  expect(take('busy')).toBe(read);
  expect(take('idle')).toBe(idle);
  reader.reads[0]?.answer(readingOf({ state: 'ready' }));
  await reading;
  for (let number = 0; number < MAX_TARGETS; number += 1) take(`later-${number}`);
  expect(take('busy')).not.toBe(read);
});
