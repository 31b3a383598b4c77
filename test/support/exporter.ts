// Runs the whole exporter in this process, as `serve` does, on a free port.

import { type ExporterOptions, type RunningExporter, startExporter } from '../../src/cli/exporter.ts';
import { silentLogger } from '../../src/common/log.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import { type Page, parseExposition, samplesOf } from './exposition-parser.ts';
import { ask, type HttpOptions } from './http.ts';

export interface TestExporter extends RunningExporter {
  readonly url: string;
}

export async function startTestExporter(
  printers: readonly PrinterConfig[],
  options: Partial<ExporterOptions> = {},
): Promise<TestExporter> {
  const exporter = await startExporter({
    printers,
    listen: [{ host: '127.0.0.1', port: 0 }],
    telemetryPath: '/metrics',
    processMetrics: false,
    maxRequests: 40,
    scrapeTimeoutMs: 10_000,
    scrapeTimeoutOffsetMs: 500,
    discoveryIntervalMs: 0,
    build: { version: '0.0.0', revision: 'test' },
    log: silentLogger,
    now: Date.now,
    // A test that sets the time lets it pass.
    ...(options.now && { monotonicSeconds: secondsOf(options.now) }),
    ...options,
  });
  return { ...exporter, url: exporter.urls[0] ?? '' };
}

function secondsOf(now: () => number): () => number {
  return () => now() / 1000;
}

/** Scrapes /metrics once and parses the page strictly. */
export async function scrape({ url }: TestExporter, options: HttpOptions = {}): Promise<Page> {
  const { status, headers, body } = await ask(url, '/metrics', options);
  if (status !== 200) throw new Error(`/metrics responded with ${status}: ${body}`);
  const isOpenMetrics = String(headers['content-type']).startsWith('application/openmetrics-text');
  return parseExposition(body, isOpenMetrics ? 'openmetrics' : 'text');
}

/** The name and flashforge_up of each printer, in page order. */
export function upOf(page: Page): readonly (readonly [string | undefined, number])[] {
  return samplesOf(page, 'flashforge_up').map(({ labels, value }) => [labels['printer'], value]);
}
