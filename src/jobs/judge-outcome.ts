// How a job ended, judged from what was seen of it (docs/architecture.md#jobs).

import type { Progress, Protocol } from '../printer/snapshot.ts';
import { type Clocks, type Gap, gapBetween } from './clocks.ts';
import type { Job, JobMemory, SideProgress } from './memory.ts';
import { countsPercent, isDone, reached, STILL_THERE_RATIO, TAKEN_BACK_RATIO, timeLeft } from './progress.ts';
import { isAtLeast } from './reading.ts';
import type { Result } from './result.ts';

// Beyond this, which is a little more than the slowest scrape interval, nobody can say whether the job got to its end.
const MAX_JUDGED_GAP_SECONDS = 330;
const SHORT_GAP_SECONDS = 120;

const LOST_AFTER_FAILED_READS = 2;
const LOST_AFTER_SECONDS = 60;
// Nobody reads that seldom: the exporter was away.
const AWAY_AFTER_SECONDS = 660;

const BARELY_BEGUN_RATIO = 0.1;
/** Nobody guesses that a print got from less than this to its end unseen. */
const LEAST_BEFORE_END_RATIO = 0.8;
/** A hot nozzle below this a moment ago had something left to print. */
const NEARLY_ALL_RATIO = 0.995;
const MOMENT_SECONDS = 20;
/** Below this, a print whose nozzle was turned off was cancelled: an end routine is the last of the file. */
const COLD_BEFORE_END_RATIO = 0.985;
// The time left by the pace may be so many times the gap, and the job still got to its end: many print faster there. Nobody
// cancels just then, but over a longer gap somebody may. A pace that was seen for a moment only says little.
const NEARLY_DONE_GAPS = 2.25;
const NEARLY_DONE_LONG_GAPS = 1;
const NEARLY_DONE_NEW_PACE_GAPS = 0.5;
const NEW_PACE_SECONDS = 60;
const FAR_FROM_DONE_GAPS = 4;

/** Whether contact is lost, not just one reading: a printer that is busy fails to answer now and then (Orca-Flashforge#7). */
export function isContactLost({ failedReads, lastContact }: JobMemory, now: Clocks): boolean {
  if (!lastContact) return false;
  const { leastSeconds } = gapBetween(lastContact, now);
  const isFailing = failedReads >= LOST_AFTER_FAILED_READS && leastSeconds >= LOST_AFTER_SECONDS;
  return isFailing || leastSeconds >= AWAY_AFTER_SECONDS;
}

/** The side whose progress is the job's own. */
function ownSideOf({ ownSide, progress }: Job): SideProgress | undefined {
  return ownSide && progress[ownSide];
}

/** Whether the job was as good as done in the last reading that showed its own progress. */
export function wasDone(job: Job): boolean {
  const side = ownSideOf(job);
  return side !== undefined && isDone(reached(side), side.step);
}

/** What a reading after the job still shows of its progress; undefined when it is gone, reset or never was the job's. */
function stillThere(job: Job, progress: Progress | undefined): SideProgress | undefined {
  const side = progress && job.progress[progress.protocol];
  if (!side) return undefined;
  const isOwn = side.own || progress.ratio > side.ratio;
  const isKept = isAtLeast(progress.ratio, side.highest - STILL_THERE_RATIO);
  return isOwn && isKept ? { ...side, ratio: progress.ratio } : undefined;
}

/**
 * The result of a job whose printer is `ready` now, or prints another one.
 * @param progress in the reading that shows the end; undefined when it is another job's
 * @param gap since the job was last seen
 * @param endsAtFull whether this printer was seen to end a job at 100 of 100
 */
