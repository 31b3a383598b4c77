// The job fields of a /detail: progress, layers, times, file, and what is set or estimated for the job.

import { onlyDefined } from '../common/defined.ts';
import type { Product } from '../printer/products.ts';
import { type FilamentEstimate, type Snapshot, showsJob } from '../printer/snapshot.ts';
import { isJobRunning } from '../printer/state.ts';
import { readToolCount } from './heaters.ts';
import { remainingSeconds } from './remaining.ts';
import { type JsonRecord, mapOf, nonEmpty, readBetween, readCount, readName, readScaled } from './values.ts';

const MAX_LAYER = 100_000;
const MAX_JOB_SECONDS = 1e7;
const MAX_PROGRESS = 1.05;
const MAX_SPEED_PERCENT = 500;
const MAX_OFFSET_MM = 20;
// No bound is documented for filament: these are far above anything real.
const MAX_FILAMENT_MM = 1e7;
const MAX_FILAMENT_GRAMS = 1e6;
// For numbers of which 0 means that the printer does not know.
const ABOVE_ZERO = Number.MIN_VALUE;

function readFans(detail: JsonRecord, product: Product | undefined): ReadonlyMap<string, number> | undefined {
  const ratioOf = (key: string) => readScaled(detail[key], 0, 100, -2);
  return mapOf([
    ['cooling', ratioOf('coolingFanSpeed')],
    ['cooling_left', product?.leftFan === false ? undefined : ratioOf('coolingFanLeftSpeed')],
    ['chamber', ratioOf('chamberFanSpeed')],
  ]);
}

function readEstimate(detail: JsonRecord, side: 'Right' | 'Left'): FilamentEstimate | undefined {
  // A file without slicer data has 0 for both (FlashForgeUI#6).
  return nonEmpty(
    onlyDefined({
      meters: readScaled(detail[`estimated${side}Len`], ABOVE_ZERO, MAX_FILAMENT_MM, -3),
      grams: readBetween(detail[`estimated${side}Weight`], ABOVE_ZERO, MAX_FILAMENT_GRAMS),
    }),
  );
}

/** What /detail says of the state. */
export type Said = Pick<Snapshot, 'state' | 'stateProtocol'>;

/** The job fields of a snapshot. */
export type JobFields = Pick<
  Snapshot,
  | 'progress'
  | 'layer'
  | 'layers'
  | 'elapsedSeconds'
  | 'remainingSeconds'
  | 'file'
  | 'speedRatio'
  | 'zOffsetMeters'
  | 'fanRatios'
  | 'filamentEstimates'
>;

/**
 * Reads the job fields.
 * @param said the state, as far as /detail reports it: only a job that runs has time left
 */
export function readJob(detail: JsonRecord, product: Product | undefined, said: Said): JobFields {
  const file = readName(detail['printFileName']);
  const progress = readBetween(detail['printProgress'], 0, MAX_PROGRESS);
  const ratio = progress === undefined ? undefined : Math.min(1, progress);
  const elapsedSeconds = readBetween(detail['printDuration'], 0, MAX_JOB_SECONDS);
  const isRunning =
    isJobRunning(said.state) && showsJob({ state: said.state, stateProtocol: said.stateProtocol, file });
  const estimate = readBetween(detail['estimatedTime'], ABOVE_ZERO, MAX_JOB_SECONDS);
  return {
    progress: ratio === undefined ? undefined : { ratio, protocol: 'http' },
    layer: readCount(detail['printLayer'], MAX_LAYER),
    layers: readCount(detail['targetPrintLayer'], MAX_LAYER),
    elapsedSeconds,
    remainingSeconds: isRunning ? remainingSeconds(estimate, ratio, elapsedSeconds, product) : undefined,
    file,
    speedRatio: readScaled(detail['printSpeedAdjust'], 0, MAX_SPEED_PERCENT, -2),
    zOffsetMeters: readScaled(detail['zAxisCompensation'], -MAX_OFFSET_MM, MAX_OFFSET_MM, -3),
    fanRatios: readFans(detail, product),
    filamentEstimates: mapOf([
      ['tool0', readEstimate(detail, 'Right')],
      ['tool1', readToolCount(detail, product) > 1 ? readEstimate(detail, 'Left') : undefined],
    ]),
  };
}
