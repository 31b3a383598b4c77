// CORS for the JSON API: only the origin of --web.cors-origin may read it.

import type { HttpResponse, Request } from '../http/message.ts';

/** The response headers for the request's origin; none when it is not allowed. @param allowed an origin, or `*` */
export function corsHeaders(request: Request, allowed: string | undefined): Readonly<Record<string, string>> {
  if (allowed === undefined) return {};
  if (allowed === '*') return { 'access-control-allow-origin': '*' };
  const vary = { vary: 'origin' };
  return request.headers['origin'] === allowed ? { ...vary, 'access-control-allow-origin': allowed } : vary;
}

/** The response to a CORS preflight request. */
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
