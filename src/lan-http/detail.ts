// The payload of /detail as a Snapshot, each field on its own: a wrong type or an impossible value costs that field only
// (ff-5mp-hass#18). Fields and units: docs/protocol.md#http-detail-fields. Register codes and the camera's address are not read at all.

import { onlyDefined } from '../common/defined.ts';
import { PrinterError } from '../printer/errors.ts';
import { type Axes, type FilamentEstimate, type Identity, type Snapshot, showsJob } from '../printer/snapshot.ts';
import { isFetching, isJobRunning, stateFromHttp } from '../printer/state.ts';
import {
  isRecord,
  type JsonRecord,
  mapOf,
  movePoint,
  nonEmpty,
  readBetween,
  readCount,
  readFlag,
  readMaterial,
  readName,
  readText,
} from './fields.ts';
import { MAX_TOOLS, readHeaters } from './heaters.ts';
import { readMaterialSlots } from './material-station.ts';
import { readTraits, type Traits } from './traits.ts';

const MAX_LAYER = 100_000;
const MAX_JOB_SECONDS = 1e7;
const MAX_PROGRESS = 1.05;
const MAX_SPEED_PERCENT = 500;
const MAX_OFFSET_MM = 20;
// The rest has no documented bound: these are only far above anything real.
const MAX_BUILD_MM = 10_000;
const MAX_FILAMENT_MM = 1e7;
const MAX_FILAMENT_GRAMS = 1e6;
const MAX_TVOC = 1e6;
const MAX_DISK_GB = 1e6;
const MAX_LIFETIME_MINUTES = 1e8;
const MAX_LIFETIME_METERS = 1e8;

function readBuildVolume(value: unknown): Axes | undefined {
  if (typeof value !== 'string') return undefined;
  const sizes = value.split(/x/i).map((size) => readBetween(size, 1, MAX_BUILD_MM));
  if (sizes.length !== 3 || sizes.includes(undefined)) return undefined;
  return mapOf(['x', 'y', 'z'].map((axis, index) => [axis, movePoint(sizes[index], -3)] as const));
}

function readIdentity(detail: JsonRecord, { model }: Traits): Identity | undefined {
  return nonEmpty(
    onlyDefined({
      model,
      name: readName(detail['name']),
      firmware: readName(detail['firmwareVersion']),
      mac: readName(detail['macAddr']),
      buildVolumeMeters: readBuildVolume(detail['measure']),
    }),
  );
}

/** The material of each side; on a Creator 5 right is the first tool. */
function readFilaments(detail: JsonRecord): ReadonlyMap<string, string> | undefined {
  return mapOf([
    ['tool0', readMaterial(detail['rightFilamentType'])],
    ['tool1', readMaterial(detail['leftFilamentType'])],
  ]);
}

/** `0.4mm`, or one a tool: `0.4mm;0.4mm;0.4mm;0.4mm`. */
function readNozzles(value: unknown): ReadonlyMap<string, string> | undefined {
  if (typeof value !== 'string') return undefined;
  return mapOf(value.split(';', MAX_TOOLS).map((nozzle, tool) => [`tool${tool}`, readName(nozzle)] as const));
}

function readFiltration(detail: JsonRecord): ReadonlyMap<string, boolean> | undefined {
  return mapOf([
    ['internal', readFlag(detail['internalFanStatus'])],
    ['external', readFlag(detail['externalFanStatus'])],
  ]);
}

function readFans(detail: JsonRecord): ReadonlyMap<string, number> | undefined {
  const ratioOf = (key: string) => movePoint(readBetween(detail[key], 0, 100), -2);
  return mapOf([
    ['cooling', ratioOf('coolingFanSpeed')],
    ['cooling_left', ratioOf('coolingFanLeftSpeed')],
    ['chamber', ratioOf('chamberFanSpeed')],
  ]);
}

