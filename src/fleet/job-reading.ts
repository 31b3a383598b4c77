// The part of a reading that the job rules look at.

import { onlyDefined } from '../common/defined.ts';
import type { JobReading } from '../jobs/observe.ts';
import type { Reading } from './reader.ts';

/** Adapts a reading for the job rules. */
export function toJobReading({ up, snapshot, unanswered }: Reading): JobReading {
  if (!up) return { contact: false };
  const { state, stateProtocol, progress, elapsedSeconds, file, fileProtocol } = snapshot;
  return onlyDefined({
    contact: true,
    serial: snapshot.identity?.serial,
    state,
    stateProtocol,
    progress,
    elapsedSeconds,
    file,
    fileProtocol,
    isSilent: progress === undefined && unanswered.has('M27') ? true : undefined,
  });
}
