// An end goes into the memory once: the count, the time, and what the print took.

import { onlyDefined } from '../common/defined.ts';
import type { FilamentEstimate } from '../printer/snapshot.ts';
import type { Clocks } from './clocks.ts';
import { durationOf } from './job.ts';
import { endJob } from './judge-outcome.ts';
import type { Job, JobMemory } from './memory.ts';
import { countsPercent } from './progress.ts';
import { type ContactReading, fileOf } from './reading.ts';
import type { Result } from './result.ts';

/** A job ended; `endSeconds` is the time of the reading that saw it, or of the last contact where that was the end. */
export interface JobEvent {
  readonly result: Result;
  /** Empty where the printer names none. */
  readonly file: string;
  readonly endSeconds: number;
  /** What it took; undefined where neither the printer nor the clocks can tell. */
  readonly durationSeconds?: number;
  /** What the slicer estimated for it. */
  readonly filament?: FilamentEstimate;
}

export interface Recorded {
  readonly memory: JobMemory;
  readonly event: JobEvent;
}

export interface End {
  readonly result: Result;
  readonly endSeconds: number;
  readonly durationSeconds: number | undefined;
}

/** An end at this moment. */
export function endAt(job: Job, result: Result, moment: Clocks): End {
  return { result, endSeconds: moment.wallSeconds, durationSeconds: durationOf(job, moment) };
}

/**
 * Writes an end into the memory, which keeps the job as ended.
 * @param last the reading that shows the end, where it is one of this job
 */
export function recordEnd(memory: JobMemory, job: Job, end: End, last?: ContactReading): Recorded {
  const { result, endSeconds, durationSeconds } = end;
  const { file, filament } = job;
  const elapsedSeconds = last?.elapsedSeconds ?? job.elapsedSeconds;
  const recorded: JobMemory = {
    ...memory,
    job: endJob(job, result),
    totals: { ...memory.totals, [result]: memory.totals[result] + 1 },
    lastEnds: {
      ...memory.lastEnds,
      [result]: onlyDefined({ timestampSeconds: endSeconds, file, durationSeconds, filament }),
    },
    lastJob: onlyDefined({ file: namedAtEnd(last) || file, elapsedSeconds }),
    endsAtFull: memory.endsAtFull || (result === 'completed' && endedAtFull(job, last)),
  };
  return { memory: recorded, event: onlyDefined({ result, file, endSeconds, durationSeconds, filament }) };
}

/** The name in a reading that says itself that the job ended: the next one like it names the same, and the other side may not. */
function namedAtEnd(last: ContactReading | undefined): string {
  return last?.state === 'completed' || last?.state === 'cancelled' ? fileOf(last) : '';
}

/** Whether a job of a printer that counts percent ended at 100 of 100. */
function endedAtFull(job: Job, last: ContactReading | undefined): boolean {
  const side = job.ownSide && job.progress[job.ownSide];
  if (!side || !countsPercent(side.step)) return false;
  const progress = last?.progress;
  return side.ratio >= 1 || (progress !== undefined && progress.protocol === job.ownSide && progress.ratio >= 1);
}
