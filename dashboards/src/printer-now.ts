// The first screen of a printer: its print in the header, then temperatures, progress and states over time.

import {
  BigValueColorMode,
  BigValueTextMode,
  TableCellDisplayMode,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { fixedColor, steps } from './colors.ts';
import { place, type Section } from './layout.ts';
import { barGauge, dashed, labelStat, stat, stateTimeline, timeSeries } from './panels.ts';
import { LAST_PRINT, MAINTENANCE } from './printer-last.ts';
import { FILE } from './prints.ts';
import { of, onePerPrinter, perPrinter } from './promql.ts';
import { endMilliseconds, secondsLeftBySource } from './remaining.ts';
import { STATE_MAPPINGS, stateNumber } from './states.ts';
import { table } from './table.ts';

const NO_PRINT = 'no print';

const STATE = stat(
  { title: 'State of $printer', description: 'What the printer does now.', unit: 'none', empty: 'no printer' },
  { expr: stateNumber(), legend: '{{printer}}' },
)
  .mappings(STATE_MAPPINGS)
  .colorMode(BigValueColorMode.BackgroundSolid)
  .textMode(BigValueTextMode.Value);

const FILE_NAME = labelStat(
  { title: 'File', description: 'The file of the running print.', unit: 'string', empty: NO_PRINT },
  FILE,
  'file',
);

const PERCENT = barGauge(
  {
    title: 'Progress',
    description: 'How far the print is, by the printer’s own count.',
    unit: 'percentunit',
    empty: NO_PRINT,
  },
  { expr: perPrinter(of('flashforge_print_progress_ratio')), legend: ' ' },
)
  .min(0)
  .max(1)
  .decimals(0)
  .maxVizHeight(90)
  .text(new VizTextDisplayOptionsBuilder().valueSize(40))
  .thresholds(steps('green'));

const TIME_LEFT = stat(
  {
    title: 'Time left',
    description:
      'Only while printing: the printer’s own number where it has one, otherwise an estimate from the pace of the last ' +
      'half hour.',
    unit: 'dthms',
    empty: 'not printing',
  },
  { expr: secondsLeftBySource(), legend: 'by {{source}}' },
)
  .textMode(BigValueTextMode.ValueAndName)
  .wideLayout(false);

const DONE_AT = stat(
  {
    title: 'Done at',
    description: 'When the print will be done, from the time left; only while printing.',
    unit: 'time:ddd HH:mm',
    empty: 'not printing',
  },
  { expr: endMilliseconds(), legend: '{{printer}}' },
).textMode(BigValueTextMode.Value);

const LAYER = stat(
  {
    title: 'Layer',
    description: 'The layer being printed and the number of layers, where the printer reports them.',
    unit: 'none',
    empty: 'not reported',
  },
  { expr: perPrinter(of('flashforge_print_layer')), legend: 'layer' },
  { expr: perPrinter(of('flashforge_print_layers')), legend: 'of' },
).textMode(BigValueTextMode.ValueAndName);

// Without filament is no runout while nothing is printed: it may just be unloaded.
const RUNOUT = `max by (printer) (${of('flashforge_filament_present')} == 0) and on (printer) ${FILE}`;

const ERROR = labelStat(
  {
    title: 'Error or runout',
    description:
      'The error code that the printer reports, otherwise “no filament” when its sensor sees none during a print; only ' +
      'printers that are read over HTTP report either.',
    unit: 'string',
    empty: 'none',
  },
  `${onePerPrinter(of('flashforge_error_info'), 'code')}` +
    ` or on (printer) label_replace(${RUNOUT}, "code", "no filament", "", "")`,
  'code',
  // Not by a threshold, which would also colour the text of the empty state.
).mappings([{ type: MappingType.RegexToText, options: { pattern: '.+', result: { color: 'red', index: 0 } } }]);

export const HEADER: Section = {
  panels: [
    place(STATE, 4, 4),
    place(PERCENT, 6, 4),
    place(TIME_LEFT, 4, 4),
    place(DONE_AT, 4, 4),
    place(LAYER, 3, 4),
    place(ERROR, 3, 4),
    place(FILE_NAME, 8, 4),
    place(LAST_PRINT, 12, 4),
    place(MAINTENANCE, 4, 4),
  ],
};

const HEATER_COLORS = {
  tool0: 'orange',
  tool1: 'purple',
  tool2: 'yellow',
  tool3: 'red',
  bed: 'blue',
  chamber: 'green',
};

const TEMPERATURES = timeSeries(
  {
    title: 'Temperatures of $printer',
    description: 'Each heater, and dashed its target; 0 is off. While the printer is off there is a gap.',
    unit: 'celsius',
    empty: 'no temperatures in this time range',
  },
  { expr: perPrinter(of('flashforge_temperature_celsius'), 'heater'), legend: '{{heater}}' },
  { expr: perPrinter(of('flashforge_temperature_target_celsius'), 'heater'), legend: '{{heater}} target' },
)
  .decimals(0)
  .axisSoftMin(0);
for (const [heater, color] of Object.entries(HEATER_COLORS)) {
  TEMPERATURES.overrideByRegexp(`/^${heater}( target)?$/`, [{ id: 'color', value: fixedColor(color).build() }]);
}
TEMPERATURES.overrideByRegexp('/ target$/', dashed());

const celsius = [
  { id: 'unit', value: 'celsius' },
  { id: 'decimals', value: 0 },
];

const HEATERS = table(
  {
    title: 'Heaters now',
    description: 'The temperature of each heater and its target.',
    unit: 'none',
    empty: 'the printer is off',
  },
  [
    { name: 'now', expr: perPrinter(of('flashforge_temperature_celsius'), 'heater') },
    { name: 'target', expr: perPrinter(of('flashforge_temperature_target_celsius'), 'heater') },
  ],
  [
    { title: 'Heater', label: 'heater' },
    { title: 'Now', query: 'now', properties: celsius },
    {
      title: 'Target',
      query: 'target',
      properties: [
        ...celsius,
        { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        {
          id: 'mappings',
          value: [{ type: MappingType.ValueToText, options: { '0': { text: 'off', color: 'text', index: 0 } } }],
        },
        { id: 'color', value: fixedColor('orange').build() },
      ],
    },
  ],
);

const PROGRESS = timeSeries(
  {
    title: 'Progress and layer',
    description: 'How far the print is, and dashed, on the right axis, its layer where the printer reports it.',
    unit: 'percentunit',
    empty: 'no print in this time range',
  },
  { expr: perPrinter(of('flashforge_print_progress_ratio')), legend: 'progress' },
  { expr: perPrinter(of('flashforge_print_layer')), legend: 'layer' },
)
  .min(0)
  .max(1)
  .overrideByName('layer', [
    { id: 'unit', value: 'none' },
    { id: 'max' },
    { id: 'custom.axisPlacement', value: 'right' },
    ...dashed(),
  ]);

const STATES = stateTimeline(
  {
    title: 'States',
    description: 'What the printer did. A gap is a time without a scrape of the exporter.',
    unit: 'none',
    empty: 'no states yet',
  },
  { expr: stateNumber(), legend: '{{printer}}' },
).mappings(STATE_MAPPINGS);

export const NOW: Section = {
  panels: [place(TEMPERATURES, 17, 10), place(HEATERS, 7, 10), place(PROGRESS, 14, 9), place(STATES, 10, 9)],
};
