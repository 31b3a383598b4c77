// The framer on any bytes, in any pieces.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from '../../src/tcp/framer.ts';
import { reply } from '../support/scripted-printer.ts';
import { frame, LIMIT } from './frame.ts';

/** Pieces that look like the protocol, so that random streams reach every branch. */
const streams = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'CMD M119 Received.',
        'CMD 602 Received.',
        'CMD',
        'ok',
        'OK',
        'o',
        'k',
        '\r\n',
        '\n',
        '\r',
        ' ',
        'N0001 ok.',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.from(pieces.join('')));
const anyBytes = fc.oneof(streams, fc.uint8Array({ maxLength: 300 }));
const cuts = fc.array(fc.nat(300), { maxLength: 20 });

function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...[...at].sort((a, b) => a - b).map((place) => Math.min(place, bytes.length)), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('any bytes', () => {
  it('give the same replies, the same end and the same failure however they are cut', () => {
    fc.assert(
      fc.property(anyBytes, cuts, fc.constantFrom(40, 64, LIMIT), (bytes, at, limit) => {
        const once = frame([bytes], limit);
        const pieces = frame(split(bytes, at), limit);
        expect(pieces.replies).toEqual(once.replies);
        expect(pieces.error === undefined).toBe(once.error === undefined);
        if (once.error !== undefined) return;
        expect(pieces.framer.endsInOk).toBe(once.framer.endsInOk);
        expect(pieces.framer.pendingBytes).toBe(once.framer.pendingBytes);
        expect(pieces.framer.flush()).toEqual(once.framer.flush());
      }),
      { numRuns: 2000 },
    );
  });

  it('throw nothing but PrinterError, and keep no more than the limit', () => {
    fc.assert(
      fc.property(anyBytes, cuts, (bytes, at) => {
        const framer = new Framer(64);
        const lines: string[] = [];
        for (const part of split(bytes, at)) {
          try {
            framer.push(part, (whole) => lines.push(...whole.lines));
          } catch (error) {
            expect(error).toMatchObject({ name: 'PrinterError', code: 'protocol' });
            return;
          }
          expect(framer.pendingBytes).toBeLessThanOrEqual(64);
        }
        for (const line of lines) {
          expect(line).toBe(line.trim());
          expect(line).not.toMatch(/^$|\n/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keep no memory of a long stream of replies', () => {
    const framer = new Framer(LIMIT);
    const chunk = Buffer.from(reply('M105', 'T0:24 /0 B:0 /0').repeat(100));
    let count = 0;
    for (let i = 0; i < 200; i++) {
      framer.push(chunk, () => {
        count += 1;
      });
      expect(framer.pendingBytes).toBe(0);
    }
    expect(count).toBe(20_000);
  });
});
