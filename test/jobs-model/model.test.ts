// Random prints of all families of printers, with the truth known: what the exporter tells of their ends.
import { describe, expect, it } from 'vitest';
import { type Judgement, judge } from './judge.ts';
import { run } from './run.ts';
import { count, emptyTally } from './table.ts';
import { KINDS, scenarios, type WorldOptions } from './world.ts';

const WITH_CONTACT = {
  seed: 7,
  rounds: 1,
  intervals: [15, 30],
  kinds: KINDS.filter(({ losesContact }) => !losesContact),
};

function judged(options: WorldOptions): Judgement[] {
  return [...scenarios(options)].flatMap((scenario) => judge(scenario, run(scenario)));
}

describe('random prints', () => {
  it('are the same again with the same seed', () => {
    const options = { ...WITH_CONTACT, intervals: [30], kinds: KINDS.slice(0, 2) };
    const facts = () => judged(options).map(({ job, verdict, told }) => [job.endAt, job.endProgress, verdict, told]);
    expect(facts()).toEqual(facts());
  });

  it('with contact, are never told early', () => {
    const tally = emptyTally();
    for (const judgement of judged(WITH_CONTACT)) count(tally, judgement);
    expect(tally.jobs).toBeGreaterThan(1000);
    expect(tally.verdicts).toMatchObject({ early: 0 });
  });
});
