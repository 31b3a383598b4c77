// From metric families to bytes. The only file that knows prom-client.

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { MetricFamily } from './families.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

// What prom-client asks of a metric when it renders one. Made anew for every page: rendering OpenMetrics strips
// `_total` from the name of the object it is given, so that a long-lived counter would lose it for ever.
interface Renderable {
  name: string;
  readonly type: string;
  get(): Promise<unknown>;
}

function renderable(name: string, type: string, get: () => unknown): Renderable {
  const self: Renderable = { name, type, get: async () => ({ ...Object(await get()), name: self.name }) };
  return self;
}

function register(registry: Registry, metric: Renderable): void {
  // prom-client's type wants its own classes, its code only `name`, `type` and `get`.
  registry.registerMetric(metric as unknown as Metric);
}

/** Metrics of the process itself, kept by prom-client over the process's life. */
export interface ProcessMetrics {
  readonly registry: Registry;
}

/** Starts measuring the process: CPU, memory, descriptors, loop lag, garbage collection. */
export function createProcessMetrics(): ProcessMetrics {
  const registry = new Registry();
  // A sample every 10 ms, the default, would wake an idle process a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const { name, type } of registry.getMetricsAsArray()) {
    // Gauges called `_total` fail promtool's lint; each stands again without the suffix, by type.
    if (name.endsWith('_total') && String(type) !== 'counter') registry.removeSingleMetric(name);
  }
  return { registry };
}

/** Renders one page. @param own the process's own metrics, where the page is to have them */
export async function renderPage(
  families: readonly MetricFamily[],
  format: ExpositionFormat,
  own?: ProcessMetrics,
): Promise<string> {
  const registry = new Registry();
  // The two content types are types of their own in prom-client; at run time it is one setting.
  (
    registry as Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE | typeof Registry.PROMETHEUS_CONTENT_TYPE>
  ).setContentType(format === 'openmetrics' ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE);
  for (const { name, help, type, samples } of families) {
    register(
      registry,
      renderable(name, type, () => ({ help, type, values: samples })),
    );
  }
  for (const metric of own?.registry.getMetricsAsArray() ?? []) {
    const source = own?.registry.getSingleMetric(metric.name);
    if (source)
      register(
        registry,
        renderable(metric.name, String(metric.type), () => source.get()),
      );
  }
  return await registry.metrics();
}
