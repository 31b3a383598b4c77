// Panels with what all of them have: data source, unit, description and a text for the empty state.

import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { paletteColor, steps, thresholdColor } from './colors.ts';

/** The variable `datasource`: the dashboards refer to no data source of a particular Grafana. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export interface PanelText {
  readonly title: string;
  readonly description: string;
  /** A unit id of Grafana. */
  readonly unit: string;
  /** Shown instead of Grafana's "No data". */
  readonly empty: string;
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
  /** The minimum step of a range query. */
  readonly interval?: string;
}

type Kind = 'range' | 'instant' | 'table' | 'range-table';

interface Dressable {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  noValue(text: string): this;
  datasource(datasource: { type?: string; uid?: string }): this;
  withTarget(target: DataqueryBuilder): this;
}

/** Gives a panel its texts and queries, in order A, B, C. */
export function dress<P extends Dressable>(panel: P, text: PanelText, kind: Kind, queries: readonly Query[]): P {
  panel.title(text.title).description(text.description).unit(text.unit).noValue(text.empty).datasource(DATASOURCE);
  for (const [index, query] of queries.entries()) panel.withTarget(target(refId(index), kind, query));
  return panel;
}

/** 0 to A, 1 to B and so on. */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function target(id: string, kind: Kind, { expr, legend, interval }: Query): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(id).datasource(DATASOURCE).expr(expr);
  if (legend !== undefined) query.legendFormat(legend);
  if (interval !== undefined) query.interval(interval);
  if (kind === 'range') return query.range();
  if (kind === 'range-table') return query.range().format(PromQueryFormat.Table);
  return query.instant().format(kind === 'table' ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
}

const last = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']);

/** One big value per series. */
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

/** A label of each series as its value. As a name it would leave the panel blank, without the empty state's text. */
export function labelStat(text: PanelText, expr: string, label: string): Stat {
  return dressStat(text, 'table', [{ expr }])
    .reduceOptions(last().values(true).fields(`/^${label}$/`))
    .textMode(BigValueTextMode.Value);
}

/** One horizontal bar per series, no thicker than it needs to be. */
export function barGauge(text: PanelText, ...queries: readonly Query[]): BarGauge {
  return dress(new BarGauge(), text, 'instant', queries)
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Left)
    .sizing(BarGaugeSizing.Manual)
    .minVizHeight(16)
    .maxVizHeight(32)
    .text(new VizTextDisplayOptionsBuilder().valueSize(18))
    .colorScheme(thresholdColor());
}

const legend = (...calcs: string[]): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs(calcs);

/** Lines over time, with a gap where there are no samples. */
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

/** Override properties of a thin dashed line: a target, or something on the other axis. */
export function dashed(): DynamicConfigValue[] {
  return [
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
    { id: 'custom.lineWidth', value: 1 },
  ];
}
