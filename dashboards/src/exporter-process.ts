// The exporter's process: memory, CPU, loop lag, version.

import { place, type Section } from './layout.ts';
import { timeSeries } from './panels.ts';
import { ofExporter } from './promql.ts';
import { table } from './table.ts';

/** /probe tells of a printer only, and what the variables offer comes from /metrics as well. */
export const NO_EXPORTER = 'no job scrapes /metrics';
const NO_PROCESS = `${NO_EXPORTER}, or it is left out by --web.disable-exporter-metrics`;

export const PROCESS: Section = {
  title: 'The process',
  panels: [
    place(
      timeSeries(
        {
          title: 'Memory',
          description: 'Memory of the process, and of it what JavaScript objects and buffers take.',
          unit: 'bytes',
          empty: NO_PROCESS,
        },
        { expr: ofExporter('process_resident_memory_bytes'), legend: '{{instance}} resident' },
        { expr: ofExporter('nodejs_heap_size_used_bytes'), legend: '{{instance}} heap' },
        { expr: ofExporter('nodejs_external_memory_bytes'), legend: '{{instance}} buffers' },
      ).min(0),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'CPU',
          description: 'Share of one processor core.',
          unit: 'percentunit',
          empty: NO_PROCESS,
        },
        { expr: `rate(${ofExporter('process_cpu_seconds_total')}[$__rate_interval])`, legend: '{{instance}}' },
      ).min(0),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Loop lag',
          description: 'How late the process’s event loop was between two scrapes: everything else waits that long.',
          unit: 's',
          empty: NO_PROCESS,
        },
        { expr: ofExporter('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}} 99th percentile' },
        { expr: ofExporter('nodejs_eventloop_lag_mean_seconds'), legend: '{{instance}} mean' },
      ).min(0),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Scrapes of the exporter',
          description: 'How long Prometheus waited for the whole answer, all printers together.',
          unit: 's',
          empty: NO_EXPORTER,
        },
        { expr: ofExporter('scrape_duration_seconds'), legend: '{{instance}}' },
      ).min(0),
      8,
      8,
    ),
    place(
      table(
        {
          title: 'Version',
          description: 'What runs, since when, and from when its configuration is.',
          unit: 'string',
          empty: NO_EXPORTER,
        },
        [
          {
            name: 'build',
            expr: `max by (job, instance, version, revision, node_version) (${ofExporter('flashforge_exporter_build_info')})`,
          },
          { name: 'start', expr: `max by (job, instance) (${ofExporter('process_start_time_seconds')}) * 1000` },
          {
            name: 'configuration',
            expr: `max by (job, instance) (${ofExporter('flashforge_exporter_config_last_reload_success_timestamp_seconds')}) * 1000`,
          },
        ],
        [
          { title: 'Job', label: 'job' },
          { title: 'Instance', label: 'instance' },
          { title: 'Version', label: 'version' },
          { title: 'Revision', label: 'revision' },
          { title: 'Node.js', label: 'node_version' },
          { title: 'Started', query: 'start', properties: [{ id: 'unit', value: 'dateTimeAsLocal' }] },
          {
            title: 'Configuration of',
            query: 'configuration',
            properties: [{ id: 'unit', value: 'dateTimeAsLocal' }],
          },
        ],
      ),
      16,
      8,
    ),
  ],
};
