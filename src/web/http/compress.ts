// gzip, for clients that accept it.

import { gzipSync } from 'node:zlib';
import type { HttpResponse, Request } from './message.ts';
import { acceptsGzip, refusesIdentity } from './negotiate.ts';

// A smaller response fits into one packet anyway.
const MIN_BYTES = 1024;

/**
 * Compresses a response when the client accepts it and it is worth it. Level 1 and synchronous: libuv's threads, which would
 * do it otherwise, may all be blocked in name lookups, and a page of a thousand printers takes milliseconds.
 */
export function compress(answer: HttpResponse, request: Request): HttpResponse {
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const vary = { vary: [answer.headers?.['vary'], 'accept-encoding'].filter((part) => part !== undefined).join(', ') };
  // A client that accepts neither encoding gets it uncompressed, as RFC 9110, 12.5.3 allows.
  const isWanted = acceptsGzip(request) && (bytes.length >= MIN_BYTES || refusesIdentity(request));
  if (!isWanted) {
    return { ...answer, body: bytes, headers: { ...answer.headers, ...vary } };
  }
  const headers = { ...answer.headers, ...vary, 'content-encoding': 'gzip' };
  return { ...answer, headers, body: gzipSync(bytes, { level: 1 }) };
}
