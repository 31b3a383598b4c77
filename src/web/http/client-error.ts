// Responses to what never became a request: bytes that are not HTTP, a head that is too large or never ends.

import { type Server, STATUS_CODES } from 'node:http';
import { errnoOf } from '../../common/errno.ts';
import type { Connections } from './connections.ts';
import { textResponse } from './message.ts';

const REASONS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come in time'],
};

/** Responds with our usual error body; Node.js would send only the status. @param extra headers of every response */
export function answerClientErrors(
  server: Server,
  { isBusy }: Connections,
  extra: () => Readonly<Record<string, string>>,
): void {
  server.on('clientError', (error, socket) => {
    const [status, reason] = REASONS[errnoOf(error) ?? ''] ?? [400, 'this is no HTTP request'];
    // Nothing may come before the response that is due, or in the middle of it.
    if (!socket.writable || isBusy(socket)) {
      socket.destroy();
      return;
    }
    const { headers, body } = textResponse(status, `${status}: ${reason}`, {
      'x-content-type-options': 'nosniff',
      ...extra(),
    });
    const all = Object.entries({ ...headers, 'content-length': body.length, connection: 'close' });
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...all.map(([name, value]) => `${name}: ${value}`)];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  });
}
