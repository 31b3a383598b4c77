// The job that a printer is at, for people: also while the printer is lost, or stopped by an error.

import { PROTOCOLS } from '../printer/config.ts';
import type { State } from '../printer/state.ts';
import type { Job, JobMemory, SideProgress } from './memory.ts';
import { thinned } from './progress.ts';

export interface CurrentJob {
  /** Empty if the printer names none. */
  readonly file: string;
  /** The last own progress, 0 to 1; undefined while it is not known. */
  readonly ratio?: number | undefined;
  /** Time left at the job's own pace, as of the last reading; undefined while too little of the pace is known. */
  readonly remainingSeconds?: number | undefined;
}

// Below these, whole percents say too little about the pace.
const MIN_PACE_SECONDS = 120;
const MIN_PACE_RATIO = 0.03;

/** Time left at the pace of the last hour. */
function remainingAtPace({ moves: all, ratio }: SideProgress): number | undefined {
  const moves = thinned(all);
  const [first, last] = [moves[0], moves.at(-1)];
  if (!first || !last) return undefined;
  const seconds = last.seconds - first.seconds;
  const gained = last.gained - first.gained;
  if (seconds < MIN_PACE_SECONDS || gained < MIN_PACE_RATIO) return undefined;
  return (Math.max(0, 1 - ratio) * seconds) / gained;
}

/** A job's time left by the printer's own clock of it, which only HTTP has. */
function remainingByElapsed({ elapsedSeconds }: Job, ratio: number | undefined): number | undefined {
  if (elapsedSeconds === undefined || ratio === undefined) return undefined;
  if (elapsedSeconds < MIN_PACE_SECONDS || ratio < MIN_PACE_RATIO) return undefined;
  return (elapsedSeconds * Math.max(0, 1 - ratio)) / ratio;
}

/**
 * The job in progress or stopped by an error; undefined after its outcome.
 * @param state of the last reading; undefined if the printer is not read
 */
export function currentJob({ job }: JobMemory, state: State | undefined): CurrentJob | undefined {
  if (!job) return undefined;
  const isStopped = state === 'error' && job.end?.result === 'failed';
  if (job.end && !isStopped) return undefined;
  const sides = PROTOCOLS.map((protocol) => job.progress[protocol]).filter((side) => side?.own);
  const atPace = sides.map((side) => side && remainingAtPace(side)).find((seconds) => seconds !== undefined);
  // Until the progress has moved it may be the last job's, unless the printer was seen below the end.
  const shown = job.ownSide ? [job.ownSide] : PROTOCOLS.filter((protocol) => job.progress[protocol]?.stale === false);
  const ratio = shown.map((protocol) => job.progress[protocol]?.ratio).at(-1);
  return { file: job.file, ratio, remainingSeconds: atPace ?? remainingByElapsed(job, ratio) };
}
