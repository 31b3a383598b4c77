// Raw requests to the whole exporter, with any path, query, method and headers.

import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { headerValues } from '../support/arbitraries.ts';
import { startTestExporter, type TestExporter } from '../support/exporter.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import { collectLog, configOf } from '../support/fleet.ts';
import { fuzzing } from '../support/fuzz.ts';
import { connectRaw } from '../support/http.ts';

let printer: SimulatedPrinter;
let exporter: TestExporter;
const { log, lines } = collectLog();
beforeAll(async () => {
  printer = await startSimulatedPrinter({ model: 'finder', name: 'finder' });
  exporter = await startTestExporter([configOf(printer)], { log });
});
afterAll(async () => {
  await exporter.close(0);
  await printer.close();
});

const paths = fc.oneof(
  fc.constantFrom('/metrics', '/probe', '/finder/status', '/finder/progress'),
  fc.constantFrom('/', '/metrics', '/probe', '/sd', '/config', '/-/healthy', '/-/ready', '/-/reload', '/favicon.ico'),
  fc
    .tuple(
      fc.constantFrom(
        'finder',
        'localhost:1',
        '127.0.0.1:9',
        '%66inder',
        '%ff',
        '%',
        '..',
        '',
        '[::1]',
        'x'.repeat(300),
      ),
      fc.constantFrom('info', 'head-location', 'temp', 'progress', 'status', '', 'nothing', 'info/info'),
    )
    .map((parts) => `/${parts.join('/')}`),
  fc
    .array(
      fc.constantFrom(
        '/',
        '//',
        '//[',
        '[',
        '..',
        '%2f',
        '%00',
        '%e4',
        '\\',
        '?',
        '#',
        ':',
        '@',
        'http:',
        'metrics',
        '\u00e4',
      ),
    )
    .map((parts) => parts.join('')),
);
const target = fc.oneof(
  fc.constantFrom('finder', 'a', '192.168.1.1', '[::1]:1', '::1', 'a:0', 'a:99999', '127.0.0.1.', '%', 'x'.repeat(300)),
  fc.string({ maxLength: 30 }).map(encodeURIComponent),
  fc
    .array(fc.constantFrom('[', ']', ':', '.', '%25', '-', '1', '255', 'a', '/', '+', '%00', '%ff', '&', '='), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);
const queries = fc.oneof(
  fc.constant(''),
  fc.constantFrom('?target=finder', '?target=%66inder', '?x=1'),
  target.map((value) => `?target=${value}`),
  fc.array(target, { maxLength: 3 }).map((values) => `?${values.map((value) => `target=${value}`).join('&')}`),
  target.map((value) => `?${value}`),
);
const methods = fc.oneof(
  { weight: 6, arbitrary: fc.constant('GET') },
  { weight: 2, arbitrary: fc.constantFrom('HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE', 'TRACE', 'PATCH', 'PROPFIND') },
  { weight: 1, arbitrary: fc.constantFrom('get', 'BREW', '', 'GET GET') },
);
// A header value may contain any byte except line endings.
const header = (name: string, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  values.map((value) => `${name}: ${value.replace(/[^\t -~\u0080-\u00ff]/g, '')}\r\n`);
const GOOD_HEADERS = [
  header('Accept', headerValues(['text/plain', 'application/openmetrics-text', 'version=1.0.0'])),
  header('Accept-Encoding', headerValues(['gzip', 'identity'])),
  header('X-Prometheus-Scrape-Timeout-Seconds', fc.constantFrom('10', '2.5', '600')),
  header('Origin', fc.string({ maxLength: 20 })),
];
const BAD_HEADERS = [
  header('X-Prometheus-Scrape-Timeout-Seconds', headerValues(['1', '10', '.5', 'e'])),
  header('Content-Length', fc.constantFrom('0', '-1', '5', '99999999999999999999', 'x')),
  header('Transfer-Encoding', fc.constantFrom('chunked', 'gzip', 'x')),
  header('Expect', fc.constantFrom('100-continue', 'x')),
];
const headers = fc
  .oneof(
    { weight: 4, arbitrary: fc.subarray(GOOD_HEADERS) },
    { weight: 1, arbitrary: fc.subarray([...GOOD_HEADERS, ...BAD_HEADERS]) },
  )
  .chain((some) => fc.tuple(...some))
  .map((some) => some.join(''));

function splitResponse(response: string): { head: string; body: string } {
  const end = response.indexOf('\r\n\r\n');
  const head = response.slice(0, end);
  const bytes = Buffer.from(response.slice(end + 4), 'latin1');
  return { head, body: (/^content-encoding: gzip/im.test(head) ? gunzipSync(bytes) : bytes).toString() };
}

it('every request gets a response or a closed connection, never a 500, and every page is complete', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(methods, paths, queries, headers, async (method, path, query, more) => {
      const bytes = `${method} ${path}${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`;
      const { socket, received } = connectRaw(exporter.url, '');
      socket.write(bytes, 'latin1');
      const response = await received;
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(response.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))?.[1] ?? '';
      seen.set(status, (seen.get(status) ?? 0) + 1);
      // An unreadable body is detected while its request is being handled, and closes the connection.
      if (/^Transfer-Encoding: (gzip|x)/m.test(more) && status === '') return;
      expect(status).toMatch(/^(200|204|4\d\d|50[234])$/);
      if (method !== 'GET' || status !== '200') return;
      const { head, body } = splitResponse(response);
      if (/^content-type: application\/json/im.test(head)) JSON.parse(body);
      if (!/^content-type: (text\/plain; version|application\/openmetrics)/im.test(head)) return;
      const isOpenMetrics = /^content-type: application\/openmetrics/im.test(head);
      parseExposition(body, isOpenMetrics ? 'openmetrics' : 'text');
    }),
    fuzzing(),
  );
  expect(lines.filter((line) => line.startsWith('level=error'))).toEqual([]);
  // Make sure that enough requests were valid.
  expect(seen.get('200')).toBeGreaterThan(fuzzing().numRuns / 5);
  for (const status of ['400', '403', '404', '405']) expect(seen.get(status) ?? 0, status).toBeGreaterThan(0);
});
