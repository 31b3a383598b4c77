// One printer read again and again: what came of a read must not matter to the next one.

import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHttpReader } from '../../src/lan-http/read.ts';
import { PrinterError } from '../../src/printer/errors.ts';
import { fuzzing } from '../support/fuzz.ts';
import { serveSockets } from './server.ts';

const READY = '{"code":0,"message":"Success","detail":{"status":"ready"}}';
const HEAD = 'HTTP/1.1 200 OK\r\n';
const SIZED = `${HEAD}Content-Length: ${READY.length}\r\n`;

/** What the printer does with a connection, whose end it awaits; the connections that takes; what the read gives. */
const BEHAVIOURS: readonly [string, (socket: Socket, abort: () => void) => void, number, string][] = [
  ['responds and closes', (socket) => socket.end(`${HEAD}Connection: close\r\n\r\n${READY}`), 1, 'ready'],
  ['responds and holds on', (socket) => socket.write(`${SIZED}Connection: close\r\n\r\n${READY}`), 1, 'ready'],
  [
    'responds and offers keep-alive',
    (socket) => socket.write(`${SIZED}Connection: keep-alive\r\n\r\n${READY}`),
    1,
    'ready',
  ],
  ['says more than its length', (socket) => socket.write(`${SIZED}\r\n${READY}${READY}`), 1, 'ready'],
  ['refuses', (socket) => socket.end(`${HEAD}\r\n{"code":-2}`), 1, 'lan_mode'],
  ['has an error', (socket) => socket.end('HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno'), 1, 'protocol'],
  ['resets', (socket) => socket.resetAndDestroy(), 2, 'closed'],
  ['closes within the body', (socket) => socket.end(`${SIZED}\r\n${READY.slice(0, 9)}`), 2, 'closed'],
  ['says no HTTP', (socket) => socket.end('CMD M119 Received.\r\nok\r\n'), 1, 'protocol'],
  ['is mute until the deadline', (_socket, abort) => abort(), 1, 'timeout'],
];

describe('a printer that is read again', () => {
  it('gives at each read what it does in that one, over a new connection', async () => {
    const behaviour = fc.constantFrom(...BEHAVIOURS);
    await fc.assert(
      fc.asyncProperty(fc.array(behaviour, { minLength: 2, maxLength: 8 }), async (behaviours) => {
        let act: (socket: Socket) => void = () => {};
        await using server = await serveSockets((socket) => act(socket));
        const reader = createHttpReader();
        let connections = 0;
        for (const [, does, count, expected] of behaviours) {
          const deadline = new AbortController();
          act = (socket) => does(socket, () => deadline.abort());
          const came = await reader.readDetail(server.target, deadline.signal).then(
            ({ state }) => state,
            (error: unknown) => (error instanceof PrinterError ? error.code : error),
          );
          expect(came).toBe(expected);
          connections += count;
          expect(server.connections()).toBe(connections);
        }
        await server.allClosed();
      }),
      fuzzing(0.1),
    );
  }, 60_000);
});
