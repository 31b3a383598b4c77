// What a printer's jobs did, told from one reading to the next (docs/architecture.md#jobs). Pure: memory, reading and time in,
// memory and events out. A job is memory, not the previous state.

import { onlyDefined } from '../common/defined.ts';
import { serialKey } from '../printer/identifiers.ts';
import { type Progress, type Snapshot, showsJob } from '../printer/snapshot.ts';
import { hasJob, type State } from '../printer/state.ts';
import { emptyMemory, type Job, type JobMemory } from './memory.ts';
import { endJob, isContactLost, judgeReady } from './outcome.ts';
import {
  beginJob,
  type ContactReading,
  continueJob,
  DONE_RATIO,
  fileOf,
  isAnotherJob,
  isSameJobAfterEnd,
  takeProgress,
} from './progress.ts';
import type { Result } from './result.ts';

/** One whole read of a printer, as the job logic sees it. */
export type JobReading = { readonly contact: false } | ContactReading;

/** A job ended; `endSeconds` is the time of the reading that saw it, or of the last contact where that was the end. */
export interface JobEvent {
  readonly result: Result;
  /** Empty where the printer names none. */
  readonly file: string;
  readonly endSeconds: number;
}

export interface Observation {
  readonly memory: JobMemory;
  /** None or one. */
  readonly events: readonly JobEvent[];
  /** Whether this reading began a job, or found one in the middle; after the events. */
  readonly started: boolean;
}

const NO_NEWS: ReadonlySet<State> = new Set<State>(['unknown', 'busy']);

const END_STATES: Readonly<Partial<Record<State, Result>>> = {
  completed: 'completed',
  cancelling: 'cancelled',
  cancelled: 'cancelled',
  error: 'failed',
};

function mayBegin(reading: ContactReading): boolean {
  // Over HTTP a manual preheat is `heating` too; over TCP heating is seen only within a build.
  return reading.state !== 'heating' || reading.stateProtocol === 'tcp' || fileOf(reading) !== '';
}

function withJob(memory: JobMemory, job: Job | undefined): JobMemory {
  return job ? { ...memory, job } : onlyDefined({ ...memory, job });
}

function record(memory: JobMemory, job: Job, result: Result, endSeconds: number): [JobMemory, JobEvent] {
  const { file } = job;
  const recorded: JobMemory = {
    ...memory,
    totals: { ...memory.totals, [result]: memory.totals[result] + 1 },
    lastEnds: { ...memory.lastEnds, [result]: { timestampSeconds: endSeconds, file } },
  };
  return [recorded, { result, file, endSeconds }];
}

function observeFailure(before: JobMemory, nowSeconds: number): Observation {
  const { job, lastContactSeconds } = before;
  const memory: JobMemory = onlyDefined({
    ...before,
    failedReads: Math.min(2, before.failedReads + 1),
    // A clock that was set back would else keep the end away until it has caught up.
    lastContactSeconds: lastContactSeconds === undefined ? undefined : Math.min(lastContactSeconds, nowSeconds),
  });
  const isDone = job?.own !== undefined && job.own.ratio >= DONE_RATIO;
  if (!job || job.end || !isDone || !isContactLost(memory, nowSeconds)) return { memory, events: [], started: false };
  // A smart plug cuts the power after the end, and old models leave no other trace.
  const [recorded, event] = record(memory, job, 'completed', memory.lastContactSeconds ?? nowSeconds);
  return { memory: withJob(recorded, endJob(job, 'completed')), events: [event], started: false };
}

/** The end of a job that nobody told: its printer is ready, or prints another one. */
function recordEnd(
  memory: JobMemory,
  job: Job,
  progress: Progress | undefined,
  nowSeconds: number,
): [JobMemory, JobEvent] {
  const endSeconds = Math.min(job.readySeconds ?? nowSeconds, nowSeconds);
  return record(memory, job, judgeReady(job, progress, endSeconds), endSeconds);
}

function observeReady(memory: JobMemory, reading: ContactReading, nowSeconds: number): Observation {
  const { job } = memory;
  const idle = withJob(memory, undefined);
  if (!job || job.end) return { memory: idle, events: [], started: false };
  // Once only: some printers never answer M27 while they are idle (OctoPrint-FlashForge#40).
  if (reading.isSilent && job.readySeconds === undefined) {
    return { memory: withJob(memory, { ...job, readySeconds: nowSeconds }), events: [], started: false };
  }
  const [recorded, event] = recordEnd(idle, job, reading.progress, nowSeconds);
  return { memory: recorded, events: [event], started: false };
}

