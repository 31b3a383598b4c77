// A running job's own numbers: which progress is its own, how fast it goes, and when it must be another job.

import { onlyDefined } from '../common/defined.ts';
import { cutLabel } from '../common/text.ts';
import type { Progress, Protocol } from '../printer/snapshot.ts';
import type { State } from '../printer/state.ts';
import type { Job, SideProgress } from './memory.ts';

/** From here on a job is as good as done: printers show 99 or 100 % minutes before the end, or never 100. */
export const DONE_RATIO = 0.99;

// 0.9 − 0.8 is a little less than 0.1, and many additions of 0.01 a little less than their sum.
const ROUNDING = 1e-9;

const NEW_JOB_FALL_RATIO = 0.1;
const NEW_JOB_FALL_SECONDS = 60;

/** A reading of a printer that was reached, as far as jobs care. */
export interface ContactReading {
  readonly contact: true;
  readonly serial?: string;
  readonly state?: State;
  /** The side whose word `state` is. */
  readonly stateProtocol?: Protocol;
  readonly progress?: Progress;
  readonly elapsedSeconds?: number;
  readonly file?: string;
  /** The side that named the file, where that is not the state's. */
  readonly fileProtocol?: Protocol;
  /** M27 got no reply: how far the job came is not known, not even that it came nowhere. */
  readonly isSilent?: true;
}

export function fileOf(reading: ContactReading): string {
  return cutLabel((reading.file ?? '').trim());
}

/** A gap between two readings; a clock that was set back makes it 0. */
export function secondsSince(thenSeconds: number, nowSeconds: number): number {
  return Math.max(0, nowSeconds - thenSeconds);
}

export function isAtLeast(ratio: number, bound: number): boolean {
  return ratio >= bound - ROUNDING;
}

// Only a key, to compare names that the same side gave.
function namingSideOf(reading: ContactReading): Protocol {
  return reading.fileProtocol ?? reading.stateProtocol ?? 'tcp';
}

/**
 * Whether the name in this reading is another than the same side gave while printing. Sides may spell one file in two
 * ways, and while heating a printer may still name the last job's file.
 */
function isOtherFile(job: Job, reading: ContactReading): boolean {
  const before = job.printedFiles[namingSideOf(reading)];
  const now = fileOf(reading);
  return before !== undefined && now !== '' && now !== before;
}

/** Whether a `printing` reading shows that the job it was taken for ended unseen, and another one runs. */
export function isAnotherJob(job: Job, reading: ContactReading): boolean {
  if (reading.state !== 'printing') return false;
  if (isOtherFile(job, reading)) return true;
  const { progress, elapsedSeconds } = reading;
  const side = progress && job.progress[progress.protocol];
  if (progress && side?.own && isAtLeast(side.ratio - progress.ratio, NEW_JOB_FALL_RATIO)) return true;
  return (
    job.elapsedSeconds !== undefined &&
    elapsedSeconds !== undefined &&
    job.elapsedSeconds - elapsedSeconds > NEW_JOB_FALL_SECONDS
  );
}

/**
 * Whether what goes on after an outcome is still the job that had it: the same file, no lower progress. A reading
 * without progress is taken for the same job until one with progress says otherwise.
 */
export function isSameJobAfterEnd(job: Job, reading: ContactReading): boolean {
  const file = fileOf(reading);
  const isNeverNamed = Object.keys(job.printedFiles).length === 0;
  if (isOtherFile(job, reading)) return false;
  if (isNeverNamed && file !== '' && job.file !== '' && file !== job.file) return false;
  const bound = reading.progress && job.end?.ratios[reading.progress.protocol];
  return reading.progress === undefined || bound === undefined || isAtLeast(reading.progress.ratio, bound);
}

