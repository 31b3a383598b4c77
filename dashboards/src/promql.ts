// PromQL selectors and groupings. Metric names are typed, so a metric renamed in the catalog does not compile here.

import type { PrinterMetricName } from '../../src/metrics/catalog.ts';
import type { ExporterMetricName } from '../../src/metrics/exporter.ts';

/** The process metrics of prom-client that the dashboards show. */
export type ProcessMetricName =
  | 'process_cpu_seconds_total'
  | 'process_resident_memory_bytes'
  | 'process_start_time_seconds'
  | 'nodejs_heap_size_used_bytes'
  | 'nodejs_external_memory_bytes'
  | 'nodejs_eventloop_lag_mean_seconds'
  | 'nodejs_eventloop_lag_p99_seconds';

/** What Prometheus itself records about a scrape. */
export type ScrapeMetricName = 'up' | 'scrape_duration_seconds';

/** The series of the selected printers. Grafana escapes the variable for a regular expression in double quotes. */
export function of(name: PrinterMetricName, ...matchers: readonly string[]): string {
  return `${name}{${['printer=~"$printer"', ...matchers].join(',')}}`;
}

/** The series of the selected exporters. */
export function ofExporter(name: ExporterMetricName | ProcessMetricName | ScrapeMetricName): string {
  return `${name}{job=~"$job",instance=~"$instance"}`;
}

/**
 * The firing alerts of our rules, with the time since when as value. Alerts about the exporter have no label `printer`:
 * an alternative that is empty selects them too.
 */
export function firingAlerts(): string {
  const matchers = 'alertname=~"FlashForge.+",printer=~"$printer|"';
  const labels = 'printer, alertname, severity';
  const since = `max by (${labels}) (ALERTS_FOR_STATE{${matchers}})`;
  return `${since} and on (${labels}) ALERTS{alertstate="firing",${matchers}}`;
}

/**
 * One series per printer and these labels. A printer that is scraped twice, by two Prometheus jobs (/metrics and
 * /probe) or through two exporters, is still one printer.
 */
export function perPrinter(expr: string, ...labels: readonly string[]): string {
  return `max by (${['printer', ...labels].join(', ')}) (${expr})`;
}

/** Exactly one info series per printer, even while two exporters disagree: safe to join on the printer. */
export function onePerPrinter(expr: string, ...labels: readonly string[]): string {
  return `topk by (printer) (1, ${perPrinter(expr, ...labels)})`;
}

/** Seconds since 1970 to milliseconds, which Grafana's date units expect. */
export function inMilliseconds(expr: string): string {
  return `${expr} * 1000`;
}
