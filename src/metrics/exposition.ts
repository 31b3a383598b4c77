// A page of metrics: the printers', the exporter's, and those of the process.

import type { PrinterView } from '../fleet/view.ts';
import type { ExporterStatus } from './exporter.ts';
import { writeExporter, writePrinters } from './families.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import { type ExpositionFormat, TextWriter } from './text-format.ts';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What a page shows. */
export interface PageContent {
  readonly printers: readonly PrinterView[];
  /** The exporter itself; left out of a page about one printer. */
  readonly status?: ExporterStatus;
  /** The process's own metrics, where the page is to have them. */
  readonly process?: ProcessMetrics | undefined;
}

/** Renders one page, UTF-8. */
export async function renderPage(
  { printers, status, process: own }: PageContent,
  format: ExpositionFormat,
): Promise<Buffer> {
  const writer = new TextWriter(format);
  writePrinters(writer, printers);
  if (status) writeExporter(writer, status);
  if (own) writer.append(await own.render(format));
  return writer.end();
}
