// An HTTP client for tests: one request per connection, or raw bytes on a socket.

import { type Agent, request as nodeRequest } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface HttpOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** A new connection by default. */
  readonly agent?: Agent;
}

/** Sends one request. The path is sent as it is, including `//` and `..`. */
export function ask(base: string, path: string, options: HttpOptions = {}): Promise<HttpResponse> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = nodeRequest(
      { agent: false, ...options, host: hostname.replace(/^\[|\]$/g, ''), port, path },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

export interface RawConnection {
  readonly socket: Socket;
  /** Everything received until the server closed the connection. */
  readonly received: Promise<string>;
}

/** Connects and sends these bytes; the test does the rest. */
export function connectRaw(base: string, bytes: string): RawConnection {
  const { hostname, port } = new URL(base);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  const received = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  socket.write(bytes);
  return { socket, received };
}
