// Tolerant readers of single JSON values: firmware writes numbers as numbers or padded strings, and flags in many ways
// (docs/protocol.md#http-requests-and-refusals). What is not understood, or impossible, is undefined.

import { cleanText, cutLabel } from '../common/text.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether it is a JSON object: neither null nor an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
// Below the smallest normal float32 a number is uninitialised memory, such as 1.54e-44:
// captures/http-creator5pro-fw1.9.9-job-start/detail-downloading.json
const SMALLEST_FLOAT32 = 2 ** -126;

/** A finite number that is no denormal; strings are read as decimals. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  if (number === 0) return 0; // -0 too
  return Math.abs(number) < SMALLEST_FLOAT32 ? undefined : number;
}

/** A number within the bounds, which belong to it. */
export function readBetween(value: unknown, low: number, high: number): number | undefined {
  const number = readNumber(value);
  return number !== undefined && number >= low && number <= high ? number : undefined;
}

/** A whole number from 0 to the bound. */
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

/** `open`/`close`, a boolean, 0 or 1. `open` means on: captures/http-5m-pro-fw2.7.2-printing/detail.json */
export function readFlag(value: unknown): boolean | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const word = String(value).trim().toLowerCase();
  return Object.hasOwn(FLAG_WORDS, word) ? FLAG_WORDS[word] : undefined;
}

/** Text fit for a label; it may be empty. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? cutLabel(cleanText(value)) : undefined;
}

/** Text fit for a label, undefined where the printer leaves it empty. */
export function readName(value: unknown): string | undefined {
  return readText(value) || undefined;
}

/** A material's name; a printer that does not know it writes `?` (docs/protocol.md#http-detail-fields). */
export function readMaterial(value: unknown): string | undefined {
  const name = readName(value);
  return name === '?' ? undefined : name;
}

/** The value × 10^power, with the point moved in the decimal text: 0.07 mm is 0.00007 m exactly. */
export function movePoint(value: number | undefined, power: number): number | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  return text.includes('e') ? value * 10 ** power : Number(`${text}e${power}`);
}

/** The entries that have a value, as a map; undefined when none has. */
export function mapOf<V>(entries: Iterable<readonly [string, V | undefined]>): ReadonlyMap<string, V> | undefined {
  const map = new Map<string, V>();
  for (const [key, value] of entries) if (value !== undefined) map.set(key, value);
  return map.size > 0 ? map : undefined;
}

/** The object, or undefined when it holds nothing. */
export function nonEmpty<T extends object>(fields: T): T | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined;
}
