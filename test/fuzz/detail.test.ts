// HTTP responses: any JSON, any text, and damaged captures.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDetail } from '../../src/lan-http/detail.ts';
import { openEnvelope, parseJson } from '../../src/lan-http/envelope.ts';
import { PrinterError } from '../../src/printer/errors.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import { anyJson, DETAIL_BODIES, details, detailTexts, PROTOTYPE_KEYS } from '../support/arbitraries.ts';
import { fuzzing, inTime } from '../support/fuzz.ts';
import { createFuzzedPrinter } from './fuzzed-printer.ts';

const CHECK_CODE = 'c0de4you';

function expectPlain(value: unknown): void {
  if (value instanceof Map || Array.isArray(value)) {
    for (const inner of [...value.values()]) expectPlain(inner);
  } else if (typeof value === 'number') {
    expect(Number.isFinite(value) && !Object.is(value, -0)).toBe(true);
  } else if (typeof value === 'string') {
    expect(value.length).toBeLessThanOrEqual(256);
  } else if (value !== undefined && typeof value !== 'boolean') {
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    for (const [key, inner] of Object.entries(Object(value))) {
      expect(PROTOTYPE_KEYS).not.toContain(key);
      expectPlain(inner);
    }
  }
}

/** Parses a body. Undefined if it is refused, which must be with a short PrinterError without the check code. */
function read(text: string): Snapshot | undefined {
  try {
    return parseDetail(openEnvelope(parseJson(text, 'test'), 'test', CHECK_CODE));
  } catch (error) {
    if (!(error instanceof PrinterError)) throw error;
    expect(error.message.length).toBeLessThan(300);
    expect(error.message).not.toContain(CHECK_CODE);
    return undefined;
  }
}

describe('any /detail response', () => {
  it('that is JSON is refused with a PrinterError or read into plain, finite values', () => {
    fc.assert(
      fc.property(fc.oneof(details, anyJson), (payload) => {
        try {
          expectPlain(inTime(() => parseDetail(payload)));
        } catch (error) {
          if (!(error instanceof PrinterError)) throw error;
          expect(typeof payload === 'object' && payload !== null && !Array.isArray(payload)).toBe(false);
        }
      }),
      fuzzing(),
    );
  });

  it('that is any text gives complete pages and documents', async () => {
    const printer = createFuzzedPrinter('http');
    let understood = 0;
    await fc.assert(
      fc.asyncProperty(detailTexts, async (text) => {
        const snapshot = inTime(() => read(text));
        if (snapshot === undefined) return;
        understood += 1;
        expectPlain(snapshot);
        await printer.check(snapshot);
      }),
      fuzzing(),
    );
    printer.expectNoGrowth();
    expect(understood).toBeGreaterThan(fuzzing().numRuns / 10);
  });

  it.each(['"', '\\', '"\\', '{', '[', '{"a":', 'nan ', '-', 'inf', '"a",', '\u0000'])(
    'that is 256 kB of %j is parsed in time',
    (piece) => {
      inTime(() => read(piece.repeat(256_000 / piece.length)));
    },
  );
});

it('the captures have /detail bodies to damage', () => {
  expect(DETAIL_BODIES.length).toBeGreaterThan(5);
});
