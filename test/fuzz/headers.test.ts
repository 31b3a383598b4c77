// The request headers that the exporter parses: Accept, Accept-Encoding and X-Prometheus-Scrape-Timeout-Seconds.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrapeTimeMs } from '../../src/web/http/deadline.ts';
import { type Request, RequestError } from '../../src/web/http/message.ts';
import { acceptsGzip, negotiateFormat } from '../../src/web/http/negotiate.ts';
import { headerValues } from '../support/arbitraries.ts';
import { fuzzing, inTime } from '../support/fuzz.ts';

function requestWith(name: string, value: string): Request {
  const { signal } = new AbortController();
  return { method: 'GET', url: new URL('http://exporter/metrics'), headers: { [name]: value }, signal };
}

describe('any header', () => {
  it('Accept selects OpenMetrics only if it names it or a wildcard', () => {
    const words = ['text/plain', 'application/openmetrics-text', 'version=0.0.4', 'version=1.0.0', 'charset=utf-8'];
    const chosen = new Set<string>();
    fc.assert(
      fc.property(headerValues([...words, 'escaping=allow-utf-8', 'text/*', 'application/*']), (accept) => {
        const format = inTime(() => negotiateFormat(requestWith('accept', accept)));
        chosen.add(format);
        if (format === 'openmetrics') expect(accept).toMatch(/application\/|\*\/\*/i);
      }),
      fuzzing(),
    );
    expect(chosen).toEqual(new Set(['text', 'openmetrics']));
  });

  it('Accept-Encoding selects gzip only if it names it or a wildcard', () => {
    const chosen = new Set<boolean>();
    fc.assert(
      fc.property(headerValues(['gzip', 'GZIP', 'identity', 'br', 'deflate', 'x-gzip']), (encoding) => {
        const gzip = inTime(() => acceptsGzip(requestWith('accept-encoding', encoding)));
        chosen.add(gzip);
        if (gzip) expect(encoding).toMatch(/gzip|\*/i);
      }),
      fuzzing(),
    );
    expect(chosen).toEqual(new Set([true, false]));
  });

  it('Accept-Encoding with gzip;q=0 never selects gzip', () => {
    const others = fc.array(fc.constantFrom('br', 'deflate;q=0.5', 'identity', '*;q=0.1', 'compress'), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(others, fc.nat(4), fc.constantFrom('gzip;q=0', 'gzip; q=0.0', 'GZIP;q=0.000'), (list, at, no) => {
        const encoding = [...list.slice(0, at), no, ...list.slice(at)].join(', ');
        expect(acceptsGzip(requestWith('accept-encoding', encoding))).toBe(false);
      }),
      fuzzing(),
    );
  });

  it('the scrape timeout is one that a timer can hold, or the header is refused with 400', () => {
    const times = fc.oneof(
      headerValues(['1', '10', '.5', 'e', '+', '-', '0', '00', 'Infinity', 'NaN', '0x10', '1_0']),
      fc.double().map(String),
      fc.integer().map(String),
    );
    let taken = 0;
    fc.assert(
      fc.property(times, fc.nat(60_000), (header, offsetMs) => {
        try {
          const request = requestWith('x-prometheus-scrape-timeout-seconds', header);
          const ms = inTime(() => scrapeTimeMs(request, { defaultMs: 10_000, offsetMs }));
          taken += 1;
          expect(ms).toBeGreaterThan(0);
          expect(ms).toBeLessThanOrEqual(600_000);
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
          expect(error.status).toBe(400);
        }
      }),
      fuzzing(),
    );
    expect(taken).toBeGreaterThan(fuzzing().numRuns / 20);
  });
});
