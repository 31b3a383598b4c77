// What a printer's jobs did, told from one reading to the next (docs/architecture.md#jobs). Pure: memory, reading and time in,
// memory and events out. A job is memory, not the previous state.

import { onlyDefined } from '../common/defined.ts';
import type { State } from '../printer/state.ts';
import { type Clocks, gapBetween } from './clocks.ts';
import { MAX_SEEN_GAP_SECONDS, noteContact } from './contact.ts';
import {
  beginJob,
  continueJob,
  durationOf,
  isAnotherJob,
  isEndOfAnother,
  isOtherFileThanEnded,
  isSameJobAfterEnd,
  startByPrinter,
  withName,
} from './job.ts';
import { isContactLost, judgeReady, wasDone } from './judge-outcome.ts';
import { type EveryKey, emptyMemory, type Idle, type Job, type JobMemory } from './memory.ts';
import { isDone } from './progress.ts';
import { type ContactReading, fileOf, type JobReading } from './reading.ts';
import { endAt, type JobEvent, type Recorded, recordEnd } from './record-end.ts';
import { hasFilledUp, idleOf, isUnread, recordUnread } from './unread-end.ts';

export interface Observation {
  readonly memory: JobMemory;
  /** None or one; two where a job ended unseen, and this reading shows the end of the next. */
  readonly events: readonly JobEvent[];
  /** Whether this reading began a job, or found one in the middle; after the events. */
  readonly started: boolean;
}

function quiet(memory: JobMemory): Observation {
  return { memory, events: [], started: false };
}

function told({ memory, event }: Recorded): Observation {
  return { memory, events: [event], started: false };
}

function withJob(memory: JobMemory, job: Job): EveryKey<JobMemory> {
  return {
    serial: memory.serial,
    baselined: memory.baselined,
    lastContact: memory.lastContact,
    failedReads: memory.failedReads,
    wasPrinting: memory.wasPrinting,
    printingSeconds: memory.printingSeconds,
    idle: undefined,
    lastJob: memory.lastJob,
    endsAtFull: memory.endsAtFull,
    job,
    totals: memory.totals,
    lastEnds: memory.lastEnds,
  };
}

/**
 * Whether a job may begin with this reading. Over HTTP a manual preheat is `heating` too: a job's has a file, and one that
 * the printer did not name while it was ready. Over TCP heating is seen only within a build.
 */
function mayBegin(reading: ContactReading, idle: Idle | undefined): boolean {
  if (reading.state !== 'heating' || reading.stateProtocol === 'tcp') return true;
  const file = fileOf(reading);
  if (file === '' || reading.fileProtocol === 'tcp') return false;
  return idle === undefined || file !== idle.file;
}

function observeFailure(before: JobMemory, now: Clocks): Observation {
  const { job, lastContact } = before;
  const memory: JobMemory = { ...before, failedReads: Math.min(2, before.failedReads + 1), wasPrinting: false };
  if (!job || job.end || job.pending || !lastContact || !isContactLost(memory, now)) return quiet(memory);
  // A smart plug cuts the power after the end, and old models leave no other trace.
  if (!job.wasPrinting || !wasDone(job) || job.isHeatOff !== true) return quiet(memory);
  const endSeconds = Math.min(lastContact.wallSeconds, now.wallSeconds);
  return told(recordEnd(memory, job, { result: 'completed', endSeconds, durationSeconds: durationOf(job, undefined) }));
}

/** The end of a job that nobody told: its printer is ready, or prints another one. */
function recordUnseenEnd(memory: JobMemory, job: Job, now: Clocks, last: ContactReading | undefined): Recorded {
  // When it heats for the next one, the job was gone before.
  const { from = job.seen, to = job.goneAt ?? now } = last ? {} : (job.reheats ?? {});
  const result = judgeReady(job, last?.progress, gapBetween(from, to), memory.endsAtFull);
  const { endSeconds, durationSeconds } = endAt(job, result, to);
  return recordEnd(memory, job, { result, endSeconds: Math.min(endSeconds, now.wallSeconds), durationSeconds }, last);
}

function observeReady(memory: JobMemory, reading: ContactReading, now: Clocks): Observation {
  const { job } = memory;
  if (job && !job.end) {
    // Once only: some printers never answer M27 while they are idle (OctoPrint-FlashForge#40).
    if (reading.isSilent && !job.goneAt) return quiet({ ...memory, job: { ...job, goneAt: now } });
    const { memory: recorded, event } = recordUnseenEnd(memory, job, now, reading);
    return told({ memory: { ...recorded, job: undefined, idle: idleOf(reading, undefined) }, event });
  }
  const idle = idleOf(reading, memory.idle);
  const next = { ...memory, job: undefined, idle };
  return hasFilledUp(memory.idle, reading) ? told(recordUnread(next, reading, 'completed', now, idle)) : quiet(next);
}

function observeEnd(
  memory: JobMemory,
  reading: ContactReading,
  state: 'completed' | 'cancelled',
  now: Clocks,
): Observation {
  const { job } = memory;
  if (!job || job.end) return observeLaterEnd(memory, job, reading, state, now);
  if (state === 'completed' && isEndOfAnother(job, reading, now)) {
    const unseen = recordUnseenEnd({ ...memory, idle: undefined }, job, now, undefined);
    const unread = recordUnread(unseen.memory, reading, state, now);
    return { memory: unread.memory, events: [unseen.event, unread.event], started: false };
  }
  const last: Job = { ...continueJob(job, reading, now), elapsedSeconds: reading.elapsedSeconds || job.elapsedSeconds };
  const result = state === 'cancelled' && job.pending === 'error' ? 'failed' : state;
  return told(recordEnd({ ...memory, idle: undefined }, last, endAt(last, result, now), reading));
}

