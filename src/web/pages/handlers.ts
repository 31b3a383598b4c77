// The routes of the pages: `/` and `/printer/NAME`, and with `?fragment` the part of each that changes.

import { readForPage } from '../../fleet/cached-readings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Printer } from '../../fleet/printer.ts';
import type { ExporterStatus } from '../../metrics/exporter.ts';
import type { HttpResponse, Request } from '../http/message.ts';
import type { Handler } from '../http/router.ts';
import type { Html } from './html.ts';
import { CONTENT_SECURITY_POLICY, etagOf } from './layout.ts';
import { renderPrinterMain, renderPrinterPage } from './printer.ts';
import type { PrinterStatus } from './printer-status.ts';
import { parseFilter } from './selection.ts';
import { renderStatusMain, renderStatusPage } from './status.ts';

export interface PagesOptions {
  readonly fleet: Fleet;
  readonly status: () => ExporterStatus;
  readonly telemetryPath: string;
}

export interface Pages {
  readonly status: Handler;
  /** The page of a printer, which the path names. */
  readonly printer: (printer: Printer) => Handler;
}

// A page that somebody opens shows readings up to 5 s old. One that stays open looks for newer readings every 5 s, but causes
// at most one read per printer in 15 s itself (docs/architecture.md#data-flow).
const OPENED_MAX_AGE_MS = 5000;
const REFRESH_MAX_AGE_MS = 15_000;
const PATIENCE_MS = 2000;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

interface Rendering {
  readonly isFragment: boolean;
  readonly printers: readonly PrinterStatus[];
}

async function read(printers: readonly Printer[], request: Request): Promise<Rendering> {
  const isFragment = request.url.searchParams.has('fragment');
  const maxAgeMs = isFragment ? REFRESH_MAX_AGE_MS : OPENED_MAX_AGE_MS;
  const readings = await readForPage(printers, { maxAgeMs, patienceMs: PATIENCE_MS });
  const statuses = printers.flatMap(({ config }, index) => {
    const reading = readings[index];
    return reading ? [{ ...reading, config }] : [];
  });
  return { isFragment, printers: statuses };
}

/** The fragment, or 304 if the script has it already. */
function fragmentResponse(main: Html, request: Request): HttpResponse {
  const etag = etagOf(main);
  const isKnown = request.headers['if-none-match'] === etag;
  return { status: isKnown ? 304 : 200, headers: { ...HEADERS, etag }, body: isKnown ? '' : main.toString() };
}

/** The handlers of the pages. */
export function createPages({ fleet, status, telemetryPath }: PagesOptions): Pages {
  return {
    status: async (request) => {
      const { isFragment, printers } = await read(fleet.printers, request);
      const now = { ms: fleet.nowMs, forScript: isFragment };
      const page = { exporter: status(), telemetryPath, now, printers, filter: parseFilter(request.url.searchParams) };
      if (isFragment) return fragmentResponse(renderStatusMain(page), request);
      return { status: 200, headers: HEADERS, body: renderStatusPage(page) };
    },
    printer: (printer) => async (request) => {
      const { isFragment, printers } = await read([printer], request);
      const [first] = printers;
      const now = { ms: fleet.nowMs, forScript: isFragment };
      const shown = first ?? { ...printer.cached, config: printer.config };
      const page = { exporter: status(), telemetryPath, now, status: shown };
      if (isFragment) return fragmentResponse(renderPrinterMain(page), request);
      return { status: 200, headers: HEADERS, body: renderPrinterPage(page) };
    },
  };
}
