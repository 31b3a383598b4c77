// Tables: one row for what all queries of the table have in common, one column per label or query.

import { TableCellHeight } from '@grafana/grafana-foundation-sdk/common';
import type { DataTransformerConfig, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { steps, thresholdColor } from './colors.ts';
import { dress, type PanelText, refId } from './panels.ts';

/** What a cell without a value shows. */
const EMPTY_CELL = '–';

/** A column of a table: a label of the queries, or the value of one. */
export interface Column {
  readonly title: string;
  readonly label?: string;
  /** Name of the query whose value the column shows. */
  readonly query?: string;
  readonly width?: number;
  readonly properties?: readonly DynamicConfigValue[];
}

/** A query with a name for its column to refer to. */
export interface TableQuery {
  readonly name: string;
  readonly expr: string;
}

/**
 * A table of the values now. Rows are joined on the labels that the queries share (the printer, or printer and slot).
 * Each query returns at most one series per row, and no two of them a label of the same name with different values.
 */
export function table(text: PanelText, queries: readonly TableQuery[], columns: readonly Column[]): Table {
  const fields = columns.map(({ label, query }) => label ?? valueField(queries, query));
  const panel = dress(new Table(), text, 'table', queries);
  if (queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  return finish(panel, columns, fields, ['Time', ...valueFields(queries)]);
}

/**
 * A table of what happened in the time range: range queries, whose points are grouped into one row for each different
 * combination of `keys` and the value of the first query. Every other column shows the last value of its group.
 */
export function eventTable(
  text: PanelText,
  keys: readonly string[],
  queries: readonly TableQuery[],
  columns: readonly Column[],
): Table {
  const [event = 'Value'] = valueFields(queries);
  const groupedBy = [...keys, event];
  const fields = columns.map(({ label, query }) => label ?? valueField(queries, query));
  const aggregated = fields.filter((field) => !groupedBy.includes(field));
  const group = (names: readonly string[], operation: string, aggregations: readonly string[]) =>
    names.map((name) => [name, { operation, aggregations }] as const);
  const panel = dress(new Table(), text, 'range-table', queries);
  if (queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  // The frames come series by series; the last value is to be the latest.
  panel.withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: 'Time', desc: false }] } });
  panel.withTransformation({
    id: 'groupBy',
    options: {
      fields: Object.fromEntries([
        ...group(groupedBy, 'groupby', []),
        ...group(aggregated, 'aggregate', ['lastNotNull']),
      ]),
    },
  });
  const renamed = fields.map((field) => (aggregated.includes(field) ? `${field} (lastNotNull)` : field));
  return finish(panel, columns, renamed, [event]);
}

function finish(
  panel: Table,
  columns: readonly Column[],
  fields: readonly string[],
  valuesAndTime: readonly string[],
): Table {
  // The label of the printer is in every query; a table of one printer need not show it.
  const hidden = [...valuesAndTime, 'printer'].filter((field) => !fields.includes(field));
  panel
    .cellHeight(TableCellHeight.Sm)
    .colorScheme(thresholdColor())
    .thresholds(steps('text'))
    .filterable(false)
    // Otherwise each empty cell would show the text for an empty table.
    .overrideByRegexp('/.*/', [{ id: 'noValue', value: EMPTY_CELL }])
    .withTransformation(organize(columns, fields, hidden));
  for (const { title, width, properties = [] } of columns) {
    const all = [...(width === undefined ? [] : [{ id: 'custom.width', value: width }]), ...properties];
    if (all.length > 0) panel.overrideByName(title, all);
  }
  return panel;
}

function organize(
  columns: readonly Column[],
  fields: readonly string[],
  hidden: readonly string[],
): DataTransformerConfig {
  return {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
      indexByName: Object.fromEntries(fields.map((field, index) => [field, index])),
      renameByName: Object.fromEntries(fields.map((field, index) => [field, columns[index]?.title ?? field])),
    },
  };
}

// Grafana names the value of a single query `Value`, those of several `Value #A` and so on.
function valueFields(queries: readonly TableQuery[]): readonly string[] {
  return queries.length === 1 ? ['Value'] : queries.map((_, index) => `Value #${refId(index)}`);
}

function valueField(queries: readonly TableQuery[], name = ''): string {
  const field = valueFields(queries)[queries.findIndex((query) => query.name === name)];
  if (field === undefined) throw new Error(`no query is called ${name}`);
  return field;
}
