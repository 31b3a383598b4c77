// gzip, byte for byte: which clients get it, the headers, and that HEAD matches GET.

import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { compress } from '../../../src/web/http/compress.ts';
import type { Request } from '../../../src/web/http/message.ts';
import { startTestExporter, type TestExporter } from '../../support/exporter.ts';
import { parseExposition } from '../../support/exposition-parser.ts';
import { configNamed } from '../../support/fleet.ts';
import { ask, connectRaw } from '../../support/http.ts';

const LONG = `${'flashforge_up 1\n'.repeat(1000)}ü`;

function requestWith(acceptEncoding?: string): Request {
  const headers = { 'accept-encoding': acceptEncoding };
  return { method: 'GET', url: new URL('http://x/'), headers, signal: new AbortController().signal };
}

function compressed(body: string, acceptEncoding?: string, headers: Readonly<Record<string, string>> = {}) {
  return compress({ status: 200, headers, body }, requestWith(acceptEncoding));
}

describe('a response', () => {
  it('is compressed for clients that accept gzip, at the lowest level', () => {
    const { headers, body } = compressed(LONG, 'gzip', { 'content-type': 'text/plain', vary: 'accept' });
    expect(headers).toEqual({
      'content-type': 'text/plain',
      vary: 'accept, accept-encoding',
      'content-encoding': 'gzip',
    });
    expect(gunzipSync(body).toString()).toBe(LONG);
    // RFC 1952: XFL 4 means that the compressor used its fastest algorithm.
    expect(Buffer.from(body)[8]).toBe(4);
  });

  it.each([undefined, '', 'br', 'identity', 'gzip;q=0', 'identity;q=0', '*;q=0'])(
    'is not compressed for %j',
    (header) => {
      const { headers, body } = compressed(LONG, header);
      expect(headers).toEqual({ vary: 'accept-encoding' });
      expect(body.toString()).toBe(LONG);
    },
  );

  it('that is small is compressed only for clients that accept nothing else', () => {
    const small = 'x'.repeat(1023);
    expect(compressed(small, 'gzip').headers).toEqual({ vary: 'accept-encoding' });
    expect(compressed(`${small}x`, 'gzip').headers).toHaveProperty('content-encoding');
    for (const header of ['gzip, identity;q=0', 'gzip, *;q=0']) {
      expect(gunzipSync(compressed(small, header).body).toString()).toBe(small);
    }
  });
});

describe('over the wire', () => {
  const exporters: TestExporter[] = [];
  afterEach(async () => {
    await Promise.all(exporters.splice(0).map((exporter) => exporter.close(0)));
  });

  async function serve(): Promise<TestExporter> {
    // Ten unreachable printers: more than the 1,024 bytes from which compression starts.
    const printers = Array.from({ length: 10 }, (_, i) =>
      configNamed(`p${i}`, { tcp: { host: '127.0.0.1', port: 1, login: 'auto' } }),
    );
    const exporter = await startTestExporter(printers);
    exporters.push(exporter);
    return exporter;
  }

  /** The head as an object, and the body's bytes. */
  async function askBytes(url: string, request: string): Promise<{ head: ReadonlyMap<string, string>; body: Buffer }> {
    const text = await connectRaw(url, `${request}\r\nHost: x\r\nConnection: close\r\n\r\n`).received;
    const end = text.indexOf('\r\n\r\n');
    const [status = '', ...lines] = text.slice(0, end).split('\r\n');
    const fields = lines.map((line): [string, string] => {
      const [name = '', ...value] = line.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    });
    return { head: new Map([['status', status], ...fields]), body: Buffer.from(text.slice(end + 4), 'latin1') };
  }

  it.each([
    ['text/plain', 'text', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text', 'openmetrics', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ] as const)('%s, packed: the page, its type and its true length', async (accept, format, contentType) => {
    const { url } = await serve();
    const { head, body } = await askBytes(url, `GET /metrics HTTP/1.1\r\nAccept: ${accept}\r\nAccept-Encoding: gzip`);
    expect(head.get('status')).toBe('HTTP/1.1 200 OK');
    expect(Object.fromEntries(head)).toMatchObject({
      'content-type': contentType,
      'content-encoding': 'gzip',
      'content-length': String(body.length),
      vary: 'accept, accept-encoding',
    });
    const page = parseExposition(gunzipSync(body).toString(), format);
    expect(page.families.get('flashforge_up')?.samples).toHaveLength(10);
    const failures = format === 'text' ? 'flashforge_scrape_failures_total' : 'flashforge_scrape_failures';
    expect(page.families.get(failures)?.type).toBe('counter');
    expect(page.families.get('flashforge_exporter_build_info')?.type).toBe('gauge');
  });

  it('decompresses to the same page, and has at most a quarter of its size', async () => {
    const { url } = await serve();
    const packed = await askBytes(url, 'GET /metrics HTTP/1.1\r\nAccept-Encoding: gzip');
    const plain = await askBytes(url, 'GET /metrics HTTP/1.1');
    expect(plain.head.has('content-encoding')).toBe(false);
    expect(plain.head.get('content-length')).toBe(String(plain.body.length));
    expect(packed.body.length).toBeLessThan(plain.body.length / 4);
    const keysOf = (text: string): string[] => [...parseExposition(text).series.keys()];
    expect(keysOf(gunzipSync(packed.body).toString())).toEqual(keysOf(plain.body.toString()));
  });

  // Only routes whose response is the same each time, so that two can be compared.
  it.each([
    ['/sd', 'gzip'],
    ['/config', 'gzip'],
    ['/config', 'identity'],
    ['/-/healthy', 'gzip'],
    ['/nothing', 'gzip'],
    ['/p0/temp', 'gzip'],
    ['/nobody/temp', 'gzip'],
  ])('HEAD %s (%s) has the head of GET, and no body', async (path, encoding) => {
    const { url } = await serve();
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => askBytes(url, `${method} ${path} HTTP/1.1\r\nAccept-Encoding: ${encoding}`)),
    );
    const withoutDate = (fields: ReadonlyMap<string, string> | undefined) =>
      [...(fields ?? [])].filter(([name]) => name !== 'date');
    expect(withoutDate(head?.head)).toEqual(withoutDate(get?.head));
    expect(get?.head.get('content-length')).toBe(String(get?.body.length));
    expect(get?.body.length).toBeGreaterThan(0);
    expect(head?.body.length).toBe(0);
  });

  it('HEAD of /metrics has a Content-Length too', async () => {
    const { url } = await serve();
    const { head, body } = await askBytes(url, 'HEAD /metrics HTTP/1.1\r\nAccept-Encoding: gzip');
    expect(body.length).toBe(0);
    expect(head.get('content-encoding')).toBe('gzip');
    expect(Number(head.get('content-length'))).toBeGreaterThan(300);
  });

  it('malformed headers are ignored', async () => {
    const { url } = await serve();
    const headers = { accept: ';;,=;q="', 'accept-encoding': ',gzip;q=much' };
    const { status, headers: answered } = await ask(url, '/metrics', { headers });
    expect(status).toBe(200);
    expect(answered['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answered['content-encoding']).toBeUndefined();
  });
});
