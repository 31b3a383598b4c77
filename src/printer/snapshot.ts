// What one read of a printer reported, in base units, whichever protocol reported it. A missing value is undefined, never 0.

import { hasJob, type State } from './state.ts';

export type Protocol = 'tcp' | 'http';

/** `tool0`, `tool1`, …, `bed` or `chamber`. */
export type Heater = string;

export interface HeaterReading {
  readonly celsius?: number | undefined;
  readonly targetCelsius?: number | undefined;
}

/** What a printer is. It changes only with a firmware update or when the owner renames the printer. */
export interface Identity {
  /** The type of machine, spelled the same for both protocols (`formatModel`). */
  readonly model?: string;
  /** The name its owner gave it. */
  readonly name?: string;
  readonly firmware?: string;
  readonly serial?: string;
  /** `AA:BB:CC:DD:EE:FF` */
  readonly mac?: string;
  readonly buildVolumeMeters?: Axes;
}

/** Metres by axis, in lower case: x y z a b x1 x2. */
export type Axes = ReadonlyMap<string, number>;

export interface FilamentEstimate {
  readonly meters?: number;
  readonly grams?: number;
}

export interface MaterialSlot {
  /** The printer's number for it, from 1; or EXTERNAL_SLOT. */
  readonly slot: string;
  readonly loaded?: boolean;
  readonly active?: boolean;
  readonly material?: string;
  /** `#RRGGBB` */
  readonly color?: string;
}

/** The slot of the spool that bypasses the material station. */
export const EXTERNAL_SLOT = 'external';

/** What the material station is doing, in the words of docs/protocol.md#http-material-station; `unknown` for any other number. */
export interface MaterialStation {
  readonly action?: string;
  readonly step?: string;
}

/** A raw status word, and the protocol it came over. */
export interface StatusWord {
  readonly protocol: Protocol;
  readonly status: string;
}

/** Progress of the job, or of the last one if the printer still shows it. */
export interface Progress {
  /** 0 to 1. */
  readonly ratio: number;
  readonly protocol: Protocol;
  /** The smallest part of a job that it tells: 0.01 where M27 counts percent; undefined where that is not known. */
  readonly step?: number | undefined;
}

// Every key allows undefined, so that a reader can build one literal with all of them: objects that grow key by key become
// dictionaries in V8, and were a tenth of what an HTTP scrape costs.
export interface Snapshot {
  readonly identity?: Identity | undefined;
  readonly state?: State | undefined;
  /** The protocol that `state` came over. */
  readonly stateProtocol?: Protocol | undefined;
  readonly statusWords?: readonly StatusWord[] | undefined;
  readonly moveMode?: string | undefined;
  /** Whether the switch is pressed, by switch: `x_max`, `z_min`, … */
  readonly endstops?: ReadonlyMap<string, boolean> | undefined;
  readonly heaters?: ReadonlyMap<Heater, HeaterReading> | undefined;
  readonly positionMeters?: Axes | undefined;

  readonly progress?: Progress | undefined;
  readonly printBytes?: number | undefined;
  readonly printSizeBytes?: number | undefined;
  readonly layer?: number | undefined;
  readonly layers?: number | undefined;
  readonly elapsedSeconds?: number | undefined;
  /** Time left, only while a job runs and where the printer's number can be read as that. */
  readonly remainingSeconds?: number | undefined;
  /** File of the job; undefined if the printer names none. */
  readonly file?: string | undefined;
  /** Set if the reply ended before it named a file, so that there may be one all the same. */
  readonly isFileUnknown?: true | undefined;
  /** The protocol that named the file, if both were read: they may spell it differently. */
  readonly fileProtocol?: Protocol | undefined;
  /** 1 is normal speed. */
  readonly speedRatio?: number | undefined;
  readonly zOffsetMeters?: number | undefined;
  /** 0 to 1, by fan: cooling, cooling_left, chamber. */
  readonly fanRatios?: ReadonlyMap<string, number> | undefined;
  /** The slicer's estimate for the job, by tool (`tool0`, …). */
  readonly filamentEstimates?: ReadonlyMap<string, FilamentEstimate> | undefined;

  readonly lightOn?: boolean | undefined;
  readonly doorOpen?: boolean | undefined;
  /** Whether the filtration runs, by mode: internal, external. */
  readonly filtration?: ReadonlyMap<string, boolean> | undefined;
  readonly tvocIndex?: number | undefined;
  /** Material by tool. */
  readonly filaments?: ReadonlyMap<string, string> | undefined;
  /** Nozzle by tool, such as `0.4mm`. */
  readonly nozzles?: ReadonlyMap<string, string> | undefined;
  /** Whether the sensor sees filament, by tool; false in a runout. */
  readonly filamentPresent?: ReadonlyMap<string, boolean> | undefined;
  readonly materialSlots?: readonly MaterialSlot[] | undefined;
  readonly materialStation?: MaterialStation | undefined;
  /** The printer's error code; empty if it has the field and reports no error. */
  readonly errorCode?: string | undefined;
  readonly diskFreeBytes?: number | undefined;
  readonly lifetimePrintSeconds?: number | undefined;
  readonly lifetimeFilamentMeters?: number | undefined;
}

/** Whether there is a job: running, or completed and still on the plate. */
export function showsJob({ state, stateProtocol, file }: Pick<Snapshot, 'state' | 'stateProtocol' | 'file'>): boolean {
  // Over HTTP, heating without a file is a manual preheat.
  const isPreheat = state === 'heating' && stateProtocol === 'http' && file === undefined;
  return hasJob(state) && !isPreheat;
}
