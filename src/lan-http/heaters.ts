// The heaters of a /detail: which nozzles there are, the bed and the chamber, and how hot they are.

import { meansNoChamberSensor, plausibleCelsius } from '../printer/celsius.ts';
import type { Product } from '../printer/products.ts';
import type { HeaterReading } from '../printer/snapshot.ts';
import { type JsonRecord, mapOf, nonEmpty, readCount, readNumber } from './values.ts';

/** More tools than any printer has. The rest of a longer array is garbage. */
export const MAX_TOOLS = 16;

function readPair(celsius: unknown, target: unknown): HeaterReading | undefined {
  return nonEmpty({
    celsius: plausibleCelsius(readNumber(celsius)),
    targetCelsius: plausibleCelsius(readNumber(target)),
  });
}

/** The reading, unless it is exactly 0 and not heated: firmware reports that for a heater that does not exist. */
function present(reading: HeaterReading | undefined): HeaterReading | undefined {
  return reading?.celsius === 0 && (reading.targetCelsius ?? 0) === 0 ? undefined : reading;
}

function readArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_TOOLS) : [];
}

/** How many tools the printer has: by its product, else by what it reports; 1 if it reports nothing. */
export function readToolCount(detail: JsonRecord, product: Product | undefined): number {
  if (product?.tools !== undefined) return product.tools;
  const reported = Math.max(readArray(detail['nozzleTemps']).length, readArray(detail['nozzleTargetTemps']).length);
  return reported > 0 ? reported : (readCount(detail['nozzleCnt'], MAX_TOOLS) ?? 1);
}

function readTools(detail: JsonRecord, tools: number): (HeaterReading | undefined)[] {
  const temps = readArray(detail['nozzleTemps']);
  const targets = readArray(detail['nozzleTargetTemps']);
  const count = Math.min(tools, Math.max(temps.length, targets.length));
  // Creator 5: one element per tool, and `right` repeats the first.
  if (count > 0) return Array.from({ length: count }, (_, tool) => readPair(temps[tool], targets[tool]));
  const right = readPair(detail['rightTemp'], detail['rightTargetTemp']);
  return tools > 1 ? [right, readPair(detail['leftTemp'], detail['leftTargetTemp'])] : [right];
}

function readChamber(detail: JsonRecord): HeaterReading | undefined {
  if (meansNoChamberSensor(readNumber(detail['chamberTemp']))) return undefined;
  return readPair(detail['chamberTemp'], detail['chamberTargetTemp']);
}

/** Every heater that the printer has. */
export function readHeaters(
  detail: JsonRecord,
  product: Product | undefined,
): ReadonlyMap<string, HeaterReading> | undefined {
  const [first, ...others] = readTools(detail, readToolCount(detail, product));
  return mapOf([
    ['tool0', first],
    ...others.map((reading, index) => [`tool${index + 1}`, present(reading)] as const),
    ['bed', present(readPair(detail['platTemp'], detail['platTargetTemp']))],
    ['chamber', product?.chamberSensor === false ? undefined : readChamber(detail)],
  ]);
}
