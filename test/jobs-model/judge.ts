// Holds what was told against the truth, job by job.
import type { Job } from './job.ts';
import type { ToldAt } from './run.ts';
import type { Scenario } from './world.ts';

export const VERDICTS = ['right', 'early', 'unknown', 'wrong', 'twice', 'never'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Judgement {
  readonly scenario: Scenario;
  readonly job: Job;
  readonly verdict: Verdict;
  readonly told: readonly ToldAt[];
}

/** Whether this is a true thing to say of such a job. What a power cut is called is open, as long as it is not done. */
function isTrue({ truth }: Job, { result }: ToldAt): boolean {
  if (truth === 'cut') return result !== 'completed';
  return result === truth;
}

function verdictOn(job: Job, told: readonly ToldAt[]): Verdict {
  const [first, second] = told;
  // Nobody can tell the end of a print whose printer was taken away.
  if (!first) return job.truth === 'gone' ? 'right' : 'never';
  if (second) return 'twice';
  if (isTrue(job, first)) return first.at < job.endAt ? 'early' : 'right';
  return first.result === 'unknown' ? 'unknown' : 'wrong';
}

/**
 * The job that an end is about: the last one that is over and was not told yet, unless more ends come in the same
 * reading; else the one that runs, which is early; else the last one again.
 */
function jobOf(
  end: ToldAt,
  alsoInReading: number,
  jobs: readonly Job[],
  told: ReadonlyMap<Job, ToldAt[]>,
): Job | undefined {
  const begun = jobs.filter(({ startAt }) => startAt <= end.at);
  const named = begun.filter(({ file }) => file === end.file);
  const candidates = named.length > 0 ? named : begun;
  const untold = candidates.filter((job) => job.endAt <= end.at && job.truth !== 'gone' && !told.has(job));
  const running = candidates.find((job) => job.endAt > end.at);
  return untold.at(-1 - alsoInReading) ?? untold.at(-1) ?? running ?? candidates.at(-1);
}

/** A verdict on every job of a scenario. */
export function judge(scenario: Scenario, ends: readonly ToldAt[]): readonly Judgement[] {
  const told = new Map<Job, ToldAt[]>();
  for (const [index, end] of ends.entries()) {
    const later = ends.slice(index + 1).filter(({ at }) => at === end.at).length;
    const job = jobOf(end, later, scenario.jobs, told);
    if (job) told.set(job, [...(told.get(job) ?? []), end]);
  }
  return scenario.jobs.map((job) => {
    const ofJob = told.get(job) ?? [];
    return { scenario, job, verdict: verdictOn(job, ofJob), told: ofJob };
  });
}

/** The name of the event that a job is counted under. */
export function eventOf({ scenario, job }: Judgement): string {
  return scenario.subjects.has(job) ? scenario.kind.name : 'everyday print before or after';
}
