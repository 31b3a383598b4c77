// Content negotiation: the format and encoding that a client's Accept headers ask for.

import Negotiator from 'negotiator';
import { CONTENT_TYPES } from '../../metrics/exposition.ts';
import type { ExpositionFormat } from '../../metrics/text-format.ts';
import type { Request } from './message.ts';

const FORMATS: readonly ExpositionFormat[] = ['text', 'openmetrics'];
// Prometheus 3 names its escaping scheme. Our names need no escaping, so any scheme is right.
const ESCAPING = /;\s*escaping\s*=\s*[^;,\s]+/gi;

function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function mediaTypeOf(contentType: string): string {
  return contentType.replaceAll(' ', '');
}

/**
 * The exposition format for an Accept header: of those we offer, the one with the highest q. Unknown entries are skipped, and
 * a client that accepts none of ours gets the text format, as in Prometheus's own client library.
 */
export function negotiateFormat(request: Request): ExpositionFormat {
  const accept = headerOf(request, 'accept')?.replaceAll(ESCAPING, '');
  const offered = FORMATS.map((format) => mediaTypeOf(CONTENT_TYPES[format]));
  const [chosen] = new Negotiator({ headers: { accept } }).mediaTypes(offered);
  return FORMATS[offered.indexOf(chosen ?? '')] ?? 'text';
}

/** Those of our two encodings that the client accepts, its preferred one first. */
function encodingsFor(request: Request): readonly string[] {
  const header = headerOf(request, 'accept-encoding');
  return new Negotiator({ headers: { 'accept-encoding': header } }).encodings(['gzip', 'identity']);
}

/** Whether gzip is what the client prefers. */
export function acceptsGzip(request: Request): boolean {
  return encodingsFor(request)[0] === 'gzip';
}

/** Whether the client refuses uncompressed responses. */
export function refusesIdentity(request: Request): boolean {
  return !encodingsFor(request).includes('identity');
}
