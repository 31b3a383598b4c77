// Hostile clients against the real program, which must stay small and keep serving other clients.

import { once } from 'node:events';
import { METHODS } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { ask, connectRaw } from '../support/http.ts';
import { startVictim, type Victim } from './victim.ts';

const MIB = 1024 * 1024;
const REQUEST = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST_REQUEST = 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

let victim: Victim;
beforeAll(async () => {
  victim = await startVictim();
});
afterAll(() => victim?.[Symbol.asyncDispose]());

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Opens connections that send these bytes and then nothing, in batches that fit into the listen backlog. */
async function connectMany(count: number, bytes: string): Promise<Socket[]> {
  const { hostname, port } = new URL(victim.url);
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = many(Math.min(200, count - sockets.length), () => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on('error', () => {});
      socket.write(bytes);
      return socket;
    });
    await Promise.all(batch.map((socket) => once(socket, 'connect')));
    sockets.push(...batch);
  }
  return sockets;
}

function statusesIn(received: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, status = ''] of received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('connections', () => {
  it('500 request heads that never end delay no other client and are closed', async () => {
    await victim.survives(async () => {
      const slow = many(500, () => connectRaw(victim.url, 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '));
      // A byte now and then must not extend their time.
      const dripping = setInterval(() => {
        for (const { socket } of slow) if (socket.writable) socket.write('a');
      }, 250);
      const startedAt = performance.now();
      await victim.scrape();
      expect(performance.now() - startedAt).toBeLessThan(2000);
      const responses = await Promise.all(slow.map(({ received }) => received));
      clearInterval(dripping);
      for (const response of responses) expect(response).toMatch(/^$|^HTTP\/1\.1 408 /);
    });
  });

  it('2,000 idle connections cost only their memory', async () => {
    await victim.survives(async () => {
      const idle = await connectMany(2000, '');
      await victim.scrape();
      for (const socket of idle) socket.destroy();
    });
  });

  it('2,000 keep-alive connections cost only their memory', async () => {
    await victim.survives(async () => {
      const kept = await connectMany(2000, 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n');
      await victim.scrape();
      for (const socket of kept) socket.destroy();
    });
  });
});

describe('requests', () => {
  it('500 simultaneous scrapes share few reads of each printer, and those over the limit get 503', async () => {
    const before = victim.printers.map(({ stats }) => stats.tcpConnections);
    const responses = await victim.survives(() => Promise.all(many(500, () => ask(victim.url, '/metrics'))));
    const pages = responses.filter(({ status }) => status === 200);
    expect(pages.length).toBeGreaterThanOrEqual(40);
    for (const { body } of pages) expect(samplesOf(parseExposition(body), 'flashforge_up')).toHaveLength(3);
    for (const { status } of responses) expect([200, 503]).toContain(status);
    for (const [index, { stats }] of victim.printers.entries()) {
      // A read of the slow printer takes 100 ms, so there is time for several reads, but not for one per scrape.
      expect(stats.tcpConnections - (before[index] ?? 0)).toBeLessThan(50);
      expect(stats.maxOpenTcpConnections).toBeLessThanOrEqual(2);
    }
  });

  it('1,000 pipelined requests on one connection all get a response', async () => {
    const received = await victim.survives(() => connectRaw(victim.url, REQUEST.repeat(999) + LAST_REQUEST).received);
    const { 200: pages = 0, 503: refused = 0, ...others } = statusesIn(received);
    expect(others).toEqual({});
    expect(pages).toBeGreaterThanOrEqual(40);
    expect(pages + refused).toBe(1000);
  });

  it('a million pipelined requests of a client that reads no response are not buffered, and free their slots', async () => {
    await victim.survives(async () => {
      const { hostname, port } = new URL(victim.url);
      const socket = connect({ host: hostname, port: Number(port) }).pause();
      socket.on('error', () => {});
      const burst = REQUEST.repeat(1000);
      for (let i = 0; i < 1000; i++) socket.write(burst);
      await once(socket, 'connect');
      // It may use every request slot, but not the one of health checks.
      for (let i = 0; i < 50; i++) {
        expect((await ask(victim.url, '/-/healthy')).status).toBe(200);
        expect([200, 503]).toContain((await ask(victim.url, '/metrics')).status);
      }
      // The server has not read all of it.
      expect(socket.writableLength).toBeGreaterThan(0);
      socket.destroy();
    });
  });

  it('500 pipelined requests of a client that disconnects free their slots', async () => {
    await victim.survives(async () => {
      const [socket] = await connectMany(1, REQUEST.repeat(500));
      socket?.destroy();
      await Promise.all((await connectMany(100, REQUEST.repeat(5))).map((other) => other.resetAndDestroy()));
    });
  });

  it('1,000 requests are aborted before, at and during their response', async () => {
    await victim.survives(async () => {
      const closed: Promise<unknown>[] = [];
      for (const socket of await connectMany(1000, REQUEST)) {
        closed.push(once(socket, 'close'));
        const when = closed.length % 3;
        if (when === 0) socket.destroy();
        else if (when === 1) socket.resetAndDestroy();
        else socket.once('data', () => socket.resetAndDestroy());
      }
      await Promise.all(closed);
    });
  });

  it('200 simultaneous request heads of a megabyte get 431', async () => {
    await victim.survives(async () => {
      const head = `GET /metrics HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(MIB)}\r\n\r\n`;
      const responses = await Promise.all(many(200, () => connectRaw(victim.url, head).received));
      // A client that is still writing may see the reset before the response.
      for (const response of responses) expect(response).toMatch(/^$|^HTTP\/1\.1 431 /);
      expect(responses.find((response) => response !== '')).toBeDefined();
    });
  });

  it.each([
    ['with a Content-Length', `Content-Length: ${100 * MIB}`, (bytes: Buffer) => bytes],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      (bytes: Buffer) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
    ],
  ])('a body of 100 MiB %s is refused', async (_what, header, wrap) => {
    await victim.survives(async () => {
      const { socket, received } = connectRaw(victim.url, `POST /metrics HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
      const chunk = wrap(Buffer.alloc(MIB, 'x'));
      for (let i = 0; i < 100 && socket.writable; i++) {
        if (socket.write(chunk)) continue;
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve);
          socket.once('close', resolve);
        });
      }
      socket.end();
      expect(await received).toMatch(/^HTTP\/1\.1 405 /);
    });
  });
});

describe('other protocols', () => {
  it.each([
    ['HTTP/1.0', 'GET /metrics HTTP/1.0\r\n\r\n'],
    // Node.js parses it like HTTP/1.0.
    ['HTTP/0.9', 'GET /metrics\r\n\r\n'],
  ])('%s gets a complete response, and the connection closes', async (_protocol, bytes) => {
    const received = await victim.survives(() => connectRaw(victim.url, bytes).received);
    const end = received.indexOf('\r\n\r\n');
    expect(received.slice(0, end)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(samplesOf(parseExposition(received.slice(end + 4)), 'flashforge_up')).toHaveLength(3);
  });

  it.each([
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a printer command', '~M119\r\n'],
    ['only line endings', '\r\n'.repeat(10_000)],
  ])('%s is refused', async (_protocol, bytes) => {
    await victim.survives(async () => {
      const { socket, received } = connectRaw(victim.url, bytes);
      if (/^\s*$/.test(bytes)) socket.end();
      expect(await received).toMatch(/^$|^HTTP\/1\.1 400 /);
    });
  });

  it('every method gets a response, and only GET and HEAD get the page', async () => {
    const methods = METHODS.filter((method) => method !== 'CONNECT');
    const statuses = await victim.survives(() =>
      Promise.all(
        methods.map(async (method) => [method, (await ask(victim.url, '/metrics', { method })).status] as const),
      ),
    );
    expect(statuses.filter(([, status]) => status !== 405)).toEqual([
      ['GET', 200],
      ['HEAD', 200],
    ]);
  });
});
