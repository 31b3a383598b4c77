// The exporter's process: memory, CPU, event loop lag, refused requests, version.

import { place, type Section } from './layout.ts';
import { timeSeries } from './panels.ts';
import { ofExporter } from './promql.ts';
import { table } from './table.ts';

/** /probe has no metrics of the exporter, and the values of the variables come from /metrics too. */
export const NO_EXPORTER = 'no job scrapes /metrics';
const NO_PROCESS = `${NO_EXPORTER}, or --web.disable-exporter-metrics leaves it out`;

export const PROCESS: Section = {
  title: 'The process',
  panels: [
    place(
      timeSeries(
        {
          title: 'Memory',
          description: 'Memory of the process, and the part of JavaScript objects and buffers.',
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
          title: 'Event loop lag',
          description: 'How late the event loop was between two scrapes: every request waits that long.',
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
          description: 'How long Prometheus waited for the response with all printers.',
          unit: 's',
          empty: NO_EXPORTER,
        },
        { expr: ofExporter('scrape_duration_seconds'), legend: '{{instance}}' },
      ).min(0),
      6,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Refused requests',
          description:
            'Requests refused per minute, by HTTP status: 401 without a valid password, 429 with too many passwords waiting, ' +
            '503 at --web.max-requests.',
          unit: 'cpm',
          empty: NO_EXPORTER,
        },
        {
          expr: `60 * rate(${ofExporter('flashforge_exporter_http_requests_refused_total')}[$__rate_interval])`,
          legend: '{{instance}} {{code}}',
        },
      ).min(0),
      6,
      8,
    ),
    place(
      table(
        {
          title: 'Version',
          description: 'The version that runs, its start, and when it loaded its configuration.',
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
          { title: 'Job', width: 110, label: 'job' },
          { title: 'Instance', label: 'instance' },
          { title: 'Version', width: 80, label: 'version' },
          { title: 'Revision', width: 90, label: 'revision' },
          { title: 'Node.js', width: 90, label: 'node_version' },
          { title: 'Started', query: 'start', width: 135, properties: [{ id: 'unit', value: 'time:ddd D MMM HH:mm' }] },
          {
            title: 'Config loaded',
            query: 'configuration',
            width: 135,
            properties: [{ id: 'unit', value: 'time:ddd D MMM HH:mm' }],
          },
        ],
      ),
      12,
      8,
    ),
  ],
};
