// What the three dashboards share: variables, links to each other, the time range.

import {
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PrinterMetricName } from '../../src/metrics/catalog.ts';
import type { ExporterMetricName } from '../../src/metrics/exporter.ts';
import { exportKeys, IMPORTED_DATASOURCE } from './export.ts';
import { layOut, type Section } from './layout.ts';
import { DATASOURCE } from './panels.ts';

export const DASHBOARDS = {
  'flashforge-fleet': 'FlashForge fleet',
  'flashforge-printer': 'FlashForge printer',
  'flashforge-exporter': 'FlashForge exporter',
} as const;

export type Uid = keyof typeof DASHBOARDS;

// Grafana 10.4 and 11 write 39. Newer versions migrate it, and nothing here needs a newer schema.
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
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Data source')
        .type('prometheus')
        .current({ text: IMPORTED_DATASOURCE, value: IMPORTED_DATASOURCE }),
    );
  const built = { ...builder(dashboard).build(), id: null, schemaVersion: SCHEMA_VERSION, panels: layOut(sections) };
  return { ...exportKeys(built), ...built };
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

/**
 * A link to the dashboard of one printer that keeps the time range.
 * @param name the variable of Grafana that holds the printer's name
 */
export function printerLink(name = '__data.fields.Printer'): DashboardLinkBuilder {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of Grafana
  const kept = '${__url_time_range}&${datasource:queryparam}';
  return new DashboardLinkBuilder('Open this printer').url(
    `/d/flashforge-printer?${kept}&var-printer=\${${name}:percentencode}`,
  );
}

const ALL = { text: ['All'], value: ['$__all'], selected: true };

/** Any number of printers, all of them at first. */
export function printersVariable(): QueryVariableBuilder {
  // One short pattern for all, however many there are; only our metrics have the label.
  return labelVariable('printer', 'Printer', 'flashforge_up').multi(true).includeAll(true).allValue('.+').current(ALL);
}

/** Exactly one printer, the first by name when none is chosen. */
export function printerVariable(): QueryVariableBuilder {
  return labelVariable('printer', 'Printer', 'flashforge_up').multi(false).includeAll(false);
}

/** A label of the exporter's own metrics. All of them is a list, since `up` and process_* exist for other targets too. */
export function exporterVariable(name: string, label: string, matchers = ''): QueryVariableBuilder {
  return labelVariable(name, label, 'flashforge_exporter_build_info', matchers)
    .multi(true)
    .includeAll(true)
    .current(ALL);
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
    .sort(VariableSort.NaturalAsc);
}

/** A text that people type. */
export function textVariable(name: string, label: string, initial: string): TextBoxVariableBuilder {
  const option = { text: initial, value: initial, selected: true };
  return new TextBoxVariableBuilder(name).label(label).defaultValue(initial).current(option).options([option]);
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
