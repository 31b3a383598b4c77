// The metrics and labels that the dashboards may use: those of the catalog, of the process and of Prometheus itself.

import { PRINTER_FAMILIES } from '../../src/metrics/catalog.ts';
import { EXPORTER_FAMILIES } from '../../src/metrics/exporter.ts';
import { createProcessMetrics } from '../../src/metrics/process-metrics.ts';

export interface KnownMetric {
  readonly of: 'printer' | 'exporter' | 'prometheus';
  readonly isCounter: boolean;
  readonly labels: ReadonlySet<string>;
}

/** Prometheus adds these to everything it scrapes. */
const TARGET_LABELS = ['job', 'instance'];
/** Prometheus keeps one series of each per alert, of whatever rules it has. */
const ALERT_METRICS = ['ALERTS', 'ALERTS_FOR_STATE'];
const ALERT_LABELS = ['alertname', 'alertstate', 'severity', 'printer'];
const SCRAPE_METRICS = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];

function known(of: KnownMetric['of'], type: string, labels: readonly string[]): KnownMetric {
  return { of, isCounter: type === 'counter', labels: new Set([...labels, ...TARGET_LABELS]) };
}

function processMetrics(): readonly (readonly [string, KnownMetric])[] {
  return createProcessMetrics().families.map(({ name, type }) => [name, known('exporter', type, [])]);
}

export const KNOWN_METRICS: ReadonlyMap<string, KnownMetric> = new Map([
  ...PRINTER_FAMILIES.map(
    ({ name, type, labels }) => [name as string, known('printer', type, ['printer', ...labels])] as const,
  ),
  ...EXPORTER_FAMILIES.map(({ name, type, labels }) => [name as string, known('exporter', type, labels)] as const),
  ...processMetrics(),
  ...ALERT_METRICS.map((name) => [name, known('prometheus', 'gauge', ALERT_LABELS)] as const),
  ...SCRAPE_METRICS.map((name) => [name, known('exporter', 'gauge', [])] as const),
]);
