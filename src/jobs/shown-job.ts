// What may be shown of a job after a reading was observed.

import { type Progress, type Snapshot, showsJob } from '../printer/snapshot.ts';
import { hasJob } from '../printer/state.ts';
import type { JobMemory } from './memory.ts';

type Shown = Pick<Snapshot, 'state' | 'stateProtocol' | 'file' | 'progress'>;

/**
 * The progress that may be shown: only while there is a job, and not the last job's, which old models go on showing when the
 * next one starts.
 */
export function shownProgress(memory: JobMemory, { state, progress }: Shown): Progress | undefined {
  if (!progress || !hasJob(state)) return undefined;
  const { job } = memory;
  // Somebody warms the printer up by hand.
  if (state === 'heating' && (!job || job.end)) return undefined;
  return state !== 'completed' && job?.progress[progress.protocol]?.stale ? undefined : progress;
}

/**
 * When the job began that this reading shows: one that runs, or that is done and still on the plate.
 * Seconds since 1970; undefined also for a job found in the middle.
 */
export function shownStart({ job }: JobMemory, reading: Shown): number | undefined {
  const isShown = job?.end ? showsJob(reading) : reading.state !== 'ready';
  return isShown ? job?.startSeconds : undefined;
}
