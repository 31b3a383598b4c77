import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/common/config-error.ts';
import { parseDuration } from '../../src/common/duration.ts';

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
    ['1d', 86_400_000],
    ['1d12h', 129_600_000],
    ['3w', 1_814_400_000],
    ['0y1w', 604_800_000],
    ['2147483647ms', 2 ** 31 - 1],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

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
    '1h1d',
    '1D',
    '10S',
    's',
    '1e3s',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(/ is not a duration: write 500ms, 10s, 1m30s or 1h$/);
  });

  // More than a timer of Node.js holds.
  it.each(['2147483648ms', '999h', '25d', '4w', '1y', `${'9'.repeat(400)}ms`])('refuses %s as too long', (text) => {
    expect(() => parseDuration(text)).toThrow(/^"\d+\w+" is more than 24 days$/);
  });

  it('reads any duration as it is written, and none that is too long', () => {
    const small = fc.nat(3);
    const parts = fc.tuple(fc.nat(1), small, fc.nat(30), fc.nat(100), fc.nat(10_000), fc.nat(10_000), fc.nat(100_000));
    const units = ['y', 'w', 'd', 'h', 'm', 's', 'ms'];
    fc.assert(
      fc.property(parts, (numbers) => {
        const text = numbers.map((part, index) => (part === 0 ? '' : `${part}${units[index]}`)).join('');
        fc.pre(text !== '');
        const [years, weeks, days, hours, minutes, seconds, milliseconds] = numbers;
        const allHours = (years * 365 + weeks * 7 + days) * 24 + hours;
        const ms = ((allHours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
        if (ms < 2 ** 31) expect(parseDuration(text)).toBe(ms);
        else expect(() => parseDuration(text)).toThrow(ConfigError);
      }),
    );
  });

  it('throws nothing but ConfigError and returns what a timer holds', () => {
    const near = fc.array(fc.constantFrom('1', '90', 'y', 'w', 'd', 'h', 'm', 's', 'ms', '.', '-', ' ', 'e'), {
      maxLength: 8,
    });
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
