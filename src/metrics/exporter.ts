// Metrics of the exporter itself.

import type { MetricType } from './family.ts';
import { labelPair, type TextWriter } from './text-format.ts';

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
}

export interface ExporterStatus {
  readonly build: BuildInfo;
  readonly lastReloadSuccessful: boolean;
  /** When the configuration in use was loaded, in seconds since 1970. */
  readonly lastReloadSuccessSeconds: number;
}

interface ExporterFamily<N extends string> {
  readonly name: N;
  readonly help: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly read: (status: ExporterStatus) => {
    readonly value: number;
    readonly labels: Readonly<Record<string, string>>;
  };
}

function family<N extends string>(
  name: N,
  help: string,
  labels: readonly string[],
  read: ExporterFamily<N>['read'],
): ExporterFamily<N> {
  return { name, help, type: 'gauge', labels, read };
}

export const EXPORTER_FAMILIES = [
  family(
    'flashforge_exporter_build_info',
    'Version of the exporter and what it runs on, always 1.',
    ['version', 'revision', 'node_version'],
    ({ build }) => ({
      value: 1,
      labels: { version: build.version, revision: build.revision, node_version: process.versions.node },
    }),
  ),
  family(
    'flashforge_exporter_config_last_reload_successful',
    'Whether the last attempt to load the configuration succeeded.',
    [],
    ({ lastReloadSuccessful }) => ({ value: Number(lastReloadSuccessful), labels: {} }),
  ),
  family(
    'flashforge_exporter_config_last_reload_success_timestamp_seconds',
    'When the configuration in use was loaded.',
    [],
    ({ lastReloadSuccessSeconds }) => ({ value: lastReloadSuccessSeconds, labels: {} }),
  ),
] as const;

export type ExporterMetricName = (typeof EXPORTER_FAMILIES)[number]['name'];

/** Writes the exporter's own families as of now. */
export function writeExporter(writer: TextWriter, status: ExporterStatus): void {
  for (const family of EXPORTER_FAMILIES) {
    const { value, labels } = family.read(status);
    writer.begin(family);
    const pairs = Object.entries(labels).map(([name, label]) => labelPair(name, label));
    writer.sample(family.name, pairs.join(','), value);
  }
}
