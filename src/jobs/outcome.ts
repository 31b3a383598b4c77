// How a job ended, judged from what was seen of it (docs/architecture.md#jobs).

import type { Progress, Protocol } from '../printer/snapshot.ts';
import type { Job, JobMemory } from './memory.ts';
import { DONE_RATIO, isAtLeast, secondsSince } from './progress.ts';
import type { Result } from './result.ts';

// Beyond this nobody can say from the pace whether the job got to its end.
const MAX_JUDGED_GAP_SECONDS = 120;

const LOST_AFTER_FAILED_READS = 2;
const LOST_AFTER_SECONDS = 60;

/** Whether contact is lost, not just one reading: a printer that is busy fails to answer now and then (Orca-Flashforge#7). */
export function isContactLost(memory: JobMemory, nowSeconds: number): boolean {
  const { failedReads, lastContactSeconds } = memory;
  return (
    failedReads >= LOST_AFTER_FAILED_READS &&
    lastContactSeconds !== undefined &&
    secondsSince(lastContactSeconds, nowSeconds) >= LOST_AFTER_SECONDS
  );
}

function ownRatioIn(job: Job, progress: Progress | undefined): number | undefined {
  const side = progress && job.progress[progress.protocol];
  // What moves down in the very reading that ends the job was reset, and tells nothing of the job.
  return side && (side.own || progress.ratio > side.ratio) ? progress.ratio : undefined;
}

function expectedRatio(job: Job, nowSeconds: number): number {
  const { own } = job;
  const side = own && job.progress[own.protocol];
  if (!own || !side) return 0;
  const pace = side.printedSeconds > 0 ? Math.max(0, side.printedRatio / side.printedSeconds) : 0;
  return own.ratio + pace * secondsSince(own.seconds, nowSeconds);
}

/**
 * The result of a job whose printer is `ready` now, or prints another one.
 * @param progress in the reading that shows the end; undefined when it is another job's
 */
export function judgeReady(job: Job, progress: Progress | undefined, nowSeconds: number): Result {
  const { own } = job;
  const still = ownRatioIn(job, progress);
  if (still !== undefined && still >= DONE_RATIO) return 'completed'; // (a)
  // (c) before (b): it matters only when the other side, which may lag a percent behind, is the one that answers.
  if (own && own.ratio >= DONE_RATIO) return 'completed';
  const last = progress && job.progress[progress.protocol]?.ratio;
  if (still !== undefined && last !== undefined && still >= last) return 'cancelled'; // (b)
  if (!own) return 'unknown'; // (d)
  if (job.contactLost) return 'unknown'; // (c) from here on
  if (!isAtLeast(expectedRatio(job, nowSeconds), DONE_RATIO)) return 'cancelled';
  return secondsSince(own.seconds, nowSeconds) <= MAX_JUDGED_GAP_SECONDS ? 'completed' : 'unknown';
}

/**
 * Below which progress something going on after this outcome is another job. After `completed` that is 1, unless the
 * job's own progress was already near it: a printer that was out of reach at 99.2 % comes back at 99.5 %.
 */
function endRatios(job: Job, result: Result): Partial<Record<Protocol, number>> {
  const ratios: Partial<Record<Protocol, number>> = {};
  for (const protocol of ['tcp', 'http'] as const) {
    const side = job.progress[protocol];
    const own = side?.own ? side.ratio : undefined;
    const bound = result === 'completed' && (own === undefined || own < DONE_RATIO) ? 1 : own;
    if (bound !== undefined) ratios[protocol] = bound;
  }
  return ratios;
}

/** The job with its outcome; a job has only one. */
export function endJob(job: Job, result: Result): Job {
  return { ...job, end: { result, ratios: endRatios(job, result) } };
}
