// A job from one reading to the next: how it begins, how it goes on, and when it must be another one.

import type { Protocol } from '../printer/snapshot.ts';
import type { Clocks, Gap } from './clocks.ts';
import { gapBetween } from './clocks.ts';
import type { EveryKey, Idle, Job, SideProgress } from './memory.ts';
import { firstProgress, interrupted, nextProgress } from './progress.ts';
import { type ContactReading, fileOf, isAtLeast, namingSideOf } from './reading.ts';

const NEW_JOB_FALL_RATIO = 0.1;
// A job that its printer has counted for longer is not at its start.
const AT_START_SECONDS = 60;
const NEW_JOB_FALL_SECONDS = 60;

/**
 * Whether the name in this reading is another than the same side gave while printing or at the end. Sides may spell one
 * file in two ways, and while heating a printer may still name the last job's file.
 */
function isOtherFile(job: Job, reading: ContactReading): boolean {
  const before = job.printedFiles[namingSideOf(reading)];
  const now = fileOf(reading);
  return before !== undefined && areDifferent(before, now);
}

/** The same for a job that has ended: it can be told from the next one also by the name that it had while heating. */
export function isOtherFileThanEnded(job: Job, reading: ContactReading): boolean {
  return isOtherFile(job, reading) || (isNeverNamed(job) && areDifferent(job.file, fileOf(reading)));
}

/** Whether the only name of the job, if it has one, is from before it printed. */
function isNeverNamed({ printedFiles }: Job): boolean {
  return Object.keys(printedFiles).length === 0;
}

function areDifferent(before: string, now: string): boolean {
  return before !== '' && now !== '' && nameOf(before) !== nameOf(now);
}

/** The name by which files are compared: a printer may show its folder, or capitals, in some readings only. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).toLowerCase();
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
 * Whether `completed` is the end of another job than this one, which then ended unseen: it names another file, and its time
 * allows that it began after this one was last read.
 */
export function isEndOfAnother(job: Job, reading: ContactReading, now: Clocks): boolean {
  const mayHaveBegunSince = (reading.elapsedSeconds ?? 0) <= gapBetween(job.seen, now).mostSeconds + AT_START_SECONDS;
  return isOtherFile(job, reading) && mayHaveBegunSince;
}

/**
 * Whether what goes on after an outcome is still the job that had it: the same file, no lower progress. A reading
 * without progress is taken for the same job until one with progress says otherwise.
 */
export function isSameJobAfterEnd(job: Job, reading: ContactReading): boolean {
  if (isOtherFileThanEnded(job, reading)) return false;
  const bound = reading.progress && job.end?.ratios[reading.progress.protocol];
  return reading.progress === undefined || bound === undefined || isAtLeast(reading.progress.ratio, bound);
}

/** What the printer showed before the job began. */
export interface Before {
  readonly idle: Idle | undefined;
  /** When the job began; undefined when that was not seen. */
  readonly startSeconds: number | undefined;
}

/** Seconds of printing that this reading adds to the job's. */
function printedSince(job: Job, reading: ContactReading, gap: Gap): number {
  if (!job.wasPrinting || reading.state !== 'printing' || job.contactLost) return 0;
  const { elapsedSeconds } = reading;
  const ownClock =
    elapsedSeconds !== undefined && job.elapsedSeconds !== undefined ? elapsedSeconds - job.elapsedSeconds : undefined;
  return Math.max(0, ownClock ?? gap.seconds ?? 0);
}

/** How a job was seen to go on until a reading. */
interface Continuation {
  /** Whether it was printing all the time since it was last seen. */
  readonly isUnbroken: boolean;
  /** Seconds that the job was seen printing. */
  readonly printedSeconds: number;
  /** What the printer showed before the job, if this is its first reading. */
  readonly leftover: Idle | undefined;
}

/** A side's progress with this reading taken in. */
function takeSide(
  protocol: Protocol,
  job: Job,
  { state, progress }: ContactReading,
  { isUnbroken, printedSeconds, leftover }: Continuation,
): SideProgress | undefined {
  const known = job.progress[protocol];
  const side = known && !isUnbroken ? interrupted(known) : known;
  if (progress?.protocol !== protocol) return side;
  const isPrinting = state === 'printing';
  if (!side) {
    // A job found in the middle may truly be at 99 %, except while it heats. The printer's own clock tells, too.
    const isOld = (job.elapsedSeconds ?? 0) > AT_START_SECONDS;
    const mayBeAtStart = job.startSeconds !== undefined || state === 'heating';
    const isAtStart = mayBeAtStart && !isOld && job.ownSide === undefined;
    return firstProgress(progress, leftover?.ratios[protocol], isAtStart, isPrinting);
  }
  // Printers show 0 while they heat, also in mid-job, and after a cancel: only printing makes a job's progress fall.
  if (side.own && progress.ratio < side.ratio && !isPrinting) return side;
  return nextProgress(side, progress, isPrinting, printedSeconds);
}

