// M27: the progress of the print, in the unit that the model counts in (docs/protocol.md#m27-progress).

import { hasValue } from '../common/defined.ts';
import { cleanLine, NUMBER, NUMBER_END } from './values.ts';

export interface PrintProgress {
  /** The two numbers as sent, whatever their unit. */
  readonly printed?: number | undefined;
  readonly total?: number | undefined;
  /** 0 to 1; undefined if no file is loaded (total 0). */
  readonly ratio?: number | undefined;
  /** Only if the printer counts bytes. */
  readonly bytes?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly layer?: number | undefined;
  readonly layers?: number | undefined;
}

const PAIR = String.raw`(${NUMBER})\s*\/\s*(${NUMBER})${NUMBER_END}`;
const PRINTED = new RegExp(String.raw`SD printing byte\s*${PAIR}`, 'i');
const LAYER = new RegExp(String.raw`Layer\s*:\s*${PAIR}`, 'i');

// Totals of 100 and 1000 mean percent and per mille. A printer that counts bytes has a larger total.
const LARGEST_RATIO_TOTAL = 1000;
// As over HTTP: a larger number is uninitialised memory (docs/protocol.md#http-detail-fields).
const MAX_LAYERS = 100_000;

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function match(lines: readonly string[], pattern: RegExp): [number | undefined, number | undefined] {
  for (const line of lines) {
    const found = pattern.exec(cleanLine(line));
    if (found) return [Number(found[1]), Number(found[2])];
  }
  return [undefined, undefined];
}

/** Parses the lines of an M27 reply; undefined if it has neither progress nor layers. */
export function parseM27(lines: readonly string[]): PrintProgress | undefined {
  const [printed, total] = match(lines, PRINTED);
  const [layer, layers] = match(lines, LAYER);
  const isKnown = isCount(printed) && isCount(total);
  const countsBytes = isKnown && total > LARGEST_RATIO_TOTAL;
  const parsed: PrintProgress = {
    printed: isKnown ? printed : undefined,
    total: isKnown ? total : undefined,
    // A Finder counts one byte past the end: test/captures/finder1-v1.5-20160804-idle/M27.txt.
    ratio: isKnown && total > 0 ? Math.min(1, printed / total) : undefined,
    bytes: countsBytes ? printed : undefined,
    sizeBytes: countsBytes ? total : undefined,
    layer: isCount(layer) && layer <= MAX_LAYERS ? layer : undefined,
    layers: isCount(layers) && layers <= MAX_LAYERS ? layers : undefined,
  };
  return hasValue(parsed) ? parsed : undefined;
}
