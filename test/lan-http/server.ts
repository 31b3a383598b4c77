// Servers on 127.0.0.1 whose responses a test defines.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { Secret } from '../../src/common/secret.ts';
import type { HttpTarget } from '../../src/lan-http/client.ts';

export const CHECK_CODE = 'c0de4you';

export interface TestServer extends AsyncDisposable {
  readonly target: HttpTarget;
  /** Number of connections accepted so far. */
  connections(): number;
  /** Resolves when the client has closed every connection. */
  allClosed(): Promise<void>;
}

async function listen(server: Server, host: string): Promise<TestServer> {
  const open = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    target: { host, port, serialNumber: 'SNTEST0001', checkCode: new Secret(CHECK_CODE) },
    connections: () => count,
    allClosed: async () => {
      await Promise.all([...open].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A printer's HTTP side that calls `answer` with the whole request body. */
export function serveHttp(
  answer: (response: ServerResponse, body: string, request: IncomingMessage) => void,
  host = '127.0.0.1',
): Promise<TestServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answer(response, Buffer.concat(chunks).toString(), request);
  });
  return listen(server, host);
}

/** A printer's HTTP side that responds to every request with this text. */
export function serveText(text: string): Promise<TestServer> {
  return serveHttp((response) => response.end(text));
}

/** Bare sockets: calls `answer` with each connection when its request begins to arrive, and its number from 1. */
export function serveSockets(answer: (socket: Socket, number: number) => void): Promise<TestServer> {
  let number = 0;
  const server = createTcpServer((socket) => {
    number += 1;
    const mine = number;
    socket.once('data', () => answer(socket, mine));
  });
  return listen(server, '127.0.0.1');
}
