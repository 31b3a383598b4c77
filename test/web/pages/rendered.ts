// Printers as the pages get them, made by hand, and what can be read on a page.

import type { EndpointView, PrinterView } from '../../../src/fleet/view.ts';
import type { ExporterStatus } from '../../../src/metrics/exporter.ts';
import { adviceFor } from '../../../src/printer/advice.ts';
import { type FailureCode, PrinterError, type PrinterErrorOptions } from '../../../src/printer/errors.ts';
import type { Protocol, Snapshot } from '../../../src/printer/snapshot.ts';
import { renderCard } from '../../../src/web/pages/card.ts';
import type { Html } from '../../../src/web/pages/html.ts';
import { renderPrinterPage } from '../../../src/web/pages/printer.ts';
import type { PrinterStatus } from '../../../src/web/pages/printer-status.ts';
import { parseFilter } from '../../../src/web/pages/selection.ts';
import { renderStatusPage, type StatusPage } from '../../../src/web/pages/status.ts';
import { configNamed } from '../../support/fleet.ts';

export const NOW_MS = Date.parse('2026-03-04T15:00:00Z');
export const NOW = { ms: NOW_MS, forScript: false };
export const NO_TOTALS = { completed: 0, cancelled: 0, failed: 0, unknown: 0 };

export const EXPORTER: ExporterStatus = {
  build: { version: '1.2.3', revision: 'abc' },
  lastReloadSuccessful: true,
  lastReloadSuccessSeconds: 0,
  refusedRequests: {},
};

/** A printer that was read 3 s ago; without a snapshot that read failed. */
export function statusOf(snapshot: Snapshot | undefined, more: Partial<PrinterView> = {}): PrinterStatus {
  const name = more.labels?.printer ?? 'finder';
  const view: PrinterView = {
    labels: { printer: name },
    address: '192.0.2.1',
    up: snapshot !== undefined,
    endpoints: [],
    durationSeconds: 0.1,
    failures: [],
    jobs: { totals: NO_TOTALS, lastEnds: {} },
    snapshot,
    ...more,
  };
  const config = configNamed(name, { address: view.address });
  return { config, view, ageMs: 3000, endedAtMs: NOW_MS - 3000, isBeingRead: false };
}

/** An endpoint that failed, with the advice for a read that had no other. */
export function failed(
  protocol: Protocol,
  code: FailureCode,
  message: string,
  options?: PrinterErrorOptions,
): EndpointView {
  const endpoint = { protocol, failure: new PrinterError(code, message, options) };
  return { ...endpoint, up: false, advice: adviceFor(endpoint, [endpoint]) };
}

/** The whole page, as a browser gets it. */
export function pageOf(
  printers: readonly PrinterStatus[],
  more: Partial<StatusPage> & { query?: string } = {},
): string {
  const filter = parseFilter(new URLSearchParams(more.query));
  return renderStatusPage({ exporter: EXPORTER, telemetryPath: '/metrics', now: NOW, printers, filter, ...more });
}

/** The page of one printer. */
export function printerPageOf(status: PrinterStatus): string {
  return renderPrinterPage({ exporter: EXPORTER, telemetryPath: '/metrics', now: NOW, status });
}

/** What can be read once the tags are removed. */
export function readable(page: string | Html): string {
  return page
    .toString()
    .replaceAll(/<(style|script)>.*?<\/\1>/gs, ' ')
    .replaceAll(/<wbr>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([,.:])(?= |$)/g, '$1')
    .replaceAll('&#39;', "'")
    .trim();
}

/** The text of a printer's card. */
export function cardText(status: PrinterStatus): string {
  return readable(renderCard(status, NOW));
}