function firstProgress(job: Job, { ratio }: Progress, reading: ContactReading, nowSeconds: number): SideProgress {
  // Finder and Adventurer 3 keep the last job's 100/100 until the next one prints (docs/protocol.md#m27-progress). A job found in the
  // middle may truly be at 99 %, except while it heats.
  const isAtStart = job.startSeconds !== undefined || reading.state === 'heating';
  return onlyDefined({
    ratio,
    own: false,
    stale: ratio >= DONE_RATIO && isAtStart && job.own === undefined,
    printedSeconds: 0,
    printedRatio: 0,
    printingAtSeconds: reading.state === 'printing' ? nowSeconds : undefined,
  });
}

function nextProgress(before: SideProgress, ratio: number, isPrinting: boolean, nowSeconds: number): SideProgress {
  const own = before.own || ratio !== before.ratio;
  // What fell before it was the job's own was the last job's: the pace begins anew.
  const isFresh = !before.own && ratio < before.ratio;
  const { printingAtSeconds } = before;
  const counts = isPrinting && !isFresh && printingAtSeconds !== undefined;
  return onlyDefined({
    ratio,
    own,
    stale: before.stale && !own,
    printedSeconds: isFresh ? 0 : before.printedSeconds + (counts ? secondsSince(printingAtSeconds, nowSeconds) : 0),
    printedRatio: isFresh ? 0 : before.printedRatio + (counts ? ratio - before.ratio : 0),
    printingAtSeconds: isPrinting ? nowSeconds : undefined,
  });
}

// The time up to the next printing reading is then no time of printing.
function breakPace(job: Job): Job {
  const progress: Partial<Record<Protocol, SideProgress>> = {};
  for (const protocol of ['tcp', 'http'] as const) {
    const side = job.progress[protocol];
    if (!side) continue;
    progress[protocol] = onlyDefined({ ...side, printingAtSeconds: undefined });
  }
  return { ...job, progress };
}

/** The job with the progress of this reading taken in. */
export function takeProgress(job: Job, reading: ContactReading, nowSeconds: number): Job {
  const isPrinting = reading.state === 'printing';
  const base = isPrinting && !job.contactLost ? job : breakPace(job);
  const { progress } = reading;
  if (!progress) return base;
  const { protocol, ratio } = progress;
  const before = base.progress[protocol];
  // Printers show 0 while they heat, also in mid-job, and after a cancel: only printing makes a job's progress fall.
  if (before?.own && ratio < before.ratio && !isPrinting) return base;
  const side = before
    ? nextProgress(before, ratio, isPrinting, nowSeconds)
    : firstProgress(base, progress, reading, nowSeconds);
  const taken = { ...base, progress: { ...base.progress, [protocol]: side } };
  return side.own ? { ...taken, own: { ratio, protocol, seconds: nowSeconds } } : taken;
}

/** The job with a reading taken in that shows it going on. */
export function continueJob(job: Job, reading: ContactReading, nowSeconds: number): Job {
  const isPrinting = reading.state === 'printing';
  const isHalted = reading.state === 'paused' || reading.state === 'pausing';
  const file = fileOf(reading);
  const next = takeProgress(job, reading, nowSeconds);
  const isNamed = file !== '' && (isPrinting || Object.keys(job.printedFiles).length === 0);
  return onlyDefined({
    contactLost: false,
    startSeconds: next.startSeconds,
    progress: next.progress,
    end: next.end,
    file: isNamed ? file : next.file,
    printedFiles:
      isPrinting && file !== '' ? { ...job.printedFiles, [namingSideOf(reading)]: file } : next.printedFiles,
    elapsedSeconds: (isPrinting ? reading.elapsedSeconds : undefined) ?? next.elapsedSeconds,
    // In a pause nothing goes on unseen, also where the printer then shows no progress.
    own: isHalted && next.own ? { ...next.own, seconds: nowSeconds } : next.own,
  });
}

/** A job seen for the first time. Without a start time it was found in the middle. */
export function beginJob(reading: ContactReading, nowSeconds: number, startSeconds: number | undefined): Job {
  const job: Job = onlyDefined({ file: '', printedFiles: {}, startSeconds, progress: {}, contactLost: false });
  return continueJob(job, reading, nowSeconds);
}