function readEstimates(detail: JsonRecord): ReadonlyMap<string, FilamentEstimate> | undefined {
  const ofSide = (side: 'Right' | 'Left', low: number): FilamentEstimate | undefined =>
    nonEmpty(
      onlyDefined({
        meters: movePoint(readBetween(detail[`estimated${side}Len`], low, MAX_FILAMENT_MM), -3),
        grams: readBetween(detail[`estimated${side}Weight`], low, MAX_FILAMENT_GRAMS),
      }),
    );
  // A machine with one nozzle writes 0 for the left one.
  const hasLeft = (readCount(detail['nozzleCnt'], MAX_TOOLS) ?? 1) > 1;
  return mapOf([
    ['tool0', ofSide('Right', 0)],
    ['tool1', ofSide('Left', hasLeft ? 0 : Number.MIN_VALUE)],
  ]);
}

/** The time left; 0 is what a file without slicer data gives (docs/protocol.md#http-detail-fields), and then nobody knows. */
function readRemaining(value: unknown, traits: Traits, said: Snapshot): number | undefined {
  const means = traits.estimatesRemaining && isJobRunning(said.state) && showsJob(said);
  return means ? readBetween(value, Number.MIN_VALUE, MAX_JOB_SECONDS) : undefined;
}

function readJob(detail: JsonRecord, traits: Traits, said: Snapshot): Snapshot {
  const file = readName(detail['printFileName']);
  const ratio = readBetween(detail['printProgress'], 0, MAX_PROGRESS);
  return onlyDefined({
    progress: ratio === undefined ? undefined : ({ ratio: Math.min(1, ratio), protocol: 'http' } as const),
    layer: readCount(detail['printLayer'], MAX_LAYER),
    layers: readCount(detail['targetPrintLayer'], MAX_LAYER),
    elapsedSeconds: readBetween(detail['printDuration'], 0, MAX_JOB_SECONDS),
    remainingSeconds: readRemaining(detail['estimatedTime'], traits, onlyDefined({ ...said, file })),
    file,
    speedRatio: movePoint(readBetween(detail['printSpeedAdjust'], 0, MAX_SPEED_PERCENT), -2),
    zOffsetMeters: movePoint(readBetween(detail['zAxisCompensation'], -MAX_OFFSET_MM, MAX_OFFSET_MM), -3),
    fanRatios: readFans(detail),
    filamentEstimates: readEstimates(detail),
  });
}

function readState(status: string | undefined): Snapshot {
  if (status === undefined) return {};
  return { state: stateFromHttp(status), stateProtocol: 'http', statusWords: [{ protocol: 'http', status }] };
}

/**
 * Reads the payload of /detail. What one field holds never changes what another gives, except where they make a whole:
 * `pid` and `model` say what there is, `status` whether job numbers count, `nozzleCnt` whether there is a left nozzle,
 * and a temperature and its target are read together.
 * @throws PrinterError protocol when the payload is not an object
 */
export function parseDetail(payload: unknown): Snapshot {
  if (!isRecord(payload)) throw new PrinterError('protocol', '/detail: the payload is not a JSON object');
  const traits = readTraits(payload);
  const status = readName(payload['status']);
  const state = readState(status);
  const minutes = readBetween(payload['cumulativePrintTime'], 0, MAX_LIFETIME_MINUTES);
  return {
    ...state,
    ...(status !== undefined && isFetching(status) ? {} : readJob(payload, traits, state)),
    ...onlyDefined({
      identity: readIdentity(payload, traits),
      heaters: readHeaters(payload, traits),
      lightOn: readFlag(payload['lightStatus']),
      doorOpen: traits.hasDoor ? readFlag(payload['doorStatus']) : undefined,
      filtration: readFiltration(payload),
      tvocIndex: traits.hasTvocSensor ? readBetween(payload['tvoc'], 0, MAX_TVOC) : undefined,
      filaments: readFilaments(payload),
      nozzles: readNozzles(payload['nozzleModel']),
      materialSlots: readMaterialSlots(payload['matlStationInfo']),
      // Beside the state, not part of it: a clog is `pause` with E0163 (docs/protocol.md#http-error-codes). Empty means no error.
      errorCode: readText(payload['errorCode']),
      diskFreeBytes: movePoint(readBetween(payload['remainingDiskSpace'], 0, MAX_DISK_GB), 9),
      lifetimePrintSeconds: minutes === undefined ? undefined : minutes * 60,
      lifetimeFilamentMeters: readBetween(payload['cumulativeFilament'], 0, MAX_LIFETIME_METERS),
    }),
  };
}
