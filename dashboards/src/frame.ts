// What the three dashboards have in common: variables, links to each other, time range.

import {
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PrinterMetricName } from '../../src/metrics/catalog.ts';
import type { ExporterMetricName } from '../../src/metrics/exporter.ts';
import { layOut, type Section } from './layout.ts';
import { DATASOURCE } from './panels.ts';

export const DASHBOARDS = {
  'flashforge-fleet': 'FlashForge fleet',
  'flashforge-printer': 'FlashForge printer',
  'flashforge-exporter': 'FlashForge exporter',
} as const;

export type Uid = keyof typeof DASHBOARDS;

// Grafana 10.4 and 11 write 39; newer ones bring it up to date, and nothing here needs more.
const SCHEMA_VERSION = 39;

export interface Frame {
  readonly uid: Uid;
  readonly description: string;
  readonly from: string;
  readonly builder: (dashboard: DashboardBuilder) => DashboardBuilder;
  readonly sections: readonly Section[];
}

export function createDashboard({ uid, description, from, builder, sections }: Frame): Dashboard {
  const dashboard = new DashboardBuilder(DASHBOARDS[uid])
    .uid(uid)
    .description(description)
    .tags(['flashforge', '3d-printing'])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh('30s')
    .version(1)
    .links(linksOf(uid))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  return { ...builder(dashboard).build(), id: null, schemaVersion: SCHEMA_VERSION, panels: layOut(sections) };
}

function linksOf(uid: Uid): DashboardLinkBuilder[] {
  return Object.entries(DASHBOARDS)
    .filter(([other]) => other !== uid)
    .map(([other, title]) =>
      new DashboardLinkBuilder(title)
        .type(DashboardLinkType.Link)
        .url(`/d/${other}`)
        .icon('dashboard')
        .tooltip(`${title}, the same printers and time`)
        .keepTime(true)
        .includeVars(true),
    );
}

/** Opens a printer, at the same time; for the cells of a table with a column `Printer`. */
export function printerLink(): DashboardLinkBuilder {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of Grafana
  const variables = '${__url_time_range}&${datasource:queryparam}&var-printer=${__data.fields.Printer:percentencode}';
  return new DashboardLinkBuilder('Open this printer').url(`/d/flashforge-printer?${variables}`);
}

const ALL = { text: ['All'], value: ['$__all'], selected: true };

/** @param startsWithAll else with what Grafana takes when nothing is chosen */
export function printerVariable(startsWithAll: boolean): QueryVariableBuilder {
  // One short pattern for all, however many there are; only our metrics have it behind them.
  const variable = labelVariable('printer', 'Printer', 'flashforge_up').allValue('.+');
  return startsWithAll ? variable.current(ALL) : variable;
}

/** A label of the exporter's own metrics. All of them is the list of them: `up` and process_* are everybody's. */
export function exporterVariable(name: string, label: string, matchers = ''): QueryVariableBuilder {
  return labelVariable(name, label, 'flashforge_exporter_build_info', matchers).current(ALL);
}

function labelVariable(
  name: string,
  label: string,
  metric: PrinterMetricName | ExporterMetricName,
  matchers = '',
): QueryVariableBuilder {
  const query = `label_values(${metric}${matchers === '' ? '' : `{${matchers}}`}, ${name})`;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true);
}

/** One of a few fixed values. */
export function choiceVariable(name: string, label: string, values: readonly string[], chosen: string) {
  const option = (value: string) => ({ text: value, value, selected: value === chosen });
  return new CustomVariableBuilder(name)
    .label(label)
    .values(values.join(','))
    .options(values.map(option))
    .current(option(chosen));
}
