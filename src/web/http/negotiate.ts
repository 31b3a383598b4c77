// Which format and encoding a client gets, by its Accept headers.

import Negotiator from 'negotiator';
import { CONTENT_TYPES } from '../../metrics/exposition.ts';
import type { ExpositionFormat } from '../../metrics/text-format.ts';
import type { Request } from './message.ts';

const FORMATS: readonly ExpositionFormat[] = ['text', 'openmetrics'];
// Prometheus 3 says how it wants names escaped; ours need none, so any way is right.
const ESCAPING = /;\s*escaping\s*=\s*[^;,\s]+/gi;

function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function mediaTypeOf(contentType: string): string {
  return contentType.replaceAll(' ', '');
}

/**
 * The exposition format for an Accept header: the one of the highest q that we speak; entries that we do not know are
 * skipped, and a client that takes none of ours gets the text format, as Prometheus's own library does it.
 */
export function negotiateFormat(request: Request): ExpositionFormat {
  const accept = headerOf(request, 'accept')?.replaceAll(ESCAPING, '');
  const offered = FORMATS.map((format) => mediaTypeOf(CONTENT_TYPES[format]));
  const [chosen] = new Negotiator({ headers: { accept } }).mediaTypes(offered);
  return FORMATS[offered.indexOf(chosen ?? '')] ?? 'text';
}

/** Those of our two that the client takes, the one it likes best first. */
function encodingsFor(request: Request): readonly string[] {
  const header = headerOf(request, 'accept-encoding');
  return new Negotiator({ headers: { 'accept-encoding': header } }).encodings(['gzip', 'identity']);
}

/** Whether the client takes gzip, and likes nothing of ours better. */
export function acceptsGzip(request: Request): boolean {
  return encodingsFor(request)[0] === 'gzip';
}

/** Whether the client says that it takes nothing as it is. */
export function refusesIdentity(request: Request): boolean {
  return !encodingsFor(request).includes('identity');
}
