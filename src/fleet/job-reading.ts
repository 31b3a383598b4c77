// The part of a reading that the job rules look at.

import { onlyDefined } from '../common/defined.ts';
import type { JobReading } from '../jobs/reading.ts';
import type { FilamentEstimate, Snapshot } from '../printer/snapshot.ts';
import type { Reading } from './reader.ts';

/** Adapts a reading for the job rules. */
export function toJobReading({ up, snapshot, unanswered }: Reading): JobReading {
  if (!up) return { contact: false };
  const { state, stateProtocol, progress, elapsedSeconds, file, fileProtocol } = snapshot;
  return {
    contact: true,
    serial: snapshot.identity?.serial,
    state,
    stateProtocol,
    progress,
    elapsedSeconds,
    file,
    fileProtocol,
    isHeatOff: isHeatOff(snapshot),
    filament: filamentOf(snapshot),
    isSilent: progress === undefined && unanswered.has('M27') ? true : undefined,
  };
}

/** Whether every nozzle is told to be cold; undefined where none says. */
function isHeatOff({ heaters }: Snapshot): boolean | undefined {
  let isKnown = false;
  for (const [heater, { targetCelsius }] of heaters ?? []) {
    if (!heater.startsWith('tool') || targetCelsius === undefined) continue;
    if (targetCelsius > 0) return false;
    isKnown = true;
  }
  return isKnown ? true : undefined;
}

/** What the slicer estimated, over all tools. */
function filamentOf({ filamentEstimates }: Snapshot): FilamentEstimate | undefined {
  if (!filamentEstimates || filamentEstimates.size === 0) return undefined;
  const sum = (key: keyof FilamentEstimate): number | undefined => {
    const known = [...filamentEstimates.values()]
      .map((estimate) => estimate[key])
      .filter((value) => value !== undefined);
    return known.length > 0 ? known.reduce((total, value) => total + value, 0) : undefined;
  };
  return onlyDefined({ meters: sum('meters'), grams: sum('grams') });
}
