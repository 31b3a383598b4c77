// A server that can be closed and reopened on the same port, for power switches and refused connections.

import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

export interface Listener {
  /** The port of the last open(); before the first one, the port that was asked for. */
  readonly port: number;
  /** Opens the port; does nothing if it is open. */
  open(): Promise<void>;
  /** Destroys all connections and closes the port; does nothing if it is closed. */
  close(): Promise<void>;
}

/** @param wantedPort 0 for any free port, which is kept when the port is reopened */
export function createListener(server: Server, host: string, wantedPort: number): Listener {
  const sockets = new Set<Socket>();
  let port = wantedPort;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Clients may disconnect at any time.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    get port() {
      return port;
    },
    async open() {
      if (server.listening) return;
      server.listen({ host, port });
      await once(server, 'listening');
      const address = server.address();
      if (typeof address === 'object' && address) port = address.port;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
