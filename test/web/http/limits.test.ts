// Half a request must not hold a connection or a shutdown, and what such a client is sent.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { textResponse } from '../../../src/web/http/message.ts';
import { type ServerOptions, startServer, type WebServer } from '../../../src/web/http/server.ts';
import { createDeferred } from '../../support/deferred.ts';
import { collectLog } from '../../support/fleet.ts';
import { ask, connectRaw } from '../../support/http.ts';
import { createCertificateFolder, serverCa } from '../security/certificate-folder.ts';
import { startSecuredServer } from '../security/secured-server.ts';

const LONG_MS = 60_000;
/** Every IPv4 connection of this machine, on Linux. */
const TCP_TABLE = '/proc/net/tcp';
const LOCAL = { host: '127.0.0.1', port: 0 };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(options: Partial<ServerOptions> = {}): Promise<{ url: string; server: WebServer }> {
  const server = await startServer({
    routes: new Map([['/', { methods: ['GET'], handle: () => textResponse(200, 'hello') }]]),
    listen: [LOCAL],
    maxRequests: 10,
    log: collectLog().log,
    ...options,
  });
  closing.push(() => server.close(0));
  return { url: server.urls[0] ?? '', server };
}

/** Resolves once the server has taken what came on its sockets before. */
async function heard(url: string): Promise<void> {
  await ask(url, '/');
}

/**
 * Whether the kernel has what the client wrote ready for the server. On a busy machine it hands it over later than the
 * write returns. No event of this process happens in between: the server has not read it.
 */
function hasCome({ localPort = 0, remotePort = 0 }: Socket): boolean {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const received = new RegExp(`:${hex(remotePort)} \\S+:${hex(localPort)} \\S+ \\S+:(?!0{8})`);
  for (let reads = 0; reads < 10_000; reads++) if (received.test(readFileSync(TCP_TABLE, 'latin1'))) return true;
  return false;
}

describe('an invalid request', () => {
  const answerOf = (status: string, reason: string): string => {
    const body = `${status.slice(0, 3)}: ${reason}\n`;
    return [
      `HTTP/1.1 ${status}`,
      'content-type: text/plain; charset=utf-8',
      'x-content-type-options: nosniff',
      `content-length: ${body.length}`,
      'connection: close',
      '',
      body,
    ].join('\r\n');
  };

  it.each([
    ['400 Bad Request', 'this is no HTTP request', 'HELLO\r\n\r\n'],
    [
      '431 Request Header Fields Too Large',
      'the head of the request is too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(17_000)}\r\n\r\n`,
    ],
  ])('is %s in the shape of all errors', async (status, reason, bytes) => {
    const { url } = await start();
    expect(await connectRaw(url, bytes).received).toBe(answerOf(status, reason));
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ])('of which %s has come is given up after a while', async (_, bytes) => {
    const { url } = await start({ headersTimeoutMs: 100 });
    const beganAt = performance.now();
    const answer = await connectRaw(url, bytes).received;
    expect(answer).toBe(answerOf('408 Request Timeout', 'the request did not come in time'));
    expect(performance.now() - beganAt).toBeGreaterThan(90);
    expect(performance.now() - beganAt).toBeLessThan(5000);
  });

  it('with headers of almost 16 KiB is served', async () => {
    const { url } = await start();
    expect((await ask(url, '/', { headers: { 'X-Big': 'a'.repeat(16_000) } })).status).toBe(200);
  });

  it('does not interrupt the response to an earlier request', async () => {
    const released = createDeferred();
    const asked = createDeferred<AbortSignal>();
    const { url } = await start({
      routes: new Map([
        [
          '/slow',
          {
            methods: ['GET'],
            handle: async ({ signal }) => {
              asked.resolve(signal);
              await released.promise;
              return textResponse(200, 'done');
            },
          },
        ],
      ]),
    });
    const { received } = connectRaw(url, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\nHELLO\r\n\r\n');
    const signal = await asked.promise;
    expect(await received).toBe('');
    expect(signal.aborted).toBe(true);
    released.resolve();
  });

  it('after a response gets its own error response', async () => {
    const { url } = await start();
    const { socket, received } = connectRaw(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.write('HELLO\r\n\r\n');
    expect((await received).match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it('gets the configured headers', async () => {
    const folder = await createCertificateFolder();
    closing.push(() => folder.remove());
    const secured = await startSecuredServer(folder, 'http_server_config:\n  headers:\n    X-Frame-Options: deny\n');
    closing.push(() => secured.close());
    expect(await connectRaw(secured.url, 'HELLO\r\n\r\n').received).toMatch(
      /^HTTP\/1\.1 400 .*\r\nx-frame-options: deny\r\n/s,
    );
  });
});

describe('shutdown', () => {
  it.each([
    ['nothing', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost: '],
  ])('does not wait for a connection on which %s came', { timeout: 10_000 }, async (_, bytes) => {
    const { url, server } = await start();
    const { received } = connectRaw(url, bytes);
    await heard(url);
    await server.close(LONG_MS);
    expect(await received).toBe('');
  });

  it('does not wait for a connection whose second request is incomplete', { timeout: 10_000 }, async () => {
    const { url, server } = await start();
    const { socket, received } = connectRaw(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.write('GET / HT');
    await heard(url);
    await server.close(LONG_MS);
    expect((await received).match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200']);
  });

  it.skipIf(!existsSync(TCP_TABLE))('answers what had come when it began', async () => {
    const { url, server } = await start();
    const { socket, received } = connectRaw(url, '');
    await heard(url);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(hasCome(socket)).toBe(true);
    await server.close(LONG_MS);
    expect(await received).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nhello\n$/s);
  });

  it('does not wait for a TLS connection without a request', { timeout: 10_000 }, async () => {
    const folder = await createCertificateFolder();
    closing.push(() => folder.remove());
    const secured = await startSecuredServer(
      folder,
      'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n',
    );
    const { port } = new URL(secured.url);
    const socket = connectTls({ host: '127.0.0.1', port: Number(port), ca: serverCa.cert, servername: 'localhost' });
    await once(socket, 'secureConnect');
    // events.once would reject on a reset.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}).resume();
    socket.write('GET /metrics HT');
    await secured.server.close(LONG_MS);
    await closed;
    await secured.close();
  });
});

it('an error about an IPv6 listen address names it in brackets', async () => {
  // A documentation address, which no machine has.
  await expect(start({ listen: [{ host: '2001:db8::1', port: 10_899 }] })).rejects.toThrow(
    /^cannot listen on \[2001:db8::1\]:10899: /,
  );
});
