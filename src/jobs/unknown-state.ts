// A job in a state whose word is unknown. It is no news for the job rules, but its progress is shown if the printer names
// a file and its own count of the time printed grows.

import type { Snapshot } from '../printer/snapshot.ts';
import { isJobRunning } from '../printer/state.ts';

type JobFields = Pick<Snapshot, 'state' | 'file' | 'elapsedSeconds' | 'progress'>;

/** The printer's count of a file's printing time when it was first seen, or last seen without a job. */
export interface PrintClock {
  readonly file: string;
  readonly firstSeconds: number;
}

/** Takes one reading; a reading without file or time changes nothing. */
export function followPrintClock(
  before: PrintClock | undefined,
  { state, file, elapsedSeconds }: JobFields,
): PrintClock | undefined {
  if (file === undefined || elapsedSeconds === undefined) return before;
  const mayRun = state === 'unknown' || isJobRunning(state);
  const goesOn = mayRun && before?.file === file && elapsedSeconds >= before.firstSeconds;
  return goesOn ? before : { file, firstSeconds: elapsedSeconds };
}

/** The progress to show in a state that is unknown; undefined in any other state, and if no job is seen to run. */
export function progressInUnknownState(
  clock: PrintClock | undefined,
  { state, file, elapsedSeconds = 0, progress }: JobFields,
): Snapshot['progress'] {
  if (state !== 'unknown' || !progress || progress.ratio <= 0 || progress.ratio >= 1) return undefined;
  const isRunning = clock !== undefined && clock.file === file && elapsedSeconds > clock.firstSeconds;
  return isRunning ? progress : undefined;
}
