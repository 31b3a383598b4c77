// The parsers with arbitrary lines, and the whole path from bytes to pages.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseM27 } from '../../src/tcp/m27.ts';
import { parseM105 } from '../../src/tcp/m105.ts';
import { parseM114 } from '../../src/tcp/m114.ts';
import { parseM115 } from '../../src/tcp/m115.ts';
import { parseM119 } from '../../src/tcp/m119.ts';
import type { TcpReplies } from '../../src/tcp/replies.ts';
import { snapshotFromTcp } from '../../src/tcp/snapshot.ts';
import { conversations, replyLines } from '../support/arbitraries.ts';
import { fuzzing, inTime } from '../support/fuzz.ts';
import { frame } from '../tcp/frame.ts';
import { createFuzzedPrinter } from './fuzzed-printer.ts';

/** Every number in nested plain data. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Map) return [...value.values()].flatMap(numbersIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe('any lines', () => {
  it.each([
    ['M105', parseM105],
    ['M27', parseM27],
    ['M114', parseM114],
    ['M115', parseM115],
    ['M119', parseM119],
  ])('are parsed by %s into finite numbers or nothing', (_command, parse) => {
    let understood = 0;
    fc.assert(
      fc.property(replyLines, (lines) => {
        const parsed = inTime(() => parse(lines));
        if (parsed === undefined) return;
        understood += 1;
        for (const value of numbersIn(parsed)) expect(value).toSatisfy(Number.isFinite);
      }),
      fuzzing(),
    );
    // Make sure that the property saw parsed replies.
    expect(understood).toBeGreaterThan(10);
  });

  it('are parsed by M27 into a ratio from 0 to 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (printed, total) => {
        const ratio = parseM27([`SD printing byte ${printed}/${total}`])?.ratio;
        const known = printed >= 0 && total > 0;
        expect(ratio === undefined).toBe(!known);
        if (ratio !== undefined) expect(ratio >= 0 && ratio <= 1).toBe(true);
      }),
      fuzzing(),
    );
  });
});

describe('any number', () => {
  const written = fc
    .tuple(fc.constantFrom('', '+'), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(2))
    .map(([plus, value, how]) => {
      const text = [value.toString(), value.toExponential(), value.toFixed(3)][how] ?? '';
      return value < 0 || Object.is(value, -0) ? text : plus + text;
    });
  const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
  const almostNumber = fc.oneof(
    written,
    fc.string({
      unit: fc.constantFrom(...'0129', '.', '+', '-', 'e', 'E', ',', '/', '%', 'x', '\u00b0'),
      minLength: 1,
      maxLength: 8,
    }),
  );

  it('is read exactly, and millimetres become metres', () => {
    fc.assert(
      fc.property(written, (text) => {
        const { meters } = parseM114([`X:${text} Y:1`])?.get('x') ?? {};
        const value = Number(text);
        if (!/e/i.test(text)) expect(meters).toBe(Number(`${text}e-3`));
        expect(Math.abs((meters ?? Number.NaN) * 1000 - value)).toBeLessThanOrEqual(
          Math.abs(value) * 1e-15 + Number.MIN_VALUE * 1000,
        );
        const heater = parseM105([`T0:${text}/${text}`])?.get('tool0');
        expect(heater).toMatchObject({ current: text, target: text });
        if (heater?.celsius !== undefined) expect(heater.celsius).toBe(value);
      }),
      fuzzing(),
    );
  });

  it('that continues with other characters is not read', () => {
    fc.assert(
      fc.property(almostNumber, (text) => {
        const read = [
          parseM114([`X:${text}`])?.get('x')?.text,
          parseM105([`T0:1/${text}`])?.get('tool0')?.target,
          parseM27([`SD printing byte 1/${text}`])?.total?.toString(),
        ];
        const value = Number(text);
        const isCount = Number.isSafeInteger(value) && value >= 0;
        if (NUMBER.test(text)) {
          expect(read).toEqual([Number.isFinite(value) ? text : undefined, text, isCount ? String(value) : undefined]);
        }
        for (const number of read.slice(0, 2)) {
          if (number === undefined) continue;
          expect(number).toMatch(NUMBER);
          expect(text.startsWith(number)).toBe(true);
          expect(text.slice(number.length)).not.toMatch(/^(?:[\d.e]|[-+,x]\d)/i);
        }
      }),
      fuzzing(),
    );
  });
});

/** The replies in these bytes, each taken as the one that was asked for. */
function repliesIn(bytes: Uint8Array): TcpReplies {
  const found: TcpReplies = {};
  const keep = <K extends keyof TcpReplies>(key: K, parsed: TcpReplies[K] | undefined): void => {
    if (parsed !== undefined) found[key] = parsed;
  };
  for (const { command, lines } of frame([bytes]).replies) {
    if (command === 'M119') keep('m119', parseM119(lines));
    if (command === 'M105') keep('m105', parseM105(lines));
    if (command === 'M27') keep('m27', parseM27(lines));
    if (command === 'M114') keep('m114', parseM114(lines));
    if (command === 'M115') keep('m115', parseM115(lines));
  }
  return found;
}

describe('any conversation', () => {
  it('gives complete pages and documents, and bounded memory', async () => {
    const printer = createFuzzedPrinter('tcp');
    await fc.assert(
      fc.asyncProperty(conversations, async (texts) => {
        const replies = inTime(() => repliesIn(Buffer.from(texts.join(''))));
        await printer.check(snapshotFromTcp(replies), replies);
      }),
      fuzzing(),
    );
    printer.expectNoGrowth();
  });
});
