// Nozzles, bed and chamber of a /detail: which of them there are, and how hot.

import { onlyDefined } from '../common/defined.ts';
import { type HeaterReading, NO_CHAMBER_SENSOR } from '../printer/snapshot.ts';
import { type JsonRecord, mapOf, nonEmpty, readCount, readNumber } from './fields.ts';
import type { Traits } from './traits.ts';

/** More tools than any printer has: a longer array is garbage beyond. */
export const MAX_TOOLS = 16;

function readCelsius(value: unknown): number | undefined {
  const celsius = readNumber(value);
  return celsius !== undefined && celsius > -100 && celsius < 1000 ? celsius : undefined;
}

function readPair(celsius: unknown, target: unknown): HeaterReading | undefined {
  return nonEmpty(onlyDefined({ celsius: readCelsius(celsius), targetCelsius: readCelsius(target) }));
}

/** The reading, unless it is exactly 0 and not heated: what firmware writes for a heater that is not there. */
function present(reading: HeaterReading | undefined): HeaterReading | undefined {
  return reading?.celsius === 0 && (reading.targetCelsius ?? 0) === 0 ? undefined : reading;
}

function readArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_TOOLS) : [];
}

function readTools(detail: JsonRecord): (HeaterReading | undefined)[] {
  const temps = readArray(detail['nozzleTemps']);
  const targets = readArray(detail['nozzleTargetTemps']);
  const count = Math.max(temps.length, targets.length);
  // Creator 5: one element a tool, and `right` repeats the first.
  if (count > 0) return Array.from({ length: count }, (_, tool) => readPair(temps[tool], targets[tool]));
  const right = readPair(detail['rightTemp'], detail['rightTargetTemp']);
  const hasLeft = (readCount(detail['nozzleCnt'], MAX_TOOLS) ?? 1) > 1;
  return hasLeft ? [right, readPair(detail['leftTemp'], detail['leftTargetTemp'])] : [right];
}

function readChamber(detail: JsonRecord, { hasChamberSensor }: Traits): HeaterReading | undefined {
  if (NO_CHAMBER_SENSOR.has(readNumber(detail['chamberTemp']))) return undefined;
  const chamber = readPair(detail['chamberTemp'], detail['chamberTargetTemp']);
  const allZero = (chamber?.celsius ?? 0) === 0 && (chamber?.targetCelsius ?? 0) === 0;
  return !hasChamberSensor && allZero ? undefined : chamber;
}

/** Every heater there is; the others are missing (docs/architecture.md#data-flow). */
export function readHeaters(detail: JsonRecord, traits: Traits): ReadonlyMap<string, HeaterReading> | undefined {
  const [first, ...others] = readTools(detail);
  return mapOf([
    ['tool0', first],
    ...others.map((reading, index) => [`tool${index + 1}`, present(reading)] as const),
    ['bed', present(readPair(detail['platTemp'], detail['platTargetTemp']))],
    ['chamber', readChamber(detail, traits)],
  ]);
}
