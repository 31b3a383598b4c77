// Random prints of all families of printers, with the truth known: what the exporter tells of their ends.
import { describe, expect, it } from 'vitest';
import { FAMILIES } from './families.ts';
import { eventOf, type Judgement, judge } from './judge.ts';
import { run } from './run.ts';
import { KINDS, scenarios, type WorldOptions } from './world.ts';

const WITH_CONTACT = KINDS.filter(({ losesContact }) => !losesContact);
const OPTIONS: WorldOptions = { seed: 7, rounds: 1, intervals: [15, 30], kinds: WITH_CONTACT, longestSeconds: 3600 };

function judged(options: WorldOptions): Judgement[] {
  return [...scenarios(options)].flatMap((scenario) => judge(scenario, run(scenario)));
}

/** For the message of a test that fails; `npm run jobs-model -- --seed 7 --jobs 1 --show …` shows the reads. */
function brief(judgement: Judgement): string {
  const { scenario, job, told, verdict } = judgement;
  const results = told.map(({ result }) => result);
  return `${verdict}: ${scenario.family.name}, ${scenario.interval} s, ${eventOf(judgement)}, told ${results} at ${job.endProgress}`;
}

// Nobody can tell from outside whether the last percent was printed or not.
function isLateCancel({ job }: Judgement): boolean {
  return job.truth === 'cancelled' && job.endProgress >= 0.985;
}

describe('random prints', () => {
  it('are the same again with the same seed', () => {
    const options = { ...OPTIONS, intervals: [30], families: FAMILIES.slice(0, 4), kinds: WITH_CONTACT.slice(0, 2) };
    const facts = () => judged(options).map(({ job, verdict, told }) => [job.endAt, job.endProgress, verdict, told]);
    expect(facts()).toEqual(facts());
  });

  it('have one end each, told rightly, while the exporter sees them', () => {
    const all = judged(OPTIONS);
    expect(all.length).toBeGreaterThan(1500);
    const bad = (isBad: (judgement: Judgement) => boolean) => all.filter(isBad).map(brief);
    expect(bad(({ verdict }) => verdict === 'twice' || verdict === 'early')).toEqual([]);
    expect(bad(({ verdict, job }) => verdict === 'wrong' && job.truth === 'completed')).toEqual([]);
    expect(
      bad((judgement) => {
        const { job, told, scenario } = judgement;
        const isCalledDone = job.truth === 'cancelled' && told.some(({ result }) => result === 'completed');
        return isCalledDone && !isLateCancel(judgement) && job.secondsLeft > 2 * scenario.interval;
      }),
    ).toEqual([]);
    const counted = all.filter((judgement) => !isLateCancel(judgement));
    const unknown = counted.filter(({ verdict }) => verdict === 'unknown');
    expect(unknown.length / counted.length, unknown.map(brief).join('\n')).toBeLessThanOrEqual(0.005);
  });
});
