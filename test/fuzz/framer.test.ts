// The framer with arbitrary bytes, cut anywhere.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from '../../src/tcp/framer.ts';
import { cuts, replyBytes, split } from '../support/arbitraries.ts';
import { fuzzing } from '../support/fuzz.ts';
import { reply } from '../support/scripted-printer.ts';
import { bytewise, frame, LIMIT, latin1, push } from '../tcp/frame.ts';

describe('any bytes', () => {
  it('give the same replies and the same state however they are split into chunks', () => {
    fc.assert(
      fc.property(replyBytes, cuts, fc.constantFrom(40, 64, LIMIT), (bytes, at, limit) => {
        const once = frame([bytes], limit);
        const pieces = frame(split(bytes, at), limit);
        expect(pieces.replies).toEqual(once.replies);
        expect(pieces.framer.endsInOk).toBe(once.framer.endsInOk);
        expect(pieces.framer.isTooLong).toBe(once.framer.isTooLong);
        expect(pieces.framer.pendingBytes).toBe(once.framer.pendingBytes);
        expect(pieces.framer.hasBegun('M119')).toBe(once.framer.hasBegun('M119'));
        const command = once.framer.hasBegun('M119') ? 'M119' : undefined;
        expect(pieces.framer.flush(command)).toEqual(once.framer.flush(command));
      }),
      fuzzing(),
    );
  });

  it('never throw and never buffer more than the limit', () => {
    fc.assert(
      fc.property(replyBytes, cuts, (bytes, at) => {
        const framer = new Framer(64);
        const lines: string[] = [];
        for (const part of split(bytes, at)) {
          lines.push(...push(framer, latin1(part)).flatMap((whole) => whole.lines));
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

  it.each(['x', ' ', '\n', 'ok', 'CMD ', 'CMD M119 Received.\n', 'ok\n'])(
    'that repeat %j byte by byte are framed in time',
    (piece) => {
      const bytes = bytewise(piece.repeat(LIMIT / piece.length));
      const startedAt = performance.now();
      frame(bytes);
      // A quadratic framer would take many times as long.
      expect(performance.now() - startedAt).toBeLessThan(1000);
    },
  );

  it('never hide a reply that follows them, on a new line or on the same line', () => {
    fc.assert(
      fc.property(replyBytes, cuts, fc.constantFrom('', '\r\n'), (noise, at, between) => {
        // Bytes that open a reply may continue with anything; other tests cover that.
        fc.pre(frame([noise]).framer.openCommand === undefined);
        const bytes = Buffer.concat([noise, Buffer.from(between + reply('M105', 'T0:24 /0'))]);
        const { replies } = frame(split(bytes, at), 40);
        expect(replies.at(-1)).toEqual({ command: 'M105', lines: ['T0:24 /0'], complete: true });
      }),
      fuzzing(),
    );
  });

  it('of a long stream of replies are not kept in memory', () => {
    const framer = new Framer(LIMIT);
    const chunk = reply('M105', 'T0:24 /0 B:0 /0').repeat(100);
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
