// The HTTP server with test routes: limits, clients that misbehave or disconnect, and shutdown.

import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/common/config-error.ts';
import { type HttpResponse, type Request, RequestError, textResponse } from '../../../src/web/http/message.ts';
import type { Route, Routes } from '../../../src/web/http/router.ts';
import { type ServerOptions, startServer, type WebServer } from '../../../src/web/http/server.ts';
import { createDeferred, type Deferred } from '../../support/deferred.ts';
import { collectLog } from '../../support/fleet.ts';
import { ask, connectRaw } from '../../support/http.ts';

const LONG_MS = 60_000;
const LOCAL = { host: '127.0.0.1', port: 0 };

const servers: WebServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

/** A route whose requests wait for the test. */
function waitingRoute(): {
  route: Route;
  requests: readonly (Deferred<HttpResponse> & { request: Request })[];
  next(): Promise<void>;
} {
  const requests: (Deferred<HttpResponse> & { request: Request })[] = [];
  let arrived = createDeferred();
  const handle = (request: Request): Promise<HttpResponse> => {
    const answer = createDeferred<HttpResponse>();
    requests.push({ ...answer, request });
    arrived.resolve();
    arrived = createDeferred();
    return answer.promise;
  };
  return { route: { methods: ['GET'], handle }, requests, next: () => arrived.promise };
}

async function start(
  routes: Readonly<Record<string, Route>>,
  options: Partial<ServerOptions> = {},
): Promise<{ url: string; server: WebServer; lines: readonly string[] }> {
  const { log, lines } = collectLog();
  const table: Routes = new Map(Object.entries(routes));
  const server = await startServer({ routes: table, listen: [LOCAL], maxRequests: 3, log, ...options });
  servers.push(server);
  return { url: server.urls[0] ?? '', server, lines };
}

const HELLO: Route = { methods: ['GET'], handle: () => textResponse(200, 'hello') };
const LIGHT: Route = { methods: ['GET'], isLight: true, handle: () => textResponse(200, 'healthy') };

