// The table of the fleet: one line a printer.

import {
  BarGaugeDisplayMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { fixedColor } from './colors.ts';
import { printerLink } from './frame.ts';
import { endMilliseconds, secondsLeftBySource } from './left.ts';
import { type Column, table } from './panels.ts';
import { inMilliseconds, of, onePerPrinter, perPrinter } from './promql.ts';
import { RESULT_MAPPINGS, STATE_MAPPINGS, stateNumber } from './states.ts';

const OFF_AT_0 = [{ type: 'value', options: { '0': { text: 'off', index: 0 } } }];
const celsius = [
  { id: 'unit', value: 'celsius' },
  { id: 'decimals', value: 0 },
];

const COLUMNS: readonly Column[] = [
  { title: 'Printer', label: 'printer', width: 150 },
  {
    title: 'State',
    query: 'state',
    width: 100,
    properties: [
      { id: 'mappings', value: STATE_MAPPINGS },
      {
        id: 'custom.cellOptions',
        value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic },
      },
    ],
  },
  { title: 'Error', label: 'code', width: 70 },
  { title: 'File', label: 'file' },
  {
    title: 'Progress',
    query: 'progress',
    width: 150,
    properties: [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 0 },
      { id: 'min', value: 0 },
      { id: 'max', value: 1 },
      { id: 'color', value: fixedColor('green').build() },
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.Gauge, mode: BarGaugeDisplayMode.Basic } },
    ],
  },
  { title: 'Layer', query: 'layer', width: 65 },
  { title: 'of', query: 'layers', width: 65 },
  { title: 'Tool', query: 'tool', width: 75, properties: celsius },
  {
    title: 'Tool target',
    query: 'tool target',
    width: 95,
    properties: [...celsius, { id: 'mappings', value: OFF_AT_0 }],
  },
  { title: 'Bed', query: 'bed', width: 75, properties: celsius },
  {
    title: 'Bed target',
    query: 'bed target',
    width: 95,
    properties: [...celsius, { id: 'mappings', value: OFF_AT_0 }],
  },
  { title: 'Time left', query: 'left', width: 90, properties: [{ id: 'unit', value: 'dthms' }] },
  { title: 'says', label: 'source', width: 90 },
  { title: 'Ends', query: 'end', width: 160, properties: [{ id: 'unit', value: 'dateTimeAsLocalNoDateIfToday' }] },
  {
    title: 'Last result',
    label: 'result',
    width: 100,
    properties: [
      { id: 'mappings', value: RESULT_MAPPINGS },
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
    ],
  },
  { title: 'Last end', query: 'last end', width: 120, properties: [{ id: 'unit', value: 'dateTimeFromNow' }] },
];

const TOOLS = 'heater=~"tool.*"';
const BED = 'heater="bed"';
const LAST_END = perPrinter(of('flashforge_last_print_end_timestamp_seconds'), 'result');

export const PRINTERS = table(
  {
    title: 'Printers',
    description:
      'One line a printer; a click opens it. Of several tools the hottest one. Time left is the printer’s own number ' +
      'where it has one, else an estimate from the pace of the last half hour; it is there only while printing.',
    unit: 'none',
    empty: 'no printers',
  },
  [
    { name: 'state', expr: stateNumber() },
    { name: 'error', expr: onePerPrinter(of('flashforge_error_info'), 'code') },
    { name: 'file', expr: onePerPrinter(of('flashforge_print_info'), 'file') },
    { name: 'progress', expr: perPrinter(of('flashforge_print_progress_ratio')) },
    { name: 'layer', expr: perPrinter(of('flashforge_print_layer')) },
    { name: 'layers', expr: perPrinter(of('flashforge_print_layers')) },
    { name: 'tool', expr: perPrinter(of('flashforge_temperature_celsius', TOOLS)) },
    { name: 'tool target', expr: perPrinter(of('flashforge_temperature_target_celsius', TOOLS)) },
    { name: 'bed', expr: perPrinter(of('flashforge_temperature_celsius', BED)) },
    { name: 'bed target', expr: perPrinter(of('flashforge_temperature_target_celsius', BED)) },
    { name: 'left', expr: secondsLeftBySource() },
    { name: 'end', expr: endMilliseconds() },
    { name: 'last end', expr: inMilliseconds(`topk by (printer) (1, ${LAST_END})`) },
  ],
  COLUMNS,
)
  .dataLinks([printerLink()])
  .sortBy([new TableSortByFieldStateBuilder().displayName('Printer').desc(false)]);
