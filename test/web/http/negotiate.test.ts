// The format for an Accept header, the encodings for an Accept-Encoding header, and that no header causes an error.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Request } from '../../../src/web/http/message.ts';
import { acceptsGzip, negotiateFormat, refusesIdentity } from '../../../src/web/http/negotiate.ts';

function requestWith(headers: Request['headers']): Request {
  return { method: 'GET', url: new URL('http://x/metrics'), headers, signal: new AbortController().signal };
}

const formatFor = (accept: string | undefined): string => negotiateFormat(requestWith({ accept }));
function encodingFor(header: string | undefined): string {
  const request = requestWith({ 'accept-encoding': header });
  if (acceptsGzip(request)) return refusesIdentity(request) ? 'gzip only' : 'gzip';
  return refusesIdentity(request) ? 'neither' : 'identity';
}

const PROTOBUF =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,' +
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,' +
  'application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,' +
  'text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
  'application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2';

describe('the format for real clients', () => {
  it.each([
    [
      'Prometheus 2.42',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,' +
        'text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['Prometheus 3.3', PROMETHEUS_3, 'openmetrics'],
    ['Prometheus 3 with native histograms', PROTOBUF, 'openmetrics'],
    [
      'Prometheus 3, told to scrape text',
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4',
      'text',
    ],
    // It does not support 1.0.0.
    ['Prometheus 2.30', 'application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 'text'],
    ['Firefox', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8', 'text'],
    ['curl', '*/*', 'text'],
    ['a client that says nothing', undefined, 'text'],
  ])('%s', (_client, accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });
});

describe('the format', () => {
  it.each([
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0;charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text; charset="UTF-8"; version="1.0.0"', 'openmetrics'],
    ['APPLICATION/OPENMETRICS-TEXT;VERSION=1.0.0', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0;escaping=values', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0 ; escaping = "dots"', 'openmetrics'],
    ['text/plain;version=0.0.4;escaping=underscores', 'text'],
    ['text/plain', 'text'],
    ['text/*', 'text'],
    ['application/*', 'openmetrics'],
    // Unknown versions and charsets are skipped, which leaves text.
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;version=1.0.0;charset=utf-16', 'text'],
    ['application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.1', 'openmetrics'],
    ['text/plain;version=1.0.0,application/openmetrics-text;version=1.0.0;q=0.5', 'openmetrics'],
    ['application/json', 'text'],
    ['', 'text'],
  ])('%s is %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });

  it.each([
    ['text/plain;q=0.3,application/openmetrics-text;q=0.301', 'openmetrics'],
    ['application/openmetrics-text;q=0.3,text/plain;q=0.301', 'text'],
    ['application/openmetrics-text;q=0.9,text/plain', 'text'],
    ['application/openmetrics-text;Q=0.1,text/plain;q=0.2', 'text'],
    ['application/openmetrics-text;q=0.5,*/*;q=0.8', 'text'],
    ['*/*;q=0.8,application/openmetrics-text;q=0.9', 'openmetrics'],
    // With the same q, the first one wins.
    ['text/plain,application/openmetrics-text', 'text'],
    ['application/openmetrics-text,text/plain', 'openmetrics'],
    // q=0 excludes a format.
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=0,*/*', 'text'],
    ['text/plain;q=0,*/*;q=0.1', 'openmetrics'],
    ['text/plain;q=0,application/openmetrics-text;q=0.001', 'openmetrics'],
    ['text/plain;q=0,application/openmetrics-text;q=0', 'text'],
  ])('of the highest q: %s is %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });

  it.each([
    [',,,;;;===', 'text'],
    [',application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text;;version=1.0.0;', 'openmetrics'],
    ['application/openmetrics-text;q=much,text/plain', 'text'],
    ['application/openmetrics-text;__proto__=1;constructor=2', 'text'],
    [';escaping=x', 'text'],
    ['text', 'text'],
  ])('malformed: %s is %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });
});

describe('the encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['deflate, gzip, br, zstd', 'gzip'],
    ['*', 'gzip'],
    ['br', 'identity'],
    ['identity', 'identity'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, *', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=0.001', 'gzip'],
    ['identity;q=0, gzip', 'gzip only'],
    ['gzip, *;q=0', 'gzip only'],
    ['identity;q=0', 'neither'],
    ['*;q=0', 'neither'],
    ['gzip;q=much', 'identity'],
    [',,;;=', 'identity'],
  ])('for %s is %s', (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding);
  });
});

describe('no header', () => {
  const parts = fc.constantFrom(
    ...['text/plain', 'application/openmetrics-text', '*/*', 'gzip', 'identity', 'version=', '1.0.0', '0.0.4'],
    ...['q=', '0', '1', '.5', ';', ',', ' ', '\t', '=', '"', '\\', 'escaping=', '__proto__', '\u00ff'],
  );
  const headers = fc.oneof(
    fc.string(),
    fc.array(parts, { maxLength: 40 }).map((all) => all.join('')),
  );

  it('is an error', () => {
    fc.assert(
      fc.property(headers, (header) => {
        expect(['text', 'openmetrics']).toContain(formatFor(header));
        expect(encodingFor(header)).toMatch(/^(gzip|gzip only|identity|neither)$/);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['commas', 'a,'.repeat(8000)],
    ['semicolons', ';'.repeat(16_000)],
    ['quotes', 'a/b;q="'.repeat(2000)],
    ['blanks', `;${' '.repeat(16_000)}escaping`],
    ['types', 'text/plain;q=0.1,'.repeat(900)],
  ])('of 16 kB takes long: %s', (_of, header) => {
    const beganAt = performance.now();
    formatFor(header);
    encodingFor(header);
    expect(performance.now() - beganAt).toBeLessThan(200);
  });
});
