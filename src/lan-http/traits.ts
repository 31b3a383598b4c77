// What a /detail field means depends on the product: which one it is, and what it has and has not.

import { onlyDefined } from '../common/defined.ts';
import { findProduct } from '../printer/products.ts';
import { type JsonRecord, readCount, readName } from './fields.ts';

export interface Traits {
  readonly model?: string;
  /** False where the chamber always reads 0/0: there is no sensor. */
  readonly hasChamberSensor: boolean;
  /** False where `doorStatus` is there without a door. */
  readonly hasDoor: boolean;
  readonly hasTvocSensor: boolean;
  /** Whether `estimatedTime` is the time left. On a Creator 5 Pro it is the total, or the time elapsed (docs/protocol.md#http-estimatedtime). */
  readonly estimatesRemaining: boolean;
}

const ADVENTURER_5M = 35;
const ADVENTURER_5M_PRO = 36;
const AD5X = 38;
const OPEN_CHAMBER: ReadonlySet<number | undefined> = new Set([ADVENTURER_5M, ADVENTURER_5M_PRO, AD5X]);

/** The product id, written as a number or as text, decimal or hex (`0024` is 36). No known id is ambiguous. */
function readPid(value: unknown): number | undefined {
  const decimal = readCount(value, 0xffff);
  const text = typeof value === 'string' ? value.trim() : '';
  const hex = /^(?:0x)?[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
  return [decimal, hex].find((pid) => pid !== undefined && findProduct(pid) !== undefined);
}

/** Reads `pid` and the factory `model`, never `name`: owners rename printers (ff-5mp-hass#13). */
export function readTraits(detail: JsonRecord): Traits {
  const pid = readPid(detail['pid']);
  const model = readName(detail['model']) ?? (pid === undefined ? undefined : findProduct(pid)?.model);
  return onlyDefined({
    model,
    hasChamberSensor: !OPEN_CHAMBER.has(pid),
    hasDoor: pid !== ADVENTURER_5M,
    hasTvocSensor: pid === ADVENTURER_5M_PRO,
    estimatesRemaining: OPEN_CHAMBER.has(pid),
  });
}
