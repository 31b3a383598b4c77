// Tolerant readers for single JSON values: firmware sends numbers as numbers or padded strings, and flags in many spellings
// (docs/protocol.md#http-requests-and-refusals). A value that is not understood, or that is impossible, is undefined.

import { movePoint } from '../common/decimal.ts';
import { hasValue } from '../common/defined.ts';
import { cleanText, cutLabel } from '../common/text.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
// A number below the smallest normal float32, such as 1.54e-44, is uninitialised memory:
// test/captures/http-creator5pro-fw1.9.9-job-start/detail-downloading.json
const SMALLEST_FLOAT32 = 2 ** -126;

/** A finite number, not a denormal. Strings are read as decimals. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  if (number === 0) return 0; // -0 too
  return Math.abs(number) < SMALLEST_FLOAT32 ? undefined : number;
}

/** A number within the bounds, inclusive. */
export function readBetween(value: unknown, low: number, high: number): number | undefined {
  const number = readNumber(value);
  return number !== undefined && number >= low && number <= high ? number : undefined;
}

/** A whole number from 0 to the bound, inclusive. */
export function readCount(value: unknown, high: number): number | undefined {
  const number = readBetween(value, 0, high);
  return Number.isInteger(number) ? number : undefined;
}

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  open: true,
  on: true,
  true: true,
  '1': true,
  close: false,
  closed: false,
  off: false,
  false: false,
  '0': false,
};

/** `open`/`close`, a boolean, 0 or 1. `open` means on: test/captures/http-5m-pro-fw2.7.2-printing/detail.json */
export function readFlag(value: unknown): boolean | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const word = String(value).trim().toLowerCase();
  return Object.hasOwn(FLAG_WORDS, word) ? FLAG_WORDS[word] : undefined;
}

/** Text fit for a label. May be empty. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? cutLabel(cleanText(value)) : undefined;
}

/** Text fit for a label; undefined if empty. */
export function readName(value: unknown): string | undefined {
  return readText(value) || undefined;
}

/** A material's name; undefined for `?`, which means unknown (docs/protocol.md#http-material-station). */
export function readMaterial(value: unknown): string | undefined {
  const name = readName(value);
  return name === '?' ? undefined : name;
}

/** A number within the bounds, inclusive, times 10^power: percent as a ratio, millimetres as metres. */
export function readScaled(value: unknown, low: number, high: number, power: number): number | undefined {
  const number = readBetween(value, low, high);
  return number === undefined ? undefined : movePoint(number, power);
}

/** A map of the entries that have a value; undefined if none has. */
export function mapOf<V>(entries: Iterable<readonly [string, V | undefined]>): ReadonlyMap<string, V> | undefined {
  const map = new Map<string, V>();
  for (const [key, value] of entries) if (value !== undefined) map.set(key, value);
  return map.size > 0 ? map : undefined;
}

/** The object; undefined if nothing in it is known. */
export function nonEmpty<T extends object>(fields: T): T | undefined {
  return hasValue(fields) ? fields : undefined;
}
