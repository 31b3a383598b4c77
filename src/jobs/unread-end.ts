// What a printer shows while it is ready, and the ends of jobs that nobody read.

import type { Clocks } from './clocks.ts';
import { beginJob, isOtherFileThanEnded } from './job.ts';
import type { Idle, JobMemory } from './memory.ts';
import { isDone, stepOf } from './progress.ts';
import { type ContactReading, fileOf, isAtLeast } from './reading.ts';
import { type Recorded, recordEnd } from './record-end.ts';
import type { Result } from './result.ts';

/** What a ready printer shows; what this reading leaves out is as before. */
export function idleOf(reading: ContactReading, before: Idle | undefined): Idle {
  const { stateProtocol = 'tcp', progress } = reading;
  const ratios = { ...before?.ratios, ...(progress && { [progress.protocol]: progress.ratio }) };
  return { protocol: stateProtocol, file: fileOf(reading) || (before?.file ?? ''), ratios };
}

/** Whether the counters of an old model went to the end between two ready readings: a whole job was printed meanwhile. */
export function hasFilledUp(before: Idle | undefined, { progress }: ContactReading): boolean {
  const ratio = progress && before?.ratios[progress.protocol];
  if (ratio === undefined || !progress) return false;
  return !isDone(ratio, stepOf(progress)) && isAtLeast(progress.ratio, 1);
}

/**
 * Records an end whose job nobody read: while contact was lost, or between two scrapes.
 * @param idle what the printer shows where it is ready
 */
export function recordUnread(
  memory: JobMemory,
  reading: ContactReading,
  result: Result,
  now: Clocks,
  idle?: Idle,
): Recorded {
  const job = beginJob(reading, now, { idle, startSeconds: undefined });
  const durationSeconds = reading.elapsedSeconds || undefined;
  const recorded = recordEnd(memory, job, { result, endSeconds: now.wallSeconds, durationSeconds }, reading);
  return idle ? { ...recorded, memory: { ...recorded.memory, job: undefined, idle } } : recorded;
}

/** Whether an end, on a printer whose last job has ended, is of a job that nobody read. */
export function isUnread({ job, idle, lastJob }: JobMemory, reading: ContactReading): boolean {
  if (job) return reading.state === 'completed' && isOtherFileThanEnded(job, reading);
  if (!idle || idle.protocol !== reading.stateProtocol) return false;
  return lastJob === undefined || fileOf(reading) !== lastJob.file || reading.elapsedSeconds !== lastJob.elapsedSeconds;
}
