// The framer on any bytes, in any pieces.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from '../../src/tcp/framer.ts';
import { cuts, replyBytes, split } from '../support/arbitraries.ts';
import { fuzzing } from '../support/fuzz.ts';
import { reply } from '../support/scripted-printer.ts';
import { bytewise, frame, LIMIT } from '../tcp/frame.ts';

describe('any bytes', () => {
  it('give the same replies, the same end and the same failure however they are cut', () => {
    fc.assert(
      fc.property(replyBytes, cuts, fc.constantFrom(40, 64, LIMIT), (bytes, at, limit) => {
        const once = frame([bytes], limit);
        const pieces = frame(split(bytes, at), limit);
        expect(pieces.replies).toEqual(once.replies);
        expect(pieces.error === undefined).toBe(once.error === undefined);
        if (once.error !== undefined) return;
        expect(pieces.framer.endsInOk).toBe(once.framer.endsInOk);
        expect(pieces.framer.pendingBytes).toBe(once.framer.pendingBytes);
        expect(pieces.framer.flush()).toEqual(once.framer.flush());
      }),
      fuzzing(),
    );
  });

  it('throw nothing but PrinterError, and keep no more than the limit', () => {
    fc.assert(
      fc.property(replyBytes, cuts, (bytes, at) => {
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
      fuzzing(),
    );
  });

  it.each(['x', ' ', '\n', 'ok', 'CMD ', 'CMD M119 Received.\n', 'ok\n'])('%j byte by byte takes no time', (piece) => {
    const bytes = bytewise(piece.repeat(LIMIT / piece.length));
    const beganAt = performance.now();
    frame(bytes);
    // Time that grows with the square of the bytes would be many times that.
    expect(performance.now() - beganAt).toBeLessThan(1000);
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
