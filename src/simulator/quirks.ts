// What some firmware does differently in /detail. Unlike a fault, a quirk lasts, and several can be on at once.

import type { Reading } from './reading.ts';

export const HTTP_QUIRKS = [
  /** `errorCode` is a number, 0 for none (docs/protocol.md#http-error-codes). */
  'error-number',
  /** The file has no slicer data: its estimates are 0. */
  'no-estimates',
  /** `estimatedTime` is the time left, the total, or the elapsed time, whatever the model (docs/protocol.md#http-estimatedtime). */
  'estimate-left',
  'estimate-total',
  'estimate-elapsed',
  /** Other words for printing and completed (docs/protocol.md#http-status-words). */
  'other-words',
  /** A word that is in no list while a job prints. */
  'unknown-word',
  /** A completed job has progress 0 (maziggy/bambuddy#1829). */
  'completed-at-zero',
  /** The filament sensor sees none. Without it, it sees filament. */
  'runout',
  /** No filament sensor fields, as on older firmware. */
  'no-filament-sensor',
] as const;

export type HttpQuirk = (typeof HTTP_QUIRKS)[number];

type Fields = Readonly<Record<string, unknown>>;

const OTHER_WORDS: Readonly<Record<string, string>> = { printing: 'building', completed: 'finish' };
const UNKNOWN_WORDS: Readonly<Record<string, string>> = { printing: 'extruding' };

function numberOf(errorCode: string): number {
  return Number(errorCode.replace(/^E/u, ''));
}

function changes(quirk: HttpQuirk, r: Reading): Fields {
  switch (quirk) {
    case 'error-number':
      return { errorCode: numberOf(r.errorCode) };
    case 'no-estimates':
      return {
        estimatedTime: 0,
        estimatedLeftLen: 0,
        estimatedLeftWeight: 0,
        estimatedRightLen: 0,
        estimatedRightWeight: 0,
      };
    case 'estimate-left':
      return { estimatedTime: r.remainingSeconds };
    case 'estimate-total':
      return { estimatedTime: r.totalSeconds };
    case 'estimate-elapsed':
      return { estimatedTime: r.elapsedSeconds };
    case 'other-words':
      return { status: OTHER_WORDS[r.httpStatus] ?? r.httpStatus };
    case 'unknown-word':
      return { status: UNKNOWN_WORDS[r.httpStatus] ?? r.httpStatus };
    case 'completed-at-zero':
      return r.httpStatus === 'completed' ? { printProgress: 0 } : {};
    case 'runout':
      return { hasRightFilament: false };
    case 'no-filament-sensor':
      return { hasRightFilament: undefined, hasLeftFilament: undefined };
    default:
      return quirk satisfies never;
  }
}

/** The fields of /detail with these quirks. A field that becomes undefined is not sent. */
export function withQuirks(fields: Fields, reading: Reading, quirks: readonly HttpQuirk[]): Record<string, unknown> {
  return Object.assign({}, fields, ...quirks.map((quirk) => changes(quirk, reading)));
}
