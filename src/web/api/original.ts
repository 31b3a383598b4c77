// The JSON API of flashforge-finder-api: /{printer}/info and four more documents. Pages written for it need only another base URL.

import type { Printer } from '../../fleet/printer.ts';
import type { CachedReading } from '../../fleet/view.ts';
import type { FailureCode } from '../../printer/errors.ts';
import { compress } from '../http/compress.ts';
import { type DeadlineOptions, scrapeTimeMs } from '../http/deadline.ts';
import { type HttpResponse, type Request, RequestError } from '../http/message.ts';
import { decodeSegment, type Route, type Routes } from '../http/router.ts';
import { corsHeaders, preflight } from './cors.ts';
import { DOCUMENTS, type DocumentName, renderDocument } from './documents.ts';

export interface OriginalApiOptions {
  /**
   * The printer with this name or address.
   * @param timeMs for resolving a host name
   * @throws RequestError for a printer that is neither configured nor allowed
   */
  readonly findPrinter: (target: string, timeMs: number) => Promise<Printer>;
  readonly deadline: DeadlineOptions;
  /** The origin whose pages may read this, or `*`; undefined for the exporter's own only. */
  readonly corsOrigin?: string | undefined;
}

// Pages of the original tool request all five documents every second; those share one read.
const MAX_AGE_MS = 2000;

type ApiErrorCode = FailureCode | 'unknown_printer' | 'bad_request';

function json(status: number, body: unknown): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers, body: `${JSON.stringify(body)}\n` };
}

function failure(status: number, code: ApiErrorCode, message: string): HttpResponse {
  return json(status, { error: { code, message } });
}

function failureOf({ view }: CachedReading): HttpResponse {
  const error = view.endpoints.find((endpoint) => endpoint.failure)?.failure;
  if (!error) return failure(504, 'timeout', 'the printer did not answer in time');
  return failure(error.code === 'timeout' ? 504 : 502, error.code, error.message);
}

async function orRequestError<T>(attempt: () => T | Promise<T>): Promise<T | RequestError> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}

async function respond(
  name: DocumentName,
  target: string,
  request: Request,
  options: OriginalApiOptions,
): Promise<HttpResponse> {
  const timeMs = await orRequestError(() => scrapeTimeMs(request, options.deadline));
  if (timeMs instanceof RequestError) return failure(timeMs.status, 'bad_request', timeMs.message);
  const endsAt = performance.now() + timeMs;
  const printer = await orRequestError(() => options.findPrinter(target, timeMs));
  if (printer instanceof RequestError) return failure(404, 'unknown_printer', printer.message);
  const known = await printer.readCached(MAX_AGE_MS, Math.max(0, endsAt - performance.now()), request.signal);
  if (!known.reading?.up) return failureOf(known);
  const { replies, snapshot } = known.reading;
  const { machineInfo, identity } = printer;
  return json(
    200,
    renderDocument(name, {
      replies: { ...replies, ...(machineInfo && { m115: machineInfo }) },
      snapshot: { ...snapshot, ...(identity && { identity }) },
    }),
  );
}

/** The routes `/{printer}/{document}`; the printer is a name or an address. */
export function createOriginalApi(options: OriginalApiOptions): Routes {
  const { corsOrigin } = options;
  const routeOf = (name: DocumentName, target: string): Route => ({
    methods: corsOrigin === undefined ? ['GET'] : ['GET', 'OPTIONS'],
    handle: async (request) => {
      if (corsOrigin !== undefined && request.method === 'OPTIONS') return preflight(request, corsOrigin);
      const response = await respond(name, target, request, options);
      return compress({ ...response, headers: { ...response.headers, ...corsHeaders(request, corsOrigin) } }, request);
    },
  });
  return {
    get(path) {
      const [, segment = '', last, ...rest] = path.split('/');
      const name = DOCUMENTS.find((document) => document === last);
      const target = decodeSegment(segment);
      return name !== undefined && rest.length === 0 && target ? routeOf(name, target) : undefined;
    },
  };
}
