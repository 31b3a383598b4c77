// Selectors and groupings of PromQL. A metric's name is typed: one that is renamed in the catalog does not compile here.

import type { PrinterMetricName } from '../../src/metrics/catalog.ts';
import type { ExporterMetricName } from '../../src/metrics/exporter.ts';

/** Of prom-client's metrics of the process, those that the dashboards show. */
export type ProcessMetricName =
  | 'process_cpu_seconds_total'
  | 'process_resident_memory_bytes'
  | 'process_start_time_seconds'
  | 'nodejs_heap_size_used_bytes'
  | 'nodejs_external_memory_bytes'
  | 'nodejs_eventloop_lag_mean_seconds'
  | 'nodejs_eventloop_lag_p99_seconds';

/** What Prometheus itself says of a scrape. */
export type ScrapeMetricName = 'up' | 'scrape_duration_seconds';

/** The chosen printers' series. Grafana escapes the variable for a regular expression in double quotes by itself. */
export function of(name: PrinterMetricName, ...matchers: readonly string[]): string {
  return `${name}{${['printer=~"$printer"', ...matchers].join(',')}}`;
}

/** Series of the chosen exporters. */
export function ofExporter(name: ExporterMetricName | ProcessMetricName | ScrapeMetricName): string {
  return `${name}{job=~"$job",instance=~"$instance"}`;
}

/**
 * One series a printer and these labels. A printer that is scraped twice, by two Prometheus jobs (/metrics and /probe)
 * or from two exporters, stays one.
 */
export function perPrinter(expr: string, ...labels: readonly string[]): string {
  return `max by (${['printer', ...labels].join(', ')}) (${expr})`;
}

/** Of an info series exactly one a printer, whatever two exporters say at the same time: safe to join. */
export function onePerPrinter(expr: string, ...labels: readonly string[]): string {
  return `topk by (printer) (1, ${perPrinter(expr, ...labels)})`;
}

/** Seconds since 1970 as Grafana's date units want them. */
export function inMilliseconds(expr: string): string {
  return `${expr} * 1000`;
}