export function judgeReady(job: Job, progress: Progress | undefined, gap: Gap, endsAtFull: boolean): Result {
  if (job.pending) return job.pending === 'error' ? 'failed' : 'cancelled';
  const still = stillThere(job, progress);
  if (still && isDone(still.ratio, still.step)) {
    if (!countsPercent(still.step) || isAtLeast(still.ratio, 1)) return 'completed';
    return endsAtFull ? 'cancelled' : 'unknown';
  }
  // The other side, which may lag a percent behind, saw it further.
  const side = ownSideOf(job);
  if (still && side && reached(side) > still.ratio + TAKEN_BACK_RATIO && reached(side) >= 1 - TAKEN_BACK_RATIO)
    return 'unknown';
  if (still) return 'cancelled';
  if (!side) return judgeUnmoved(job, gap);
  return wasDone(job) ? judgeDone(job, side, gap) : judgeByPace(job, side, gap);
}

/** A job that was as good as done, and left no trace. */
function judgeDone(job: Job, side: SideProgress, gap: Gap): Result {
  if (job.isHeatOff === true) return 'completed';
  if (job.contactLost) return 'unknown';
  if (job.isHeatOff === undefined) return 'completed';
  // A hot nozzle: there was something left to print.
  const left = timeLeft(side, job.printedSeconds);
  if (left && left.usualSeconds > FAR_FROM_DONE_GAPS * gap.mostSeconds) return 'unknown';
  if (left && left.usualSeconds < Math.max(MOMENT_SECONDS, NEARLY_DONE_GAPS * gap.leastSeconds)) return 'completed';
  return side.ratio < NEARLY_ALL_RATIO && gap.mostSeconds <= MOMENT_SECONDS ? 'unknown' : 'completed';
}

/** A job that was not done, and left no trace. */
function judgeByPace(job: Job, side: SideProgress, gap: Gap): Result {
  // Printers cool down and park before they are ready again, also after a cancel; an end routine comes at the very end.
  if (job.isHeatOff === true && job.wasPrinting) {
    return reached(side) < COLD_BEFORE_END_RATIO ? 'cancelled' : 'unknown';
  }
  const left = timeLeft(side, job.printedSeconds);
  const isSeen = !job.contactLost && gap.mostSeconds <= MAX_JUDGED_GAP_SECONDS;
  if (!left) return isSeen && side.highest < BARELY_BEGUN_RATIO ? 'cancelled' : 'unknown';
  if (left.leastSeconds > 2 * gap.mostSeconds) return 'cancelled';
  if (left.cautiousSeconds > FAR_FROM_DONE_GAPS * gap.mostSeconds) return 'cancelled';
  const isNearlyDone = left.usualSeconds < nearlyDoneGaps(job, gap) * gap.leastSeconds;
  return isSeen && reached(side) >= LEAST_BEFORE_END_RATIO && isNearlyDone ? 'completed' : 'unknown';
}

function nearlyDoneGaps({ printedSeconds }: Job, { mostSeconds }: Gap): number {
  if (printedSeconds < NEW_PACE_SECONDS) return NEARLY_DONE_NEW_PACE_GAPS;
  return mostSeconds <= SHORT_GAP_SECONDS ? NEARLY_DONE_GAPS : NEARLY_DONE_LONG_GAPS;
}

/** A job whose progress never moved. */
function judgeUnmoved(job: Job, gap: Gap): Result {
  if (job.contactLost || gap.mostSeconds > MAX_JUDGED_GAP_SECONDS) return 'unknown';
  const sides = Object.values(job.progress).filter((side) => side !== undefined);
  const isBarelyBegun = sides.length > 0 && sides.every(({ stale, ratio }) => stale || ratio < BARELY_BEGUN_RATIO);
  return !job.everPrinted || isBarelyBegun ? 'cancelled' : 'unknown';
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
    const bound = result === 'completed' && (own === undefined || !side || !isDone(own, side.step)) ? 1 : own;
    if (bound !== undefined) ratios[protocol] = bound;
  }
  return ratios;
}

/** The job with its outcome; a job has only one. */
export function endJob(job: Job, result: Result): Job {
  return { ...job, pending: undefined, doneAt: undefined, end: { result, ratios: endRatios(job, result) } };
}
