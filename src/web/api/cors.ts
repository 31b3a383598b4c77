// Whether a page of another origin may read the JSON API: only where --web.cors-origin says so.

import type { HttpResponse, Request } from '../http/message.ts';

/** Headers for a page of the request's origin; none where it is not allowed. @param allowed an origin, or `*` */
export function corsHeaders(request: Request, allowed: string | undefined): Readonly<Record<string, string>> {
  if (allowed === undefined) return {};
  if (allowed === '*') return { 'access-control-allow-origin': '*' };
  const vary = { vary: 'origin' };
  return request.headers['origin'] === allowed ? { ...vary, 'access-control-allow-origin': allowed } : vary;
}

/** The answer to a preflight, the question that a browser asks before a request with headers of its own. */
export function preflight(request: Request, allowed: string): HttpResponse {
  const wanted = request.headers['access-control-request-headers'];
  const headers = {
    ...corsHeaders(request, allowed),
    'access-control-allow-methods': 'GET, HEAD',
    ...(typeof wanted === 'string' && /^[\w\-, ]*$/.test(wanted) && { 'access-control-allow-headers': wanted }),
    'access-control-max-age': '600',
  };
  return { status: 204, headers, body: '' };
}
