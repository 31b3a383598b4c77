// How long a scrape may take: the arithmetic of the header, and invalid values.

import { describe, expect, it } from 'vitest';
import { scrapeTimeMs } from '../../../src/web/http/deadline.ts';
import { RequestError } from '../../../src/web/http/message.ts';

const HEADER = 'x-prometheus-scrape-timeout-seconds';

function timeFor(header: string | string[] | undefined, offsetMs = 500): number {
  const headers = header === undefined ? {} : { [HEADER]: header };
  const { signal } = new AbortController();
  const request = { method: 'GET', url: new URL('http://x/metrics'), headers, signal };
  return scrapeTimeMs(request, { defaultMs: 12_345, offsetMs });
}

describe('the time for a scrape', () => {
  it('is the default without the header, and the offset is not subtracted', () => {
    expect(timeFor(undefined)).toBe(12_345);
  });

  it.each([
    ['10', 9500],
    ['10.000000', 9500],
    [' 10 ', 9500],
    ['1.5', 1000],
    ['.75', 375],
    ['1e1', 9500],
    ['1E+1', 9500],
    // At most twice the offset: half of the timeout.
    ['1', 500],
    ['1.001', 501],
    ['0.5', 250],
    ['0.001', 0.5],
    ['600', 599_500],
    ['601', 599_500],
    ['1e400', 599_500],
    ['9'.repeat(400), 599_500],
  ])('%s s is %d ms', (header, ms) => {
    expect(timeFor(header)).toBeCloseTo(ms, 6);
  });

  it('subtracts the offset', () => {
    expect(timeFor('10', 0)).toBe(10_000);
    expect(timeFor('10', 2000)).toBe(8000);
    expect(timeFor('10', 20_000)).toBe(5000);
  });

  it.each([
    '',
    ' ',
    '0',
    '0.0',
    '-1',
    '+1',
    '10s',
    'ten',
    'NaN',
    'Infinity',
    '0x10',
    '1.',
    '1e',
    '1,5',
    '10, 10',
    '1e-400',
  ])('%j is refused', (header) => {
    expect(() => timeFor(header)).toThrow(RequestError);
    expect(() => timeFor(header)).toThrow(
      `X-Prometheus-Scrape-Timeout-Seconds: "${header}" is not a number of seconds`,
    );
  });

  it('is rejected if the header is repeated', () => {
    expect(() => timeFor(['10', '20'])).toThrow(RequestError);
  });

  it('is parsed from 16 kB of digits without delay', () => {
    const beganAt = performance.now();
    expect(() => timeFor(`${'1'.repeat(16_000)}x`)).toThrow(RequestError);
    expect(performance.now() - beganAt).toBeLessThan(50);
  });
});
