// What the exporter serves.

import type { Fleet } from '../fleet/fleet.ts';
import { type ExporterStatus, exporterFamilies } from '../metrics/exporter.ts';
import { CONTENT_TYPES, type ProcessMetrics, renderPage } from '../metrics/exposition.ts';
import { familiesOf } from '../metrics/families.ts';
import { type Answer, type Request, textAnswer } from './answer.ts';
import { type DeadlineOptions, scrapeTimeMs } from './deadline.ts';
import { renderLanding } from './pages/landing.ts';
import type { Route, Routes } from './router.ts';

export interface RoutesOptions {
  readonly fleet: Fleet;
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

async function metrics(options: RoutesOptions, request: Request): Promise<Answer> {
  const views = await options.fleet.scrape(scrapeTimeMs(request, options.deadline), request.signal);
  const families = [...familiesOf(views), ...exporterFamilies(options.status())];
  const body = await renderPage(families, 'text', options.processMetrics);
  return { status: 200, headers: { ...NO_STORE, 'content-type': CONTENT_TYPES.text }, body };
}

function landing({ status, telemetryPath }: RoutesOptions): Answer {
  const html = renderLanding(status().build.version, [
    { path: telemetryPath, text: 'Metrics' },
    { path: '/-/healthy', text: 'Health' },
    { path: '/-/ready', text: 'Readiness' },
  ]);
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    ...NO_STORE,
  };
  return { status: 200, headers, body: html };
}

/** The table of routes over a fleet. */
export function createRoutes(options: RoutesOptions): Routes {
  return new Map<string, Route>([
    ['/', get(() => landing(options))],
    [options.telemetryPath, get((request) => metrics(options, request))],
    ['/-/healthy', get(() => textAnswer(200, 'Healthy'), true)],
    ['/-/ready', get(() => (options.isReady() ? textAnswer(200, 'Ready') : textAnswer(503, 'Stopping')), true)],
  ]);
}
