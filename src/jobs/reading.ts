// A reading of a printer, as the rules on jobs see it.

import { cutLabel } from '../common/text.ts';
import type { FilamentEstimate, Progress, Protocol } from '../printer/snapshot.ts';
import type { State } from '../printer/state.ts';

/** One whole read of a printer. */
export type JobReading = { readonly contact: false } | ContactReading;

/** A reading of a printer that was reached. */
export interface ContactReading {
  readonly contact: true;
  readonly serial?: string | undefined;
  readonly state?: State | undefined;
  /** The side whose word `state` is. */
  readonly stateProtocol?: Protocol | undefined;
  readonly progress?: Progress | undefined;
  readonly elapsedSeconds?: number | undefined;
  readonly file?: string | undefined;
  /** The side that named the file, where that is not the state's. */
  readonly fileProtocol?: Protocol | undefined;
  /** Whether every nozzle is told to be cold; undefined where the printer did not say. */
  readonly isHeatOff?: boolean | undefined;
  /** What the slicer estimated for the job, all nozzles together. */
  readonly filament?: FilamentEstimate | undefined;
  /** M27 got no reply: how far the job came is not known, not even that it came nowhere. */
  readonly isSilent?: true | undefined;
}

// 0.9 − 0.8 is a little less than 0.1, and many additions of 0.01 a little less than their sum.
const ROUNDING = 1e-9;

export function isAtLeast(ratio: number, bound: number): boolean {
  return ratio >= bound - ROUNDING;
}

/** The file of the job; empty where the printer names none. */
export function fileOf(reading: ContactReading): string {
  return cutLabel((reading.file ?? '').trim());
}

/** The side that named the file. */
export function namingSideOf({ fileProtocol, stateProtocol }: ContactReading): Protocol {
  return fileProtocol ?? stateProtocol ?? 'tcp';
}
