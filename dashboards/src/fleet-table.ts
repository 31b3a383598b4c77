// The table of the fleet: one row per printer.

import {
  BarGaugeDisplayMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { fixedColor } from './colors.ts';
import { printerLink } from './frame.ts';
import { RESULT_COLUMN } from './history.ts';
import { LAST_ENDS } from './prints.ts';
import { inMilliseconds, of, onePerPrinter, perPrinter } from './promql.ts';
import { endMilliseconds, secondsLeftBySource } from './remaining.ts';
import { STATE_MAPPINGS, stateNumber } from './states.ts';
import { type Column, table } from './table.ts';

const OFF_AT_0 = [{ type: 'value', options: { '0': { text: 'off', index: 0 } } }];
const celsius = [
  { id: 'unit', value: 'celsius' },
  { id: 'decimals', value: 0 },
];

const COLUMNS: readonly Column[] = [
  {
    title: 'Printer',
    label: 'printer',
    width: 150,
    properties: [{ id: 'links', value: [printerLink().build()] }],
  },
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
  { title: 'Error', label: 'code', width: 75 },
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
  { title: 'by', label: 'source', width: 80 },
  { title: 'Done at', query: 'end', width: 90, properties: [{ id: 'unit', value: 'time:ddd HH:mm' }] },
  { ...RESULT_COLUMN, title: 'Last result' },
  { title: 'Ended', query: 'last end', width: 150, properties: [{ id: 'unit', value: 'time:ddd D MMM HH:mm' }] },
];

const TOOLS = 'heater=~"tool.*"';
const BED = 'heater="bed"';

export const PRINTERS = table(
  {
    title: 'In detail',
    description:
      'One row per printer; a click on its name opens it. Of several tools the hottest one. Time left, only while ' +
      'printing, is the printer’s own number, otherwise an estimate from the pace of the last half hour.',
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
    { name: 'last end', expr: inMilliseconds(`topk by (printer) (1, ${LAST_ENDS})`) },
  ],
  COLUMNS,
).sortBy([new TableSortByFieldStateBuilder().displayName('Printer').desc(false)]);
