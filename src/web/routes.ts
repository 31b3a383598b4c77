// The routes that the exporter serves.

import { ConfigError } from '../common/config-error.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Printer } from '../fleet/printer.ts';
import type { ExporterStatus } from '../metrics/exporter.ts';
import { CONTENT_TYPES, type PageContent, renderPage } from '../metrics/exposition.ts';
import type { ProcessMetrics } from '../metrics/process-metrics.ts';
import { DOCUMENTS } from './api/documents.ts';
import { createOriginalApi } from './api/original.ts';
import { compress } from './http/compress.ts';
import { type DeadlineOptions, scrapeTimeMs } from './http/deadline.ts';
import { type HttpResponse, type Request, textResponse } from './http/message.ts';
import { negotiateFormat } from './http/negotiate.ts';
import { decodeSegment, type Route, type Routes } from './http/router.ts';
import { createPages } from './pages/handlers.ts';
import { findPrinter, findTarget, type ProbeOptions } from './probe.ts';
import { renderProbeLog } from './probe-log.ts';
import { targetGroups } from './service-discovery.ts';

export interface RoutesOptions extends ProbeOptions {
  readonly status: () => ExporterStatus;
  readonly telemetryPath: string;
  readonly deadline: DeadlineOptions;
  /** Undefined to leave out process_* and nodejs_*. */
  readonly processMetrics?: (() => Promise<ProcessMetrics | undefined>) | undefined;
  /** False once shutdown has begun. */
  readonly isReady: () => boolean;
  /** Reloads the configuration; undefined without --web.enable-lifecycle. @throws ConfigError */
  readonly reload?: (() => Promise<void>) | undefined;
  /** The origin whose pages may read the JSON API, or `*`. */
  readonly corsOrigin?: string | undefined;
}

const NO_STORE = { 'cache-control': 'no-store' };

function get(handle: Route['handle'], isLight = false): Route {
  return { methods: ['GET'], handle: async (request) => compress(await handle(request), request), isLight };
}

async function page(request: Request, content: PageContent): Promise<HttpResponse> {
  const format = negotiateFormat(request);
  const body = await renderPage(content, format);
  return { status: 200, headers: { ...NO_STORE, 'content-type': CONTENT_TYPES[format], vary: 'accept' }, body };
}

async function metrics(options: RoutesOptions, request: Request): Promise<HttpResponse> {
  const endsAt = performance.now() + scrapeTimeMs(request, options.deadline);
  // First, since loading them takes file descriptors, and so do the printers.
  const process = await options.processMetrics?.();
  const printers = await options.fleet.scrape(Math.max(0, endsAt - performance.now()), request.signal);
  return await page(request, { printers, status: options.status(), process });
}

async function probe(options: RoutesOptions, request: Request): Promise<HttpResponse> {
  const endsAt = performance.now() + scrapeTimeMs(request, options.deadline);
  const target = await findTarget(request, options, endsAt - performance.now());
  const leftMs = Math.max(0, endsAt - performance.now());
  if (request.url.searchParams.get('debug') === 'true') {
    return await renderProbeLog(target, leftMs, () => options.fleet.nowMs, request.signal);
  }
  const view = await target.printer.read(leftMs, request.signal);
  return await page(request, { printers: [{ ...view, labels: { printer: target.name } }] });
}

function serviceDiscovery({ fleet }: RoutesOptions): HttpResponse {
  const headers = { ...NO_STORE, 'content-type': 'application/json' };
  return { status: 200, headers, body: `${JSON.stringify(targetGroups(fleet))}\n` };
}

async function config({ fleet }: RoutesOptions): Promise<HttpResponse> {
  // The YAML library is loaded on first use, because this route is seldom used.
  const { renderConfig } = await import('../config/show.ts');
  const headers = { ...NO_STORE, 'content-type': 'text/yaml; charset=utf-8' };
  return { status: 200, headers, body: renderConfig(fleet.configured.map((printer) => printer.config)) };
}

async function reload({ reload: run }: RoutesOptions): Promise<HttpResponse> {
  if (!run) return textResponse(403, '403: --web.enable-lifecycle is not given; SIGHUP reloads too');
  try {
    await run();
    return textResponse(200, 'Reloaded');
  } catch (error) {
    if (error instanceof ConfigError) return textResponse(500, `500: the old configuration stays: ${error.message}`);
    throw error;
  }
}

/**
 * The printer of `/printer/NAME`; NAME may be its address too. The documents of a printer that is itself named `printer` have
 * paths of the same form, and take precedence: the page of a printer named `info` is then at its address.
 */
function printerOfPage(path: string, fleet: Fleet): Printer | undefined {
  const [, segment] = /^\/printer\/([^/]+)$/.exec(path) ?? [];
  const target = segment === undefined ? undefined : decodeSegment(segment);
  if (target === undefined) return undefined;
  const isDocument = DOCUMENTS.some((document) => document === target);
  return isDocument && fleet.find('printer') ? undefined : fleet.find(target);
}

/** The table of routes over a fleet. */
export function createRoutes(options: RoutesOptions): Routes {
  const pages = createPages(options);
  const fixed = new Map<string, Route>([
    ['/', get(pages.status)],
    [options.telemetryPath, get((request) => metrics(options, request))],
    ['/probe', get((request) => probe(options, request))],
    ['/sd', get(() => serviceDiscovery(options))],
    ['/config', get(() => config(options))],
    ['/-/healthy', get(() => textResponse(200, 'Healthy'), true)],
    [
      '/-/ready',
      get(() => (options.isReady() ? textResponse(200, 'Ready') : textResponse(503, '503: stopping')), true),
    ],
    ['/-/reload', { methods: ['POST', 'PUT'], handle: () => reload(options) }],
  ]);
  const api = createOriginalApi({
    ...options,
    findPrinter: (target, timeMs) => findPrinter(target, options, timeMs),
  });
  const printerPage = (path: string): Route | undefined => {
    const printer = printerOfPage(path, options.fleet);
    return printer && get(pages.printer(printer));
  };
  return { get: (path) => fixed.get(path) ?? printerPage(path) ?? api.get(path) };
}