/** An end on a printer whose last job has ended: that one's, unless nobody read it. */
function observeLaterEnd(
  memory: JobMemory,
  job: Job | undefined,
  reading: ContactReading,
  state: 'completed' | 'cancelled',
  now: Clocks,
): Observation {
  if (isUnread(memory, reading)) return told(recordUnread({ ...memory, idle: undefined }, reading, state, now));
  if (!job || isOtherFileThanEnded(job, reading)) return quiet(memory);
  // The other side may spell it in another way.
  return quiet({ ...memory, job: { ...job, printedFiles: withName(job.printedFiles, reading) } });
}

/** `cancelling` and `error` are on the way: what follows decides. */
function observePending(
  memory: JobMemory,
  reading: ContactReading,
  pending: 'cancelling' | 'error',
  now: Clocks,
): Observation {
  const { job } = memory;
  if (!job || job.end) return quiet(memory);
  const continued = continueJob(job, reading, now);
  // An error stays one when its dialog is left by a cancel.
  const kept = job.pending === 'error' ? 'error' : pending;
  return quiet(withJob(memory, { ...continued, doneAt: undefined, pending: kept }));
}

const GOES_ON: ReadonlySet<State | undefined> = new Set<State>(['printing', 'pausing', 'paused']);

function observeRunning(memory: JobMemory, reading: ContactReading, now: Clocks, before: JobMemory): Observation {
  const { job } = memory;
  if (job && !isOver(job, reading)) return observeSame(memory, job, reading, now);
  const idle = memory.idle ?? (job && { protocol: 'tcp', file: '', ratios: ratiosOf(job) });
  if (!mayBegin(reading, memory.idle)) return quiet(memory);
  const next = beginJob(reading, now, { idle, startSeconds: startOf(before, reading, now) });
  if (!job || job.end) return { memory: withJob(memory, next), events: [], started: true };
  const { memory: recorded, event } = recordUnseenEnd(memory, job, now, undefined);
  return { memory: withJob(recorded, next), events: [event], started: true };
}

function isOver(job: Job, reading: ContactReading): boolean {
  if (job.goneAt || isAnotherJob(job, reading)) return true;
  // After an error or a cancel, what heats with another file is the next job.
  const file = fileOf(reading);
  if (job.pending && reading.state === 'heating' && file !== '' && job.file !== '' && file !== job.file) return true;
  return job.end !== undefined && !isSameJobAfterEnd(job, reading);
}

function ratiosOf({ progress: { tcp, http } }: Job): Idle['ratios'] {
  return onlyDefined({ tcp: tcp?.ratio, http: http?.ratio });
}

/** When a job began that this reading shows for the first time; undefined where nobody saw it. */
function startOf(before: JobMemory, reading: ContactReading, now: Clocks): number | undefined {
  const { baselined, failedReads, lastContact } = before;
  const isSeen =
    baselined &&
    failedReads === 0 &&
    lastContact !== undefined &&
    (gapBetween(lastContact, now).seconds ?? Number.POSITIVE_INFINITY) <= MAX_SEEN_GAP_SECONDS;
  return isSeen ? now.wallSeconds : startByPrinter(reading, now);
}

function observeSame(memory: JobMemory, job: Job, reading: ContactReading, now: Clocks): Observation {
  if (job.end) return quiet(memory);
  const { pending, doneAt } = job;
  const stillPending = pending !== undefined && !GOES_ON.has(reading.state);
  const next: Job = {
    ...continueJob(job, reading, now),
    pending: stillPending ? pending : undefined,
    doneAt: undefined,
  };
  if (!isDoneAndCold(next, reading)) return quiet(withJob(memory, next));
  const at = { wallSeconds: now.wallSeconds, tookSeconds: durationOf(next, now) };
  if (!doneAt) return quiet(withJob(memory, { ...next, doneAt: at }));
  // Old models keep the word for printing until somebody presses OK: joseffallman/hass_flashforge#80.
  const endSeconds = Math.min(doneAt.wallSeconds, now.wallSeconds);
  const end = { result: 'completed', endSeconds, durationSeconds: doneAt.tookSeconds } as const;
  return told(recordEnd(memory, next, end, reading));
}

/** Whether a job whose word is still printing is done, with its nozzles off. */
function isDoneAndCold(job: Job, { state, progress, isHeatOff }: ContactReading): boolean {
  const side = progress && job.progress[progress.protocol];
  return state === 'printing' && isHeatOff === true && side?.own === true && isDone(side.ratio, side.step);
}

/**
 * Takes one reading of a printer into its memory.
 * @param memory undefined for a printer never seen before
 */
export function observe(memory: JobMemory | undefined, reading: JobReading, now: Clocks): Observation {
  const before = memory ?? emptyMemory();
  if (!reading.contact) return observeFailure(before, now);
  const { state } = reading;
  const contacted = noteContact(before, reading, now);
  const next: JobMemory = contacted.baselined ? contacted : { ...contacted, baselined: true };
  switch (state) {
    case 'unknown':
    case 'busy':
    case undefined:
      return quiet(contacted);
    case 'ready':
      return observeReady(next, reading, now);
    case 'completed':
    case 'cancelled':
      return observeEnd(next, reading, state, now);
    case 'cancelling':
    case 'error':
      return observePending(next, reading, state, now);
    case 'heating':
    case 'printing':
    case 'pausing':
    case 'paused':
      return observeRunning(next, reading, now, contacted.baselined ? before : emptyMemory());
  }
}
