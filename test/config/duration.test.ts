import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/config/duration.ts';
import { ConfigError } from '../../src/config/error.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1h1m1s1ms', 3_661_001],
    ['2147483647ms', 2 ** 31 - 1],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  // The last ones are more than a timer of Node.js holds.
  it.each([
    '',
    ' ',
    '5',
    '10 s',
    ' 10s',
    '10s ',
    '1.5s',
    '-5s',
    '+5s',
    '1s1m',
    '1s1s',
    '1d',
    '10S',
    's',
    '1e3s',
    '2147483648ms',
    '999h',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(/ is no duration: write 500ms, 10s, 1m30s or 1h$/);
  });

  it('reads any duration as it is written', () => {
    const parts = fc.tuple(fc.nat(100), fc.nat(10_000), fc.nat(10_000), fc.nat(100_000));
    const units = ['h', 'm', 's', 'ms'];
    fc.assert(
      fc.property(parts, ([hours, minutes, seconds, ms]) => {
        const text = [hours, minutes, seconds, ms].map((part, index) => (part === 0 ? '' : `${part}${units[index]}`));
        fc.pre(text.join('') !== '');
        expect(parseDuration(text.join(''))).toBe(((hours * 60 + minutes) * 60 + seconds) * 1000 + ms);
      }),
    );
  });

  it('throws nothing but ConfigError and returns what a timer holds', () => {
    const near = fc.array(fc.constantFrom('1', '90', 'h', 'm', 's', 'ms', '.', '-', ' ', 'e'), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          near.map((words) => words.join('')),
        ),
        (text) => {
          try {
            const ms = parseDuration(text);
            expect(Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
