// The payload of /detail as a Snapshot, field by field: a wrong type or an impossible value costs only that field
// (ff-5mp-hass#18). Fields and units: docs/protocol.md#http-detail-fields. Register codes and the camera's URL are never read.

import { onlyDefined } from '../common/defined.ts';
import { PrinterError } from '../printer/errors.ts';
import { formatMac } from '../printer/identifiers.ts';
import type { Product } from '../printer/products.ts';
import type { Axes, Identity, Snapshot } from '../printer/snapshot.ts';
import { isFetching, stateFromHttp } from '../printer/state.ts';
import { readProduct } from './detect-product.ts';
import { MAX_TOOLS, readHeaters, readToolCount } from './heaters.ts';
import { type JobFields, readJob } from './job.ts';
import { readMaterialSlots, readMaterialStation } from './material-station.ts';
import {
  isRecord,
  type JsonRecord,
  mapOf,
  nonEmpty,
  readBetween,
  readCount,
  readFlag,
  readMaterial,
  readName,
  readNumber,
  readScaled,
  readText,
} from './values.ts';

// No bounds are documented for these: they are far above anything real.
const MAX_BUILD_MM = 10_000;
const MAX_TVOC = 1e6;
const MAX_DISK_GB = 1e6;
const MAX_LIFETIME_MINUTES = 1e8;
const MAX_LIFETIME_METERS = 1e8;
const MAX_ERROR_NUMBER = 1e6;

function readBuildVolume(value: unknown): Axes | undefined {
  if (typeof value !== 'string') return undefined;
  const sizes = value.split(/x/i).map((size) => readScaled(size, 1, MAX_BUILD_MM, -3));
  if (sizes.length !== 3 || sizes.includes(undefined)) return undefined;
  return mapOf(['x', 'y', 'z'].map((axis, index) => [axis, sizes[index]] as const));
}

function readIdentity(detail: JsonRecord, model: string | undefined): Identity | undefined {
  const mac = readName(detail['macAddr']);
  return nonEmpty(
    onlyDefined({
      model,
      name: readName(detail['name']),
      firmware: readName(detail['firmwareVersion']),
      mac: mac === undefined ? undefined : formatMac(mac),
      buildVolumeMeters: readBuildVolume(detail['measure']),
    }),
  );
}

/** One value per nozzle: the right one is the first tool, the left one the second, where there is one. */
function readSides<V>(
  detail: JsonRecord,
  product: Product | undefined,
  read: (side: 'right' | 'left') => V | undefined,
): ReadonlyMap<string, V> | undefined {
  return mapOf([
    ['tool0', read('right')],
    ['tool1', readToolCount(detail, product) > 1 ? read('left') : undefined],
  ]);
}

function readFilaments(detail: JsonRecord, product: Product | undefined): ReadonlyMap<string, string> | undefined {
  return readSides(detail, product, (side) => readMaterial(detail[`${side}FilamentType`]));
}

function readFilamentPresent(
  detail: JsonRecord,
  product: Product | undefined,
): ReadonlyMap<string, boolean> | undefined {
  return readSides(detail, product, (side) =>
    readFlag(detail[side === 'right' ? 'hasRightFilament' : 'hasLeftFilament']),
  );
}

/** `0.4mm`, or one per tool: `0.4mm;0.4mm;0.4mm;0.4mm`. */
function readNozzles(value: unknown, tools = MAX_TOOLS): ReadonlyMap<string, string> | undefined {
  if (typeof value !== 'string') return undefined;
  return mapOf(value.split(';', tools).map((nozzle, tool) => [`tool${tool}`, readName(nozzle)] as const));
}

function readFiltration(detail: JsonRecord): ReadonlyMap<string, boolean> | undefined {
  return mapOf([
    ['internal', readFlag(detail['internalFanStatus'])],
    ['external', readFlag(detail['externalFanStatus'])],
  ]);
}

function readAirQuality(value: unknown, sensor: Product['airQualitySensor']): number | undefined {
  switch (sensor) {
    case true:
      return readBetween(value, 0, MAX_TVOC);
    case 'unless-zero':
      return readBetween(value, Number.MIN_VALUE, MAX_TVOC);
    case false:
    case undefined:
      return undefined;
  }
}

/** The error code; empty for none. Sent as text or as a number, and 0 is none in either (docs/protocol.md#http-error-codes). */
function readErrorCode(value: unknown): string | undefined {
  const number = typeof value === 'boolean' ? Number(value) : value;
  const code = typeof number === 'number' ? readCount(number, MAX_ERROR_NUMBER)?.toString() : readText(number);
  if (code === undefined || Number(code) < 0) return undefined;
  // `E0000` too: codes begin with E0001.
  const isNone = code === '' || readNumber(code.replace(/^E(?=\d)/i, '')) === 0;
  return isNone ? '' : code;
}

// While the job is being fetched its numbers are garbage (docs/protocol.md#http-status-words).
const NO_JOB: JobFields = {};

/**
 * Reads the payload of /detail. No field changes what another one means, with these exceptions: `pid`, `model` and
 * `nozzleCnt` say what hardware there is, `status` whether the job fields count, a temperature and its target are
 * read together, and so are `estimatedTime`, `printProgress` and `printDuration`.
 * @throws PrinterError protocol if the payload is not an object
 */
export function parseDetail(payload: unknown): Snapshot {
  if (!isRecord(payload)) throw new PrinterError('protocol', '/detail: the payload is not a JSON object');
  const { model, product } = readProduct(payload);
  const status = readName(payload['status']);
  const state = status === undefined ? undefined : stateFromHttp(status);
  const stateProtocol = state && 'http';
  const isBeingFetched = status !== undefined && isFetching(status);
  const job = isBeingFetched ? NO_JOB : readJob(payload, product, { state, stateProtocol });
  const minutes = readBetween(payload['cumulativePrintTime'], 0, MAX_LIFETIME_MINUTES);
  return {
    identity: readIdentity(payload, model),
    state,
    stateProtocol,
    statusWords: status === undefined ? undefined : [{ protocol: 'http', status }],
    heaters: readHeaters(payload, product),
    progress: job.progress,
    layer: job.layer,
    layers: job.layers,
    elapsedSeconds: job.elapsedSeconds,
    remainingSeconds: job.remainingSeconds,
    file: job.file,
    speedRatio: job.speedRatio,
    zOffsetMeters: job.zOffsetMeters,
    fanRatios: job.fanRatios,
    filamentEstimates: job.filamentEstimates,
    lightOn: readFlag(payload['lightStatus']),
    doorOpen: product?.doorSensor === false ? undefined : readFlag(payload['doorStatus']),
    filtration: product?.filtration === false ? undefined : readFiltration(payload),
    tvocIndex: readAirQuality(payload['tvoc'], product?.airQualitySensor),
    filaments: readFilaments(payload, product),
    filamentPresent: readFilamentPresent(payload, product),
    nozzles: readNozzles(payload['nozzleModel'], product?.tools),
    materialSlots: readMaterialSlots(payload),
    materialStation: readMaterialStation(payload),
    // Independent of the state: a clog is `pause` with E0163 (docs/protocol.md#http-error-codes).
    errorCode: readErrorCode(payload['errorCode']),
    diskFreeBytes: readScaled(payload['remainingDiskSpace'], 0, MAX_DISK_GB, 9),
    lifetimePrintSeconds: minutes === undefined ? undefined : minutes * 60,
    lifetimeFilamentMeters: readBetween(payload['cumulativeFilament'], 0, MAX_LIFETIME_METERS),
  };
}
