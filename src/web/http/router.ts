// Maps path and method to a route: 404 for an unknown path, 405 with Allow for a wrong method.

import type { HttpResponse, Request } from './message.ts';
import { textResponse } from './message.ts';

export type Handler = (request: Request) => HttpResponse | Promise<HttpResponse>;

export interface Route {
  /** GET implies HEAD. */
  readonly methods: readonly string[];
  readonly handle: Handler;
  /** Served even at the limit of concurrent requests, so that a health check does not take a busy process for dead. */
  readonly isLight?: boolean;
}

export interface Routes {
  /** The route of a path; undefined for an unknown path. */
  get(path: string): Route | undefined;
}

/** A percent-decoded segment of a path; undefined if it is malformed. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The methods of a route, as the `Allow` header lists them. */
export function allowedMethods(route: Route): string {
  return route.methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}

/** The route of a request, or the response that says why there is none. */
export function findRoute(routes: Routes, method: string, path: string): Route | HttpResponse {
  const route = routes.get(path);
  if (!route) return textResponse(404, `404: there is nothing at ${path.slice(0, 200)}; / lists what is`);
  const wanted = method === 'HEAD' ? 'GET' : method;
  if (route.methods.includes(wanted)) return route;
  const allow = allowedMethods(route);
  return textResponse(405, `405: ${path} takes ${allow}`, { allow });
}
