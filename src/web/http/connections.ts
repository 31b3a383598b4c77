// Which of a server's connections have a response due.

import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Connections {
  /** Whether a request has arrived on it whose response is not finished. */
  readonly isBusy: (socket: Duplex) => boolean;
  /** Closes all the others. */
  readonly destroyIdle: () => void;
}

/**
 * Tracks a server's connections, for two reasons. Node.js counts a connection that has sent nothing as busy, so shutdown
 * would wait for it. And when a connection with pipelined requests closes, Node.js emits `close` only on the first response:
 * the others are closed here.
 */
export function trackConnections(server: Server): Connections {
  const open = new Map<Duplex, Set<ServerResponse>>();
  server.on('connection', (socket: Socket) => {
    const responses = new Set<ServerResponse>();
    open.set(socket, responses);
    socket.once('close', () => {
      open.delete(socket);
      for (const response of responses) {
        response.destroy();
        response.emit('close');
      }
    });
  });
  server.on('request', ({ socket }, response) => {
    const responses = open.get(socket);
    responses?.add(response);
    response.once('close', () => responses?.delete(response));
  });
  return {
    isBusy: (socket) => (open.get(socket)?.size ?? 0) > 0,
    destroyIdle: () => {
      for (const [socket, { size }] of open) if (size === 0) socket.destroy();
    },
  };
}