describe('routes', () => {
  it('GET and HEAD respond alike, HEAD without the body', async () => {
    const { url } = await start({ '/': HELLO });
    const get = await ask(url, '/?query=1');
    expect(get).toMatchObject({ status: 200, body: 'hello\n' });
    expect(get.headers).toMatchObject({
      'content-length': '6',
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(get.headers).not.toHaveProperty('access-control-allow-origin');
    const head = await ask(url, '/', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe('6');
  });

  it.each(['/nothing', '//evil.example/', '/../etc/passwd', '/hello/', '/a\\b'])('%s is 404', async (path) => {
    const { url } = await start({ '/': HELLO, '/hello': HELLO, '/passwd': HELLO });
    expect((await ask(url, path)).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    '%s on a page is 405 and says what is allowed',
    async (method) => {
      const { url } = await start({ '/': HELLO });
      const answer = await ask(url, '/', { method });
      expect(answer).toMatchObject({ status: 405, body: '405: / takes GET, HEAD\n' });
      expect(answer.headers['allow']).toBe('GET, HEAD');
    },
  );

  it('GET on a route with POST and PUT only is 405', async () => {
    const { url } = await start({ '/-/reload': { methods: ['POST', 'PUT'], handle: () => textResponse(200, 'done') } });
    const answer = await ask(url, '/-/reload', { method: 'HEAD' });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST, PUT');
    expect((await ask(url, '/-/reload', { method: 'PUT' })).status).toBe(200);
  });

  it.each([
    ['http://exporter/hello?query=1', 'hello'],
    ['HTTPS://user:password@[::1]:10899/hello', 'hello'],
    ['http://exporter', 'root'],
    ['http://exporter?query=1', 'root'],
  ])('%s is answered as its path is', async (target, body) => {
    const { url } = await start({
      '/': { methods: ['GET'], handle: () => textResponse(200, 'root') },
      '/hello': HELLO,
    });
    expect(await ask(url, target)).toMatchObject({ status: 200, body: `${body}\n` });
  });

  it('are served without a Host header only in HTTP/1.0', async () => {
    const { url } = await start({ '/': HELLO });
    expect(await connectRaw(url, 'GET / HTTP/1.0\r\n\r\n').received).toMatch(/^HTTP\/1\.1 200 /);
    const refused = await connectRaw(url, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n').received;
    expect(refused).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\n400: the request has no Host header\n$/s);
    for (const header of ['x-content-type-options: nosniff', 'content-type: text/plain; charset=utf-8']) {
      expect(refused).toContain(`\r\n${header}\r\n`);
    }
  });

  it('a RequestError becomes the response', async () => {
    const handle = (): HttpResponse => {
      throw new RequestError(429, 'too often', { 'retry-after': '3' });
    };
    const { url, lines } = await start({ '/': { methods: ['GET'], handle } });
    const answer = await ask(url, '/');
    expect(answer).toMatchObject({ status: 429, body: '429: too often\n' });
    expect(answer.headers['retry-after']).toBe('3');
    expect(lines).toEqual([]);
  });

  it('an internal error is 500 without its text, which is logged', async () => {
    const handle = async (): Promise<HttpResponse> => {
      throw new TypeError('secret detail');
    };
    const { url, lines } = await start({ '/': { methods: ['GET'], handle }, '/hello': HELLO });
    const answer = await ask(url, '/');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('level=error msg="request failed" path=/ reason="TypeError: secret detail');
    expect((await ask(url, '/hello')).status).toBe(200);
  });

  it('a response that cannot be sent closes the connection and is logged', async () => {
    const handle = (): HttpResponse => textResponse(200, 'x', { 'x-bad': 'line\nfeed' });
    const { url, lines } = await start({ '/': { methods: ['GET'], handle }, '/hello': HELLO });
    await expect(ask(url, '/')).rejects.toThrow('socket hang up');
    expect(lines).toEqual([expect.stringContaining('level=error msg="response not sent"')]);
    expect((await ask(url, '/hello')).status).toBe(200);
  });
});

describe('too many requests', () => {
  it('are 503, while health checks are served', async () => {
    const { route, requests, next } = waitingRoute();
    const { url } = await start({ '/slow': route, '/hello': HELLO, '/-/healthy': LIGHT });
    const waiting: Promise<unknown>[] = [];
    for (let i = 0; i < 3; i++) {
      const arrived = next();
      waiting.push(ask(url, '/slow'));
      await arrived;
    }
    const refused = await ask(url, '/hello');
    expect(refused).toMatchObject({ status: 503, body: expect.stringContaining('--web.max-requests') });
    expect((await ask(url, '/-/healthy')).status).toBe(200);
    expect((await ask(url, '/nothing')).status).toBe(404);
    requests[0]?.resolve(textResponse(200, 'done'));
    await waiting[0];
    // The slot is free once the response is sent.
    await expect.poll(async () => (await ask(url, '/hello')).status).toBe(200);
    for (const { resolve } of requests) resolve(textResponse(200, 'done'));
    await Promise.all(waiting);
  });

  it('are counted over all addresses together', async () => {
    const { route, requests, next } = waitingRoute();
    const { server } = await start({ '/slow': route, '/hello': HELLO }, { listen: [LOCAL, LOCAL], maxRequests: 1 });
    const [first = '', second = ''] = server.urls;
    const arrived = next();
    const slow = ask(first, '/slow');
    await arrived;
    expect((await ask(second, '/hello')).status).toBe(503);
    requests[0]?.resolve(textResponse(200, 'done'));
    await slow;
  });

  it('do not include those of clients that disconnected', async () => {
    const { route, requests, next } = waitingRoute();
    const { url } = await start({ '/slow': route, '/hello': HELLO }, { maxRequests: 1 });
    const arrived = next();
    const { socket } = connectRaw(url, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await arrived;
    socket.destroy();
    await expect.poll(async () => (await ask(url, '/hello')).status).toBe(200);
    // Its handler is still running.
    requests[0]?.resolve(textResponse(200, 'nobody reads this'));
  });

  it('of clients that do not read their response are ended', async () => {
    const huge: Route = { methods: ['GET'], handle: () => textResponse(200, 'x'.repeat(32 * 1024 * 1024)) };
    const routes = { '/huge': huge, '/hello': HELLO };
    const { url, lines } = await start(routes, { maxRequests: 1, sendTimeoutMs: 50 });
    const { socket } = connectRaw(url, 'GET /huge HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
    await expect.poll(async () => (await ask(url, '/hello')).status).toBe(200);
    expect(lines).toEqual([]);
    socket.destroy();
  });

  it('pipelined on one connection are counted too', async () => {
    const { route, requests, next } = waitingRoute();
    const { url } = await start({ '/slow': route });
    const arrived = next();
    const { received } = connectRaw(
      url,
      `${'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(9)}GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    await arrived;
    await expect.poll(() => requests.length).toBe(3);
    for (const { resolve } of requests) resolve(textResponse(200, 'done'));
    const answers = await received;
    expect(answers.match(/^HTTP\/1\.1 \d+/gm)?.map((line) => line.slice(9))).toEqual([
      ...Array.from({ length: 3 }, () => '200'),
      ...Array.from({ length: 7 }, () => '503'),
    ]);
  });
});

describe('clients that misbehave', () => {
  it.each([
    ['a bad request line', 'HELLO\r\n\r\n', '400'],
    ['no HTTP at all', '\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000', '400'],
    ['a target that is no path', 'GET http HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
    ['an absolute target without a host', 'GET http:/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
    ['a target of another scheme', 'GET ftp://x/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
    ['an absolute target that is no URL', 'GET http://x//[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '40[04]'],
    ['a target of another host', 'GET //evil/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '404'],
    ['a target that is no URL', 'GET //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '40[04]'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
    ['huge headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(20_000)}\r\n\r\n`, '431'],
    ['a huge path', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, '431'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '400'],
  ])('%s', async (_, bytes, status) => {
    const { url, lines } = await start({ '/': HELLO, '/hello': HELLO });
    expect(await connectRaw(url, bytes).received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await ask(url, '/')).status).toBe(200);
    expect(lines).toEqual([]);
  });

  it('an unexpected request body is discarded', async () => {
    const { url } = await start({ '/': HELLO });
    const body = 'x'.repeat(100_000);
    const head = `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    expect(await connectRaw(url, head + body).received).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('CONNECT and Upgrade do not open a tunnel', async () => {
    const { url } = await start({ '/': HELLO });
    expect(await connectRaw(url, 'CONNECT evil:80 HTTP/1.1\r\nHost: evil:80\r\n\r\n').received).toBe('');
    const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    expect(await connectRaw(url, upgrade).received).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('a disconnect fires the signal of the route once', async () => {
    const { route, requests, next } = waitingRoute();
    const { url, lines } = await start({ '/slow': route });
    const arrived = next();
    const { socket } = connectRaw(url, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await arrived;
    const [first] = requests;
    expect(first?.request.signal.aborted).toBe(false);
    const gone = createDeferred();
    first?.request.signal.addEventListener('abort', () => gone.resolve());
    socket.destroy();
    await gone.promise;
    first?.resolve(textResponse(200, 'nobody reads this'));
    expect(lines).toEqual([]);
  });

  it('a disconnect after the response does not fire it', async () => {
    const { route, requests, next } = waitingRoute();
    const { url } = await start({ '/slow': route });
    const arrived = next();
    const { received } = connectRaw(url, 'GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await arrived;
    requests[0]?.resolve(textResponse(200, 'done'));
    await received;
    expect(requests[0]?.request.signal.aborted).toBe(false);
  });
});

describe('shutdown', () => {
  it('finishes requests in progress, then closes, and accepts no new ones', async () => {
    const { route, requests, next } = waitingRoute();
    const { url, server } = await start({ '/slow': route, '/hello': HELLO });
    const agent = new Agent({ keepAlive: true });
    const idle = connectRaw(url, 'GET /hello HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle.socket, 'data');
    const arrived = next();
    const slow = ask(url, '/slow', { agent });
    await arrived;
    let isClosed = false;
    const beganAt = performance.now();
    const closed = server.close(LONG_MS).then(() => {
      isClosed = true;
    });
    await idle.received;
    await expect(ask(url, '/hello')).rejects.toThrow('ECONNREFUSED');
    expect(isClosed).toBe(false);
    expect(requests[0]?.request.signal.aborted).toBe(false);
    requests[0]?.resolve(textResponse(200, 'done'));
    expect(await slow).toMatchObject({ status: 200, body: 'done\n' });
    // This includes keep-alive connections: shutdown must not wait until Prometheus closes them.
    await closed;
    expect(performance.now() - beganAt).toBeLessThan(5000);
    agent.destroy();
  });

  it('waits no longer than the grace time', async () => {
    const { route, requests, next } = waitingRoute();
    const { url, server } = await start({ '/slow': route });
    const arrived = next();
    const { received } = connectRaw(url, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await arrived;
    const gone = createDeferred();
    requests[0]?.request.signal.addEventListener('abort', () => gone.resolve());
    await server.close(20);
    expect(await received).toBe('');
    await gone.promise;
    requests[0]?.resolve(textResponse(200, 'too late'));
  });

  it('may be called twice', async () => {
    const { server } = await start({ '/': HELLO });
    await Promise.all([server.close(LONG_MS), server.close(LONG_MS)]);
  });
});

describe('listening', () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

  it('on several addresses', async () => {
    const { server } = await start({ '/': HELLO }, { listen: [LOCAL, { host: '127.0.0.2', port: 0 }] });
    expect(server.urls).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^http:\/\/127\.0\.0\.2:\d+$/),
    ]);
    for (const url of server.urls) expect((await ask(url, '/')).status).toBe(200);
  });

  it.skipIf(!hasIpv6)('on IPv6', async () => {
    const { url } = await start({ '/': HELLO }, { listen: [{ host: '::1', port: 0 }] });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await ask(url, '/')).status).toBe(200);
  });

  it('on all interfaces', async () => {
    const { url } = await start({ '/': HELLO }, { listen: [{ host: undefined, port: 0 }] });
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await ask(url.replace('localhost', '127.0.0.1'), '/')).status).toBe(200);
  });

  it('on a port in use is a readable error, and no address stays open', async () => {
    const other = createServer().listen(LOCAL);
    const free = createServer().listen({ host: 'localhost', port: 0 });
    await Promise.all([once(other, 'listening'), once(free, 'listening')]);
    const taken = portOf(other);
    const wanted = portOf(free);
    await new Promise((resolve) => free.close(resolve));
    // A host name takes a lookup: its server listens after the other one has failed.
    const listen = [
      { host: '127.0.0.1', port: taken },
      { host: 'localhost', port: wanted },
    ];
    const starting = start({ '/': HELLO }, { listen });
    await expect(starting).rejects.toThrow(ConfigError);
    await expect(starting).rejects.toThrow(
      `cannot listen on 127.0.0.1:${taken}: the port is in use; see --web.listen-address`,
    );
    // Lookups are queued: once this one is done, so is the server's, and it would listen.
    await lookup('localhost');
    await expect(ask(`http://localhost:${wanted}`, '/')).rejects.toThrow('ECONNREFUSED');
    await new Promise((resolve) => other.close(resolve));
  });

  it('on an address of another machine is a readable error', async () => {
    await expect(start({ '/': HELLO }, { listen: [{ host: '192.0.2.1', port: 0 }] })).rejects.toThrow(
      /^cannot listen on 192\.0\.2\.1:0: .+; see --web\.listen-address$/,
    );
  });

  function portOf(server: ReturnType<typeof createServer>): number {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }
});
