// What the job rules need of a reading.

import { onlyDefined } from '../common/defined.ts';
import type { JobReading } from '../jobs/observe.ts';
import type { Reading } from './reader.ts';

/** The part of a reading that the job rules look at. */
export function toJobReading({ up, snapshot, unanswered }: Reading): JobReading {
  if (!up) return { contact: false };
  const { state, stateProtocol, progress, elapsedSeconds, file, fileProtocol } = snapshot;
  const serial = snapshot.identity?.serial;
  return onlyDefined({
    contact: true,
    serial,
    state,
    stateProtocol,
    progress,
    elapsedSeconds,
    file,
    fileProtocol,
    isSilent: progress === undefined && unanswered.has('M27') ? true : undefined,
  });
}
