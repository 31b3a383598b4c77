// What a server knows of each of its connections: whether an answer is due on it.

import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Connections {
  /** Whether a request has come on it that is not answered yet. */
  readonly isBusy: (socket: Duplex) => boolean;
  /** Ends all others. */
  readonly destroyIdle: () => void;
}

/**
 * Watches a server's connections. Node.js counts one that has sent nothing so far as busy, and a stop would wait for it;
 * and it tells only the first of the answers due on a connection that this is closed: the others are told here.
 */
export function trackConnections(server: Server): Connections {
  const underWay = new Map<Duplex, Set<ServerResponse>>();
  server.on('connection', (socket: Socket) => {
    const responses = new Set<ServerResponse>();
    underWay.set(socket, responses);
    socket.once('close', () => {
      underWay.delete(socket);
      for (const response of responses) {
        response.destroy();
        response.emit('close');
      }
    });
  });
  server.on('request', ({ socket }, response) => {
    const responses = underWay.get(socket);
    responses?.add(response);
    response.once('close', () => responses?.delete(response));
  });
  return {
    isBusy: (socket) => (underWay.get(socket)?.size ?? 0) > 0,
    destroyIdle: () => {
      for (const [socket, { size }] of underWay) if (size === 0) socket.destroy();
    },
  };
}
