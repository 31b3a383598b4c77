// A page of metrics: the printers', the exporter's, and those of the process, which prom-client keeps. The only file that
// imports prom-client.

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { PrinterView } from '../fleet/view.ts';
import type { ExporterStatus } from './exporter.ts';
import { writeExporter, writePrinters } from './families.ts';
import { type ExpositionFormat, TextWriter } from './text-format.ts';

export const CONTENT_TYPES: {
  readonly text: typeof Registry.PROMETHEUS_CONTENT_TYPE;
  readonly openmetrics: typeof Registry.OPENMETRICS_CONTENT_TYPE;
} = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

// What prom-client needs of a metric to render it. Built for every page: rendering OpenMetrics strips `_total` from the
// name of the object, so a long-lived counter would lose it for good.
interface Renderable {
  name: string;
  readonly type: string;
  get(): Promise<unknown>;
}

function renderable(name: string, help: string, type: string, values: readonly unknown[]): Renderable {
  const self: Renderable = { name, type, get: async () => ({ name: self.name, help, type, values }) };
  return self;
}

/** Metrics of the process, which prom-client keeps for the life of the process. */
export interface ProcessMetrics {
  readonly registry: Registry;
}

// The default of 10 ms would wake an idle process a hundred times a second.
const LOOP_SAMPLE_MS = 100;

/** Starts to measure the process: CPU, memory, file descriptors, event loop lag, garbage collection. */
export function createProcessMetrics(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  for (const { name, type } of registry.getMetricsAsArray()) {
    // Gauges named `_total` fail promtool's lint; each exists again without the suffix, with a label `type`.
    if (name.endsWith('_total') && String(type) !== 'counter') registry.removeSingleMetric(name);
  }
  return { registry };
}

// The event loop's delays since the last page. Before the first sample they would be NaN, 0 and 2^63 - 1 ns.
const LOOP_DELAY = /^nodejs_eventloop_lag_\w+_seconds$/;
const LOOP_DELAY_SPREAD = 'nodejs_eventloop_lag_stddev_seconds';

/** How late a sample was. Node.js reports the time since the previous one, so an idle loop would seem 100 ms late. */
function latenessOf(value: number): number {
  return Math.max(0, value - LOOP_SAMPLE_MS / 1000);
}

/** The process's metrics now. */
async function measure({ registry }: ProcessMetrics): Promise<readonly Renderable[]> {
  const metrics = await registry.getMetricsAsJSON();
  const mean = metrics.find(({ name }) => name === 'nodejs_eventloop_lag_mean_seconds')?.values[0]?.value;
  const hasLoopDelay = Number.isFinite(mean);
  return metrics
    .filter(({ name }) => hasLoopDelay || !LOOP_DELAY.test(name))
    .map(({ name, help, type, values }) => {
      const isTime = LOOP_DELAY.test(name) && name !== LOOP_DELAY_SPREAD;
      const shown = isTime ? values.map((sample) => ({ ...sample, value: latenessOf(sample.value) })) : values;
      return renderable(name, help, String(type), shown);
    });
}

async function renderProcess(own: ProcessMetrics, format: ExpositionFormat): Promise<string> {
  const registry = new Registry();
  // prom-client gives each content type a type of its own; at run time it is one setting.
  (
    registry as Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE | typeof Registry.PROMETHEUS_CONTENT_TYPE>
  ).setContentType(CONTENT_TYPES[format]);
  // prom-client's type asks for its own classes; its code uses only `name`, `type` and `get`.
  for (const metric of await measure(own)) registry.registerMetric(metric as unknown as Metric);
  return (await registry.metrics()).replace(/# EOF\n$/, '');
}

/** What a page shows. */
export interface PageContent {
  readonly printers: readonly PrinterView[];
  /** The exporter itself; left out of a page about one printer. */
  readonly status?: ExporterStatus;
  /** The process's own metrics, where the page is to have them. */
  readonly process?: ProcessMetrics;
}

/** Renders one page, UTF-8. */
export async function renderPage(
  { printers, status, process: own }: PageContent,
  format: ExpositionFormat,
): Promise<Buffer> {
  const writer = new TextWriter(format);
  writePrinters(writer, printers);
  if (status) writeExporter(writer, status);
  if (own) writer.append(await renderProcess(own, format));
  return writer.end();
}
