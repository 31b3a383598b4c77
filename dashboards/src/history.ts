// The prints that ended in the time range, one row each.

import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { printerLink } from './frame.ts';
import { LAST_ENDS, LAST_FILES } from './prints.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';
import { RESULT_MAPPINGS } from './states.ts';
import { type Column, eventTable, type TableQuery } from './table.ts';

// Each end shows in the points of the half hour after it, so that any step up to half an hour meets it at least once;
// grouping makes one row of them. Up to a week the step is a minute, so that a print appears a minute after its end. The
// number of points stays below the 11,000 that Prometheus allows.
const RECENT_SECONDS = 1_800;
const STEP = '1m';
const MAX_POINTS = 10_500;

const WITH_FILE = `* on (printer, result) group_left (file) ${LAST_FILES}`;
const RECENT_ENDS = `(${LAST_ENDS} > time() - ${RECENT_SECONDS})`;
const ofRecent = (expr: string): string => `${expr} and on (printer, result) ${RECENT_ENDS}`;

/** Queries and columns for what a print took, for tables with one row per printer and result. */
export const TAKEN: readonly TableQuery[] = [
  { name: 'duration', expr: perPrinter(of('flashforge_last_print_duration_seconds'), 'result') },
  { name: 'meters', expr: perPrinter(of('flashforge_last_print_filament_meters'), 'result') },
  { name: 'grams', expr: perPrinter(of('flashforge_last_print_filament_grams'), 'result') },
];

export const TAKEN_COLUMNS: readonly Column[] = [
  { title: 'Took', query: 'duration', width: 90, properties: [{ id: 'unit', value: 'dthms' }] },
  { title: 'Filament', query: 'meters', width: 90, properties: inTenths('lengthm') },
  { title: 'Weight', query: 'grams', width: 90, properties: inTenths('massg') },
];

function inTenths(unit: string) {
  return [
    { id: 'unit', value: unit },
    { id: 'decimals', value: 1 },
  ];
}

/** Clock time with the day: `Fri 27 Nov 23:57`. */
const DAY_AND_TIME = 'time:ddd D MMM HH:mm';

export const RESULT_COLUMN: Column = {
  title: 'Result',
  label: 'result',
  width: 100,
  properties: [
    { id: 'mappings', value: RESULT_MAPPINGS },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
  ],
};

/** @param showsPrinter whether the table has a column for the printer */
export function history(showsPrinter: boolean): Table {
  const printer: Column = {
    title: 'Printer',
    label: 'printer',
    width: 150,
    properties: [{ id: 'links', value: [printerLink().build()] }],
  };
  return eventTable(
    {
      title: 'History of prints',
      description:
        'The prints that ended in the time range, the latest first. Filament is the slicer’s estimate for completed prints.',
      unit: 'none',
      empty: 'no print ended in this time range',
    },
    ['printer', 'result'],
    [
      { name: 'end', expr: inMilliseconds(`${RECENT_ENDS} ${WITH_FILE}`) },
      ...TAKEN.map(({ name, expr }) => ({ name, expr: ofRecent(expr) })),
    ],
    [
      { title: 'Ended', query: 'end', width: 150, properties: [{ id: 'unit', value: DAY_AND_TIME }] },
      ...(showsPrinter ? [printer] : []),
      RESULT_COLUMN,
      ...TAKEN_COLUMNS,
      { title: 'File', label: 'file' },
    ],
  )
    .interval(STEP)
    .maxDataPoints(MAX_POINTS)
    .sortBy([new TableSortByFieldStateBuilder().displayName('Ended').desc(true)]);
}
