// A page of metrics: the printers', the exporter's, and those of the process, which prom-client keeps. The only file that
// imports prom-client.

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { PrinterView } from '../fleet/view.ts';
import { type ExporterStatus, writeExporter } from './exporter.ts';
import { writePrinters } from './families.ts';
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

/** Metrics of the process itself, kept by prom-client over the process's life. */
export interface ProcessMetrics {
  readonly registry: Registry;
}

// The default, 10 ms, would wake an idle process a hundred times a second.
const LOOP_SAMPLE_MS = 100;

/** Starts measuring the process: CPU, memory, descriptors, loop lag, garbage collection. */
export function createProcessMetrics(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  for (const { name, type } of registry.getMetricsAsArray()) {
    // Gauges called `_total` fail promtool's lint; each stands again without the suffix, by type.
    if (name.endsWith('_total') && String(type) !== 'counter') registry.removeSingleMetric(name);
  }
  return { registry };
}

// The loop's delays since the last page. Until the first sample they would be NaN, 0 and 2^63 - 1 ns.
const LOOP_DELAY = /^nodejs_eventloop_lag_\w+_seconds$/;
const LOOP_DELAY_SPREAD = 'nodejs_eventloop_lag_stddev_seconds';

/** How late a sample came. Node.js gives the time since the last one: an idle loop would be 100 ms late. */
function latenessOf(value: number): number {
  return Math.max(0, value - LOOP_SAMPLE_MS / 1000);
}

/** The process's metrics as of now. */
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
  // The two content types are types of their own in prom-client; at run time it is one setting.
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
