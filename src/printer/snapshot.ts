// What one read of a printer told, in base units, whichever protocol said it. Missing is undefined, never 0.

import { onlyDefined } from '../common/defined.ts';
import { hasJob, isFetching, type State } from './state.ts';

export type Protocol = 'tcp' | 'http';

/** `tool0`, `tool1`, …, `bed` or `chamber`. */
export type Heater = string;

export interface HeaterReading {
  readonly celsius?: number;
  readonly targetCelsius?: number;
}

/** What stands for the chamber's temperature where there is no sensor (docs/protocol.md#http-detail-fields; ff-5mp-hass#18). */
export const NO_CHAMBER_SENSOR: ReadonlySet<number | undefined> = new Set([-108, -109]);

/** What a printer is; it changes only with firmware or by renaming. */
export interface Identity {
  /** Machine type, never the name its owner gave it. */
  readonly model?: string;
  readonly name?: string;
  readonly firmware?: string;
  readonly serial?: string;
  readonly mac?: string;
  readonly buildVolumeMeters?: Axes;
}

/** Axis in lower case (x y z a b x1 x2) to metres. */
export type Axes = ReadonlyMap<string, number>;

export interface FilamentEstimate {
  readonly meters?: number;
  readonly grams?: number;
}

export interface MaterialSlot {
  /** As the printer numbers it, from 1. */
  readonly slot: string;
  readonly loaded?: boolean;
  readonly active?: boolean;
  readonly material?: string;
  /** `#RRGGBB` */
  readonly color?: string;
}

/** A raw status word and who said it. */
export interface StatusWord {
  readonly protocol: Protocol;
  readonly status: string;
}

/** Progress of the job, or of the last one where the printer keeps showing it. */
export interface Progress {
  /** 0 to 1. */
  readonly ratio: number;
  readonly protocol: Protocol;
}

export interface Snapshot {
  readonly identity?: Identity;
  readonly state?: State;
  /** The side whose word `state` is. */
  readonly stateProtocol?: Protocol;
  readonly statusWords?: readonly StatusWord[];
  readonly moveMode?: string;
  /** `x_max`, `z_min`, … to whether the switch is pressed. */
  readonly endstops?: ReadonlyMap<string, boolean>;
  readonly heaters?: ReadonlyMap<Heater, HeaterReading>;
  readonly positionMeters?: Axes;

  readonly progress?: Progress;
  readonly printBytes?: number;
  readonly printSizeBytes?: number;
  readonly layer?: number;
  readonly layers?: number;
  readonly elapsedSeconds?: number;
  /** Only where the printer's number means that, and a job runs. */
  readonly remainingSeconds?: number;
  /** File of the job; undefined where the printer names none. */
  readonly file?: string;
  /** The side that named it, where both were read: they may spell one file in two ways. */
  readonly fileProtocol?: Protocol;
  /** 1 is normal speed. */
  readonly speedRatio?: number;
  readonly zOffsetMeters?: number;
  /** cooling, cooling_left, chamber: 0 to 1. */
  readonly fanRatios?: ReadonlyMap<string, number>;
  /** Tool (`tool0`, …) to what the slicer estimated for the job. */
  readonly filamentEstimates?: ReadonlyMap<string, FilamentEstimate>;

  readonly lightOn?: boolean;
  readonly doorOpen?: boolean;
  /** internal, external. */
  readonly filtration?: ReadonlyMap<string, boolean>;
  readonly tvocIndex?: number;
  /** Tool to material word. */
  readonly filaments?: ReadonlyMap<string, string>;
  /** Tool to nozzle word, such as `0.4mm`. */
  readonly nozzles?: ReadonlyMap<string, string>;
  readonly materialSlots?: readonly MaterialSlot[];
  /** The printer's error code; empty when it has the field and reports none. */
  readonly errorCode?: string;
  readonly diskFreeBytes?: number;
  readonly lifetimePrintSeconds?: number;
  readonly lifetimeFilamentMeters?: number;
}

/** Whether there is a job: on the plate, running or just completed. */
export function showsJob({ state, stateProtocol, file }: Pick<Snapshot, 'state' | 'stateProtocol' | 'file'>): boolean {
  // Over HTTP heating without a file is somebody warming the printer up by hand.
  const isPreheat = state === 'heating' && stateProtocol === 'http' && file === undefined;
  return hasJob(state) && !isPreheat;
}

/** Without what it says of a job. */
function withoutJob(snapshot: Snapshot): Snapshot {
  return onlyDefined({
    ...snapshot,
    progress: undefined,
    printBytes: undefined,
    printSizeBytes: undefined,
    layer: undefined,
    layers: undefined,
    file: undefined,
  });
}

function mergeHeaters(tcp: Snapshot['heaters'], http: Snapshot['heaters']): Snapshot['heaters'] {
  if (!tcp || !http) return http ?? tcp;
  const merged = new Map(tcp);
  for (const [heater, reading] of http) merged.set(heater, { ...merged.get(heater), ...reading });
  return merged;
}

/**
 * Both sides of one printer as one: HTTP wins where both know (docs/architecture.md#data-flow), TCP adds the rest.
 * A state is taken together with its side.
 */
export function mergeSnapshots(tcp: Snapshot | undefined, http: Snapshot | undefined): Snapshot {
  if (!tcp || !http) return tcp ?? http ?? {};
  // What TCP shows of a job that HTTP says is still being fetched is the last one's, or garbage too.
  const isBeingFetched = http.statusWords?.some(({ status }) => isFetching(status));
  return mergeKnown(isBeingFetched ? withoutJob(tcp) : tcp, http);
}

function mergeKnown(tcp: Snapshot, http: Snapshot): Snapshot {
  const identity = { ...tcp.identity, ...http.identity };
  const statusWords = [...(tcp.statusWords ?? []), ...(http.statusWords ?? [])];
  const heaters = mergeHeaters(tcp.heaters, http.heaters);
  // A word in no table is not knowledge: the other side's state stands then, and both words stay visible.
  const stateFrom = http.state === undefined || (http.state === 'unknown' && tcp.state !== undefined) ? tcp : http;
  const fileProtocol = http.file !== undefined ? 'http' : 'tcp';
  return {
    ...tcp,
    ...http,
    ...onlyDefined({
      fileProtocol: (http.file ?? tcp.file) === undefined ? undefined : fileProtocol,
      state: stateFrom.state,
      stateProtocol: stateFrom.stateProtocol,
      identity: Object.keys(identity).length > 0 ? identity : undefined,
      statusWords: statusWords.length > 0 ? statusWords : undefined,
      heaters,
    }),
  };
}
