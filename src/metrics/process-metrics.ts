// Metrics of the process, which prom-client keeps for the life of the process: CPU, memory, file descriptors, event loop lag, garbage
// collection. The only file that imports prom-client, which takes an eighth of the start-up time: load it when it is needed.

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { ExpositionFormat } from './text-format.ts';

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

// The default of 10 ms would wake an idle process a hundred times a second.
const LOOP_SAMPLE_MS = 100;

// The event loop's delays since the last page. Before the first sample they would be NaN, 0 and 2^63 - 1 ns.
const LOOP_DELAY = /^nodejs_eventloop_lag_\w+_seconds$/;
const LOOP_DELAY_SPREAD = 'nodejs_eventloop_lag_stddev_seconds';

/** How late a sample was. Node.js reports the time since the previous one, so an idle loop would seem 100 ms late. */
function latenessOf(value: number): number {
  return Math.max(0, value - LOOP_SAMPLE_MS / 1000);
}

/** The process's metrics now. */
async function measure(registry: Registry): Promise<readonly Renderable[]> {
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

// prom-client gives each content type a type of its own; at run time it is one setting.
type AnyRegistry = Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE | typeof Registry.PROMETHEUS_CONTENT_TYPE>;

const CONTENT_TYPES = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

async function render(own: Registry, format: ExpositionFormat): Promise<string> {
  const registry = new Registry();
  (registry as AnyRegistry).setContentType(CONTENT_TYPES[format]);
  // prom-client's type asks for its own classes; its code uses only `name`, `type` and `get`.
  for (const metric of await measure(own)) registry.registerMetric(metric as unknown as Metric);
  return (await registry.metrics()).replace(/# EOF\n$/, '');
}

export interface ProcessMetrics {
  /** Name and type of each. */
  readonly families: readonly { readonly name: string; readonly type: string }[];
  /** The metrics now, without OpenMetrics' end mark. */
  render(format: ExpositionFormat): Promise<string>;
}

/** Starts to measure the process. */
export function createProcessMetrics(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  for (const { name, type } of registry.getMetricsAsArray()) {
    // Gauges named `_total` fail promtool's lint; each exists again without the suffix, with a label `type`.
    if (name.endsWith('_total') && String(type) !== 'counter') registry.removeSingleMetric(name);
  }
  const families = registry.getMetricsAsArray().map(({ name, type }) => ({ name, type: String(type) }));
  return { families, render: (format) => render(registry, format) };
}
