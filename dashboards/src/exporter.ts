// The exporter itself: which printers it reaches, how long that takes, and its process.

import { GraphDrawStyle, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { type Dashboard, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.ts';
import { fixedColor, steps } from './colors.ts';
import { NO_EXPORTER, PROCESS } from './exporter-process.ts';
import { choiceVariable, createDashboard, exporterVariable, printersVariable } from './frame.ts';
import { place, type Section } from './layout.ts';
import { barGauge, dashed, stat, timeSeries } from './panels.ts';
import { of, ofExporter, perPrinter } from './promql.ts';
import { table } from './table.ts';

const NO_PRINTERS = 'no printers';

const UP = perPrinter(of('flashforge_up'));
const SCRAPE_SECONDS = perPrinter(of('flashforge_scrape_duration_seconds'));
const SINCE_CONTACT = `time() - ${perPrinter(of('flashforge_last_seen_timestamp_seconds'))}`;

const SUMMARY: Section = {
  panels: [
    place(
      stat(
        {
          title: 'Printers up',
          description: 'Printers that were read in the last scrape.',
          unit: 'none',
          empty: NO_PRINTERS,
        },
        { expr: `sum(${UP})` },
      ).thresholds(steps('text', [1, 'green'])),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'Printers down',
          description: 'Printers that did not answer in the last scrape: switched off, or out of reach.',
          unit: 'none',
          empty: NO_PRINTERS,
        },
        { expr: `sum(${UP} == bool 0)` },
      ).thresholds(steps('text', [1, 'yellow'])),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'Slowest printer',
          description: 'The printer that took longest to read in the last scrape.',
          unit: 's',
          empty: NO_PRINTERS,
        },
        { expr: `topk(1, ${SCRAPE_SECONDS})`, legend: '{{printer}}' },
      )
        .decimals(2)
        .thresholds(steps('green', [5, 'yellow'], [8, 'red'])),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'Exporter',
          description: 'Whether Prometheus reached the exporter in its last scrape.',
          unit: 'none',
          empty: NO_EXPORTER,
        },
        { expr: ofExporter('up'), legend: '{{instance}}' },
      ).mappings([
        {
          type: MappingType.ValueToText,
          options: { '0': { text: 'down', color: 'red', index: 0 }, '1': { text: 'up', color: 'green', index: 1 } },
        },
      ]),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'Configuration',
          description:
            'Whether the last attempt to load the configuration succeeded; after a failure the old one stays.',
          unit: 'none',
          empty: NO_EXPORTER,
        },
        { expr: ofExporter('flashforge_exporter_config_last_reload_successful'), legend: '{{instance}}' },
      ).mappings([
        {
          type: MappingType.ValueToText,
          options: {
            '0': { text: 'failed', color: 'red', index: 0 },
            '1': { text: 'loaded', color: 'green', index: 1 },
          },
        },
      ]),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'State file',
          description:
            'Whether the outcomes of prints are kept over a restart: the file of --state.file can be written.',
          unit: 'none',
          empty: `no --state.file, or ${NO_EXPORTER}`,
        },
        { expr: ofExporter('flashforge_exporter_state_file_writable'), legend: '{{instance}}' },
      ).mappings([
        {
          type: MappingType.ValueToText,
          options: {
            '0': { text: 'not writable', color: 'red', index: 0 },
            '1': { text: 'writable', color: 'green', index: 1 },
          },
        },
      ]),
      4,
      4,
    ),
  ],
};

const READS: Section = {
  title: 'Reading the printers',
  panels: [
    place(
      timeSeries(
        {
          title: 'Time to read each printer',
          description:
            'Dashed the timeout: set “Scrape timeout” at the top to the scrape_timeout of your Prometheus. A printer that ' +
            'is off takes up to the timeout; the others are read meanwhile.',
          unit: 's',
          empty: NO_PRINTERS,
        },
        { expr: SCRAPE_SECONDS, legend: '{{printer}}' },
        { expr: 'vector($timeout)', legend: 'timeout' },
      )
        .min(0)
        .overrideByName('timeout', [{ id: 'color', value: fixedColor('red').build() }, ...dashed()]),
      12,
      9,
    ),
    place(
      timeSeries(
        {
          title: 'Failures by code',
          description: 'Failed reads per minute, by protocol and code.',
          unit: 'cpm',
          empty: 'no failures',
        },
        {
          expr: `sum by (protocol, code) (${perPrinter(
            `rate(${of('flashforge_scrape_failures_total')}[$__rate_interval])`,
            'protocol',
            'code',
          )}) * 60`,
          legend: '{{protocol}} {{code}}',
        },
      )
        .drawStyle(GraphDrawStyle.Bars)
        .showPoints(VisibilityMode.Never)
        .fillOpacity(60)
        .min(0),
      12,
      9,
    ),
    place(
      barGauge(
        {
          title: 'Age of the last contact',
          description: 'How long ago each printer was last read. It grows while a printer is switched off.',
          unit: 's',
          empty: 'no printer has been read yet',
        },
        { expr: `sort_desc(${SINCE_CONTACT})`, legend: '{{printer}}' },
      )
        .min(0)
        // An hour or more fills the bar; without a maximum the longest one would, even after a second.
        .max(3_600)
        .decimals(0)
        .thresholds(steps('green', [300, 'yellow'], [86_400, 'orange'])),
      12,
      9,
    ),
    place(
      table(
        {
          title: 'Failures since the exporter started',
          description: 'Failed reads of each printer, by protocol and code.',
          unit: 'none',
          empty: 'no failures',
        },
        [{ name: 'count', expr: perPrinter(of('flashforge_scrape_failures_total'), 'protocol', 'code') }],
        [
          { title: 'Printer', label: 'printer' },
          { title: 'Protocol', label: 'protocol' },
          { title: 'Code', label: 'code' },
          { title: 'Failures', query: 'count' },
        ],
      ),
      12,
      9,
    ),
  ],
};

export function createExporterDashboard(): Dashboard {
  return createDashboard({
    uid: 'flashforge-exporter',
    description: 'flashforge-exporter itself: which printers it reaches, how long that takes, and its process.',
    from: 'now-6h',
    builder: (dashboard) =>
      dashboard
        .withVariable(printersVariable())
        .withVariable(exporterVariable('job', 'Job'))
        .withVariable(exporterVariable('instance', 'Exporter', 'job=~"$job"'))
        .withVariable(choiceVariable('timeout', 'Scrape timeout (s)', ['5', '10', '15', '20', '30', '60'], '20'))
        .annotations(annotations(false)),
    sections: [SUMMARY, READS, PROCESS],
  });
}
