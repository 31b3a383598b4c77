// Whether a port accepts connections, over real sockets.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkPort } from '../../src/tcp/port-check.ts';
import { blackhole } from '../support/blackhole.ts';
import { silence, startScriptedPrinter } from '../support/scripted-printer.ts';

const never = new AbortController().signal;
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe('checkPort', () => {
  it('connects, sends nothing and closes', async () => {
    await using printer = await startScriptedPrinter({ M119: silence });
    const { host, port } = printer.target;
    expect(await checkPort(host, port, never)).toBe('open');
    await printer.allClosed();
    expect(printer.received).toEqual(['']);
  });

  it('tells a refused port from one that never answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    open.push(server);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await new Promise((closed) => open.pop()?.close(closed));
    expect(await checkPort('127.0.0.1', port, never)).toBe('refused');
    await using hole = await blackhole();
    expect(await checkPort(hole.target.host, hole.target.port, never, 50)).toBe('silent');
  });

  it('is unreachable if the system refuses to connect', async () => {
    // TCP cannot connect to the broadcast address, and no packet is sent: EACCES or ENETUNREACH.
    expect(await checkPort('255.255.255.255', 1, never)).toBe('unreachable');
  });

  it('ends at its signal', async () => {
    await using hole = await blackhole();
    const end = new AbortController();
    const checked = checkPort(hole.target.host, hole.target.port, end.signal, 600_000);
    end.abort();
    expect(await checked).toBe('silent');
    expect(await checkPort(hole.target.host, hole.target.port, end.signal)).toBe('silent');
  });
});