function observeEnd(memory: JobMemory, reading: ContactReading, result: Result, nowSeconds: number): Observation {
  if (!memory.job || memory.job.end) return { memory, events: [], started: false };
  const last = takeProgress(memory.job, reading, nowSeconds);
  const job = last.file === '' ? { ...last, file: fileOf(reading) } : last;
  const [recorded, event] = record(memory, job, result, nowSeconds);
  return { memory: withJob(recorded, endJob(job, result)), events: [event], started: false };
}

function observeRunning(
  memory: JobMemory,
  reading: ContactReading,
  nowSeconds: number,
  isBaseline: boolean,
): Observation {
  const { job } = memory;
  const isOver = job?.readySeconds !== undefined && job.end === undefined;
  const isOther =
    job && (isOver || isAnotherJob(job, reading) || (job.end !== undefined && !isSameJobAfterEnd(job, reading)));
  if (job && !isOther) {
    return { memory: withJob(memory, continueJob(job, reading, nowSeconds)), events: [], started: false };
  }
  if (!mayBegin(reading)) return { memory, events: [], started: false };
  const next = beginJob(reading, nowSeconds, isBaseline ? undefined : nowSeconds);
  if (!job || job.end) return { memory: withJob(memory, next), events: [], started: true };
  const [recorded, event] = recordEnd(memory, job, undefined, nowSeconds);
  return { memory: withJob(recorded, next), events: [event], started: true };
}

function noteContact(before: JobMemory, reading: ContactReading, nowSeconds: number): JobMemory {
  const { serial } = reading;
  const isOther = serial !== undefined && before.serial !== undefined && serialKey(before.serial) !== serialKey(serial);
  const job = isOther ? undefined : before.job;
  const contactLost = job !== undefined && (job.contactLost || (!job.end && isContactLost(before, nowSeconds)));
  return onlyDefined({
    // What happened under this printer's name stays; what runs is another printer's.
    totals: before.totals,
    lastEnds: before.lastEnds,
    job: job && { ...job, contactLost },
    baselined: before.baselined && !isOther,
    failedReads: 0,
    lastContactSeconds: nowSeconds,
    serial: serial ?? before.serial,
  });
}

/**
 * Takes one reading of a printer into its memory.
 * @param memory undefined for a printer never seen before
 * @param nowSeconds since 1970; may go back
 */
export function observe(memory: JobMemory | undefined, reading: JobReading, nowSeconds: number): Observation {
  const before = memory ?? emptyMemory();
  if (!reading.contact) return observeFailure(before, nowSeconds);
  const contacted = noteContact(before, reading, nowSeconds);
  const { state } = reading;
  if (state === undefined || NO_NEWS.has(state)) return { memory: contacted, events: [], started: false };
  const next: JobMemory = { ...contacted, baselined: true };
  if (state === 'ready') return observeReady(next, reading, nowSeconds);
  const result = END_STATES[state];
  if (result) return observeEnd(next, reading, result, nowSeconds);
  return observeRunning(next, reading, nowSeconds, !contacted.baselined);
}

/**
 * The progress that may be shown after this reading was observed: only while there is a job, and not the last job's,
 * which old models go on showing when the next one starts.
 */
export function shownProgress(
  memory: JobMemory | undefined,
  reading: { readonly state?: State; readonly progress?: Progress },
): Progress | undefined {
  const { state, progress } = reading;
  if (!progress || !hasJob(state)) return undefined;
  const isStale = state !== 'completed' && memory?.job?.progress[progress.protocol]?.stale === true;
  return isStale ? undefined : progress;
}

/**
 * When the job began that this reading shows, after it was observed: one that runs, or that is done and still on the plate.
 * Seconds since 1970; undefined also for a job found in the middle.
 */
export function shownStart(
  { job }: JobMemory,
  reading: Pick<Snapshot, 'state' | 'stateProtocol' | 'file'>,
): number | undefined {
  const isShown = job?.end ? showsJob(reading) : reading.state !== 'ready';
  return isShown ? job?.startSeconds : undefined;
}
