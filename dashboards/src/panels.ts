// Panels with what all of them have: data source, unit, description and words for the empty state.

import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TableCellHeight,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Gauge } from '@grafana/grafana-foundation-sdk/gauge';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { paletteColor, steps, thresholdColor } from './colors.ts';

/** The variable `datasource`: the dashboards name no data source of anybody's Grafana. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export interface PanelText {
  readonly title: string;
  readonly description: string;
  /** One of Grafana's units. */
  readonly unit: string;
  /** What stands there when there is nothing to show. */
  readonly empty: string;
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
  /** The least step of a range query. */
  readonly interval?: string;
}

type Kind = 'range' | 'instant' | 'table';

interface Dressable {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  noValue(text: string): this;
  datasource(datasource: { type?: string; uid?: string }): this;
  withTarget(target: DataqueryBuilder): this;
}

function dress<P extends Dressable>(panel: P, text: PanelText, kind: Kind, queries: readonly Query[]): P {
  panel.title(text.title).description(text.description).unit(text.unit).noValue(text.empty).datasource(DATASOURCE);
  for (const [index, query] of queries.entries()) panel.withTarget(target(refId(index), kind, query));
  return panel;
}

/** A, B, C and so on. */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function target(id: string, kind: Kind, { expr, legend, interval }: Query): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(id).datasource(DATASOURCE).expr(expr);
  if (legend !== undefined) query.legendFormat(legend);
  if (interval !== undefined) query.interval(interval);
  if (kind === 'range') return query.range();
  return query.instant().format(kind === 'table' ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
}

const last = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']);

/** One big value a series. */
export function stat(text: PanelText, ...queries: readonly Query[]): Stat {
  return dressStat(text, 'instant', queries);
}

function dressStat(text: PanelText, kind: Kind, queries: readonly Query[]): Stat {
  return dress(new Stat(), text, kind, queries)
    .reduceOptions(last())
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(BigValueTextMode.Auto)
    .colorScheme(thresholdColor())
    .thresholds(steps('text'));
}

/** One word a series: a label of it. The label is a value here, not a name: no name is blank, no value is the empty state. */
export function labelStat(text: PanelText, expr: string, label: string): Stat {
  return dressStat(text, 'table', [{ expr }])
    .reduceOptions(last().values(true).fields(`/^${label}$/`))
    .textMode(BigValueTextMode.Value);
}

export function gauge(text: PanelText, ...queries: readonly Query[]): Gauge {
  return dress(new Gauge(), text, 'instant', queries).reduceOptions(last()).colorScheme(thresholdColor());
}

/** One bar a series, from left to right. */
export function barGauge(text: PanelText, ...queries: readonly Query[]): BarGauge {
  return dress(new BarGauge(), text, 'instant', queries)
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Left)
    .minVizHeight(16)
    .colorScheme(thresholdColor());
}

const legend = (...calcs: string[]): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs(calcs);

/** Lines over time; where there are no samples there is a gap. */
export function timeSeries(text: PanelText, ...queries: readonly Query[]): TimeSeries {
  return dress(new TimeSeries(), text, 'range', queries)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .colorScheme(paletteColor())
    .spanNulls(false)
    .showPoints(VisibilityMode.Auto)
    .lineWidth(2)
    .fillOpacity(0);
}

export function stateTimeline(text: PanelText, ...queries: readonly Query[]): StateTimeline {
  return dress(new StateTimeline(), text, 'range', queries)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
    .colorScheme(thresholdColor())
    .thresholds(steps('text'))
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .spanNulls(false)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(80);
}

/** Properties of a thin dashed line: a target, or what belongs to another axis. */
export function dashed(): DynamicConfigValue[] {
  return [
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
    { id: 'custom.lineWidth', value: 1 },
  ];
}

/** In a cell without a value. */
const EMPTY_CELL = '–';

/** A column of a table: a label of the query, or its value. */
export interface Column {
  readonly title: string;
  readonly label?: string;
  /** Title of the query whose value it is. */
  readonly query?: string;
  readonly width?: number;
  readonly properties?: readonly DynamicConfigValue[];
}

/** A query with a name that its column refers to. */
export interface TableQuery {
  readonly name: string;
  readonly expr: string;
}

/**
 * A table of one line for what all its queries have in common (the printer, or the printer and a slot). Each query
 * gives at most one series a line, and no two of them a label of the same name that differs.
 */
export function table(text: PanelText, queries: readonly TableQuery[], columns: readonly Column[]): Table {
  // Grafana calls the value of a lone query `Value`, of several `Value #A` and so on.
  const valueField = (name: string): string => {
    const index = queries.findIndex((query) => query.name === name);
    if (index < 0) throw new Error(`${text.title}: no query is called ${name}`);
    return queries.length === 1 ? 'Value' : `Value #${refId(index)}`;
  };
  const fields = columns.map(({ label, query }) => label ?? valueField(query ?? ''));
  const hidden = ['Time', ...queries.map(({ name }) => valueField(name))].filter((field) => !fields.includes(field));
  const panel = dress(new Table(), text, 'table', queries)
    .cellHeight(TableCellHeight.Sm)
    .colorScheme(thresholdColor())
    .thresholds(steps('text'))
    .filterable(false)
    // Else each empty cell would hold the words for an empty table.
    .overrideByRegexp('/.*/', [{ id: 'noValue', value: EMPTY_CELL }]);
  if (queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  panel.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
      indexByName: Object.fromEntries(fields.map((field, index) => [field, index])),
      renameByName: Object.fromEntries(fields.map((field, index) => [field, columns[index]?.title ?? field])),
    },
  });
  for (const { title, width, properties = [] } of columns) {
    const all = [...(width === undefined ? [] : [{ id: 'custom.width', value: width }]), ...properties];
    if (all.length > 0) panel.overrideByName(title, all);
  }
  return panel;
}
