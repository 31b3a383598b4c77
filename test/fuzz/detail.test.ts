// The HTTP side's answers: any JSON, any text, and captured bodies that were damaged on the way.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDetail } from '../../src/lan-http/detail.ts';
import { openEnvelope, parseJson } from '../../src/lan-http/envelope.ts';
import { PrinterError } from '../../src/printer/errors.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import { anyJson, DETAIL_BODIES, details, detailTexts, REACHING_KEYS } from '../support/arbitraries.ts';
import { fuzzing, inTime } from '../support/fuzz.ts';
import { createWatched } from './watched.ts';

const CHECK_CODE = 'c0de4you';

function expectPlain(value: unknown): void {
  if (value instanceof Map || Array.isArray(value)) {
    for (const inner of [...value.values()]) expectPlain(inner);
  } else if (typeof value === 'number') {
    expect(Number.isFinite(value) && !Object.is(value, -0)).toBe(true);
  } else if (typeof value === 'string') {
    expect(value.length).toBeLessThanOrEqual(256);
  } else if (typeof value !== 'boolean') {
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    for (const [key, inner] of Object.entries(Object(value))) {
      expect(REACHING_KEYS).not.toContain(key);
      expectPlain(inner);
    }
  }
}

/** What a body says; undefined where it is refused, which must be by a PrinterError that is short and keeps secrets. */
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

describe('anything at all', () => {
  it('as JSON is read or refused with a PrinterError, and what is read is plain and finite', () => {
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

  it('as text ends in pages and documents that are whole', async () => {
    const watched = createWatched('http');
    let understood = 0;
    await fc.assert(
      fc.asyncProperty(detailTexts, async (text) => {
        const snapshot = inTime(() => read(text));
        if (snapshot === undefined) return;
        understood += 1;
        expectPlain(snapshot);
        await watched.check(snapshot);
      }),
      fuzzing(),
    );
    watched.expectNoGrowth();
    expect(understood).toBeGreaterThan(fuzzing().numRuns / 10);
  });

  it.each(['"', '\\', '"\\', '{', '[', '{"a":', 'nan ', '-', 'inf', '"a",', '\u0000'])(
    '256 kB of %j take no time',
    (piece) => {
      inTime(() => read(piece.repeat(256_000 / piece.length)));
    },
  );
});

it('there are captured bodies to damage', () => {
  expect(DETAIL_BODIES.length).toBeGreaterThan(5);
});
