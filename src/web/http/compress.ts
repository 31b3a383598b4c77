// gzip for clients that take it.

import { gzipSync } from 'node:zlib';
import type { HttpResponse, Request } from './message.ts';
import { acceptsGzip, refusesIdentity } from './negotiate.ts';

// Below that a packet is a packet.
const MIN_BYTES = 1024;

/**
 * The answer, compressed where the client takes that and it is worth it. Level 1 and synchronous: libuv's threads, which
 * would do it otherwise, may all hang in name look-ups, and a page of a thousand printers takes milliseconds.
 */
export function compress(answer: HttpResponse, request: Request): HttpResponse {
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const vary = { vary: [answer.headers?.['vary'], 'accept-encoding'].filter((part) => part !== undefined).join(', ') };
  // A client that takes neither gets it plain, which it can at least read; RFC 9110, 12.5.3 allows that.
  const isWanted = acceptsGzip(request) && (bytes.length >= MIN_BYTES || refusesIdentity(request));
  if (!isWanted) {
    return { ...answer, body: bytes, headers: { ...answer.headers, ...vary } };
  }
  const headers = { ...answer.headers, ...vary, 'content-encoding': 'gzip' };
  return { ...answer, headers, body: gzipSync(bytes, { level: 1 }) };
}
