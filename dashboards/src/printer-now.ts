// What a printer does now: the header, temperatures, progress and states.

import { BigValueColorMode, BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { fixedColor, steps } from './colors.ts';
import { place, type Section } from './layout.ts';
import { endMilliseconds, secondsLeftBySource } from './left.ts';
import { dashed, gauge, labelStat, stat, stateTimeline, timeSeries } from './panels.ts';
import { FILE } from './prints.ts';
import { of, onePerPrinter, perPrinter } from './promql.ts';
import { STATE_MAPPINGS, stateNumber } from './states.ts';

const NO_JOB = 'no print';

export const HEADER: Section = {
  panels: [
    place(
      stat(
        { title: 'State', description: 'What the printer does now.', unit: 'none', empty: 'no printer' },
        { expr: stateNumber(), legend: '{{printer}}' },
      )
        .mappings(STATE_MAPPINGS)
        .colorMode(BigValueColorMode.Background),
      3,
      4,
    ),
    place(
      labelStat(
        { title: 'File', description: 'The file of the running print.', unit: 'string', empty: NO_JOB },
        FILE,
        'file',
      ),
      5,
      4,
    ),
    place(
      gauge(
        {
          title: 'Progress',
          description: 'How far the print is, as the printer counts.',
          unit: 'percentunit',
          empty: NO_JOB,
        },
        { expr: perPrinter(of('flashforge_print_progress_ratio')), legend: '{{printer}}' },
      )
        .min(0)
        .max(1)
        .decimals(0)
        .thresholds(steps('green')),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'Time left',
          description:
            'Only while printing. Under it stands whose number it is: the printer’s own, or an estimate from the pace of the last half hour.',
          unit: 'dthms',
          empty: 'not printing',
        },
        { expr: secondsLeftBySource(), legend: 'says {{source}}' },
      ).textMode(BigValueTextMode.ValueAndName),
      4,
      4,
    ),
    place(
      stat(
        {
          title: 'Ends',
          description: 'When the print will be done, by the clock; only while printing, from the time left.',
          unit: 'dateTimeAsLocalNoDateIfToday',
          empty: 'not printing',
        },
        { expr: endMilliseconds(), legend: '{{printer}}' },
      ),
      3,
      4,
    ),
    place(
      stat(
        {
          title: 'Layer',
          description: 'The layer being printed, and how many there are; only where the printer tells.',
          unit: 'none',
          empty: 'not told',
        },
        { expr: perPrinter(of('flashforge_print_layer')), legend: 'layer' },
        { expr: perPrinter(of('flashforge_print_layers')), legend: 'of' },
      ).textMode(BigValueTextMode.ValueAndName),
      3,
      4,
    ),
    place(
      labelStat(
        {
          title: 'Error',
          description: 'The error code that the printer reports; only printers with an HTTP side have one.',
          unit: 'string',
          empty: 'none',
        },
        onePerPrinter(of('flashforge_error_info'), 'code'),
        'code',
        // Not by a threshold, which would colour the empty state too.
      ).mappings([{ type: MappingType.RegexToText, options: { pattern: '.+', result: { color: 'red', index: 0 } } }]),
      2,
      4,
    ),
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
    description: 'Each heater, and dashed what it is told to hold; 0 is off. A printer that is off is a gap.',
    unit: 'celsius',
    empty: 'no temperatures in this time',
  },
  { expr: perPrinter(of('flashforge_temperature_celsius'), 'heater'), legend: '{{heater}}' },
  { expr: perPrinter(of('flashforge_temperature_target_celsius'), 'heater'), legend: '{{heater}} target' },
)
  .repeat('printer')
  .repeatDirection('h')
  .maxPerRow(2)
  .decimals(0)
  .axisSoftMin(0);
for (const [heater, color] of Object.entries(HEATER_COLORS)) {
  TEMPERATURES.overrideByRegexp(`/^${heater}( target)?$/`, [{ id: 'color', value: fixedColor(color).build() }]);
}
TEMPERATURES.overrideByRegexp('/ target$/', dashed());

const PROGRESS = timeSeries(
  {
    title: 'Progress and layer',
    description: 'How far the print is, and dashed the layer, where the printer tells it, on the axis at the right.',
    unit: 'percentunit',
    empty: 'no print in this time',
  },
  { expr: perPrinter(of('flashforge_print_progress_ratio')), legend: '{{printer}}' },
  { expr: perPrinter(of('flashforge_print_layer')), legend: '{{printer}} layer' },
)
  .min(0)
  .max(1)
  .overrideByRegexp('/ layer$/', [
    { id: 'unit', value: 'none' },
    { id: 'max' },
    { id: 'custom.axisPlacement', value: 'right' },
    ...dashed(),
  ]);

const STATES = stateTimeline(
  {
    title: 'States',
    description: 'What the printer did. A hole is a time in which no exporter was scraped.',
    unit: 'none',
    empty: 'no printer',
  },
  { expr: stateNumber(), legend: '{{printer}}' },
).mappings(STATE_MAPPINGS);

export const NOW: Section = { panels: [place(TEMPERATURES, 24, 9), place(PROGRESS, 12, 8), place(STATES, 12, 8)] };