/** The job with a reading taken in that shows it. */
export function continueJob(job: Job, reading: ContactReading, now: Clocks, leftover?: Idle): EveryKey<Job> {
  const gap = gapBetween(job.seen, now);
  const isPrinting = reading.state === 'printing';
  const isUnbroken = isPrinting && !job.contactLost && gap.seconds !== undefined;
  const printedSeconds = job.printedSeconds + printedSince(job, reading, gap);
  const continuation = { isUnbroken, printedSeconds, leftover };
  const tcp = takeSide('tcp', job, reading, continuation);
  const http = takeSide('http', job, reading, continuation);
  const side = reading.progress?.protocol;
  const isOwn = side !== undefined && (side === 'tcp' ? tcp : http)?.own === true;
  const file = fileOf(reading);
  const isNamed = file !== '' && (isPrinting || isNeverNamed(job));
  return {
    file: isNamed ? file : job.file,
    printedFiles: isPrinting || isEnd(reading) ? withName(job.printedFiles, reading) : job.printedFiles,
    // A clock that was set by hours since the start makes the start a moment of another day.
    startSeconds: gap.seconds === undefined ? startByPrinter(reading, now) : job.startSeconds,
    seen: now,
    tookSeconds: plus(job.tookSeconds, gap.seconds),
    progress: { tcp, http },
    ownSide: isOwn ? side : job.ownSide,
    printedSeconds,
    wasPrinting: isPrinting,
    everPrinted: job.everPrinted || isPrinting,
    elapsedSeconds: (isPrinting ? reading.elapsedSeconds : undefined) ?? job.elapsedSeconds,
    isHeatOff: reading.isHeatOff,
    filament: reading.filament ?? job.filament,
    pending: job.pending,
    doneAt: job.doneAt,
    contactLost: false,
    goneAt: job.goneAt,
    reheats: reading.state === 'heating' ? reheats(job, now) : undefined,
    end: job.end,
  };
}

function isEnd({ state }: ContactReading): boolean {
  return state === 'completed' || state === 'cancelled';
}

/** The names by side with that of this reading. */
export function withName(names: Job['printedFiles'], reading: ContactReading): Job['printedFiles'] {
  const [side, file] = [namingSideOf(reading), fileOf(reading)];
  return file === '' || names[side] === file ? names : { ...names, [side]: file };
}

function reheats(job: Job, now: Clocks): Job['reheats'] {
  return job.reheats ?? (job.wasPrinting ? { from: job.seen, to: now } : undefined);
}

function plus(seconds: number | undefined, more: number | undefined): number | undefined {
  return seconds === undefined || more === undefined ? undefined : seconds + more;
}

/** When the job began by the printer's own count of its time. */
export function startByPrinter({ elapsedSeconds }: ContactReading, now: Clocks): number | undefined {
  return elapsedSeconds ? now.wallSeconds - elapsedSeconds : undefined;
}

/** A job seen for the first time. Without a start time it was found in the middle. */
export function beginJob(reading: ContactReading, now: Clocks, { idle, startSeconds }: Before): Job {
  const job: Job = {
    file: '',
    printedFiles: {},
    startSeconds,
    seen: now,
    tookSeconds: startSeconds === undefined ? undefined : Math.max(0, now.wallSeconds - startSeconds),
    progress: {},
    printedSeconds: 0,
    wasPrinting: false,
    everPrinted: false,
    contactLost: false,
  };
  // A start before this reading is the printer's own count: the job is found in the middle, where its progress is its own.
  const isFound = startSeconds !== undefined && startSeconds < now.wallSeconds;
  if (!isFound) return continueJob(job, reading, now, idle);
  return { ...continueJob({ ...job, startSeconds: undefined }, reading, now, idle), startSeconds };
}

/** How long the job took until this moment: as its printer counted, else by the clock from a start that was seen. */
export function durationOf(job: Job, now: Clocks | undefined): number | undefined {
  if (job.elapsedSeconds) return job.elapsedSeconds;
  return now ? plus(job.tookSeconds, gapBetween(job.seen, now).seconds) : job.tookSeconds;
}
