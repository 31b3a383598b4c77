// What the exporter serves.

import { type ExporterStatus, exporterFamilies } from '../metrics/exporter.ts';
import { CONTENT_TYPES, type ProcessMetrics, renderPage } from '../metrics/exposition.ts';
import { familiesOf, type MetricFamily } from '../metrics/families.ts';
import { type Answer, type Request, textAnswer } from './answer.ts';
import { type DeadlineOptions, scrapeTimeMs } from './deadline.ts';
import { findTarget, type ProbeOptions } from './probe.ts';
import type { Route, Routes } from './router.ts';
import { targetGroups } from './service-discovery.ts';
import { createStatusPage } from './status-page.ts';

export interface RoutesOptions extends ProbeOptions {
  readonly status: () => ExporterStatus;
  readonly telemetryPath: string;
  readonly deadline: DeadlineOptions;
  /** Undefined leaves process_* and nodejs_* out. */
  readonly processMetrics?: ProcessMetrics;
  /** False once the exporter is stopping. */
  readonly isReady: () => boolean;
}

const NO_STORE = { 'cache-control': 'no-store' };

function get(handle: Route['handle'], isLight = false): Route {
  return { methods: ['GET'], handle, isLight };
}

async function page(families: readonly MetricFamily[], own?: ProcessMetrics): Promise<Answer> {
  const body = await renderPage(families, 'text', own);
  return { status: 200, headers: { ...NO_STORE, 'content-type': CONTENT_TYPES.text }, body };
}

async function metrics(options: RoutesOptions, request: Request): Promise<Answer> {
  const views = await options.fleet.scrape(scrapeTimeMs(request, options.deadline), request.signal);
  return await page([...familiesOf(views), ...exporterFamilies(options.status())], options.processMetrics);
}

async function probe(options: RoutesOptions, request: Request): Promise<Answer> {
  const endsAt = performance.now() + scrapeTimeMs(request, options.deadline);
  const printer = await findTarget(request, options, endsAt - performance.now());
  const view = await printer.visit(Math.max(0, endsAt - performance.now()), request.signal);
  return await page(familiesOf([view]));
}

function serviceDiscovery({ fleet }: RoutesOptions): Answer {
  const headers = { ...NO_STORE, 'content-type': 'application/json' };
  return { status: 200, headers, body: `${JSON.stringify(targetGroups(fleet))}\n` };
}

/** The table of routes over a fleet. */
export function createRoutes(options: RoutesOptions): Routes {
  return new Map<string, Route>([
    ['/', get(createStatusPage({ ...options, build: options.status().build, readTimeMs: options.deadline.defaultMs }))],
    [options.telemetryPath, get((request) => metrics(options, request))],
    ['/probe', get((request) => probe(options, request))],
    ['/sd', get(() => serviceDiscovery(options))],
    ['/-/healthy', get(() => textAnswer(200, 'Healthy'), true)],
    ['/-/ready', get(() => (options.isReady() ? textAnswer(200, 'Ready') : textAnswer(503, 'Stopping')), true)],
  ]);
}
