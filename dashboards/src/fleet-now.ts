// The first screen of the fleet: a tile per printer, what ends next, how far the prints are, what needs a look.

import {
  BigValueColorMode,
  BigValueTextMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { fixedColor, GREY, steps } from './colors.ts';
import { printerLink } from './frame.ts';
import { barGauge, stat } from './panels.ts';
import { firingAlerts, inMilliseconds, of, perPrinter } from './promql.ts';
import { endMilliseconds } from './remaining.ts';
import { countIn, STATE_MAPPINGS, stateNumber } from './states.ts';
import { table } from './table.ts';

export const NO_PRINTERS = 'no printers';

const LINK = printerLink('__field.labels.printer');

/**
 * stateNumber() with a label `tile`: the printer's name and, until its print is over, how far that is. A tile shows its
 * value and a name made of labels, nothing else; count_values turns the number into a label.
 */
export function stateTiles(): string {
  const progress = `floor(100 * (${perPrinter(of('flashforge_print_progress_ratio'))} < 1))`;
  const count = `label_replace(count_values by (printer) ("count", ${progress}), "sign", "%", "", "")`;
  const percent = `label_join(${count}, "progress", "", "count", "sign")`;
  const state = `(${stateNumber()})`;
  const withProgress = `${state} * on (printer) group_left (progress) ${percent}`;
  const tiles =
    `label_join(${withProgress}, "tile", " ", "printer", "progress")` +
    ` or on (printer) label_join(${state}, "tile", "", "printer")`;
  // In the order of flashforge_up, so that no tile moves when a state changes.
  return `0 * ${perPrinter(of('flashforge_up'))} + on (printer) group_left (tile) (${tiles})`;
}

export const TILES = stat(
  {
    title: 'Printers',
    description: 'Each printer and what it does, with the progress of its print in percent. A click opens the printer.',
    unit: 'none',
    empty: NO_PRINTERS,
  },
  { expr: stateTiles(), legend: '{{tile}}' },
)
  .mappings(STATE_MAPPINGS)
  .colorMode(BigValueColorMode.BackgroundSolid)
  .textMode(BigValueTextMode.ValueAndName)
  .wideLayout(false)
  .dataLinks([LINK]);

export const DONE_AT = stat(
  {
    title: 'Done at',
    description: 'When each running print will be done, the next one first. See “Time left” in the table.',
    unit: 'time:ddd HH:mm',
    empty: 'nothing is printing',
  },
  { expr: `sort(${endMilliseconds()})`, legend: '{{printer}}' },
)
  .textMode(BigValueTextMode.ValueAndName)
  .wideLayout(false)
  .dataLinks([LINK]);

export const PROGRESS = barGauge(
  {
    title: 'Progress',
    description: 'How far each running print is, by the printer’s own count.',
    unit: 'percentunit',
    empty: 'nothing is printing',
  },
  { expr: `sort_desc(${perPrinter(of('flashforge_print_progress_ratio'))} < 1)`, legend: '{{printer}}' },
)
  .min(0)
  .max(1)
  .decimals(0)
  .thresholds(steps('green'))
  .dataLinks([LINK]);

const NEEDS_A_LOOK = [
  of('flashforge_state', 'state=~"paused|error|unknown"'),
  of('flashforge_error'),
  `${of('flashforge_up')} * 0`,
].join(' or ');

const COUNTS: readonly (readonly [name: string, color: string, expr: string])[] = [
  ['at work', 'green', countIn('heating', 'printing', 'pausing', 'cancelling', 'busy')],
  ['ready', 'blue', countIn('ready')],
  ['plate to clear', 'purple', countIn('completed', 'cancelled')],
  ['needs a look', 'red', `sum(${perPrinter(NEEDS_A_LOOK)})`],
  ['off', GREY, `sum(${perPrinter(of('flashforge_up'))} == bool 0)`],
];

export const SUMMARY = stat(
  {
    title: 'How many',
    description:
      'At work: heating, printing, pausing, cancelling or busy. Plate to clear: the print is over and still on the ' +
      'plate; old models cannot tell and are ready at once. Needs a look: paused, in an error, with an error code, or ' +
      'in an unknown state. Off: does not answer.',
    unit: 'none',
    empty: NO_PRINTERS,
  },
  ...COUNTS.map(([legend, , expr]) => ({ expr, legend })),
).textMode(BigValueTextMode.ValueAndName);
for (const [name, color] of COUNTS) {
  SUMMARY.overrideByName(name, [{ id: 'thresholds', value: steps('text', [1, color]).build() }]);
}

const SEVERITIES = [
  ['critical', 'red'],
  ['warning', 'orange'],
  ['info', 'blue'],
] as const;

export const ALERTS = table(
  {
    title: 'Firing alerts',
    description: 'Firing alerts of the rules in alerts/flashforge.rules.yml; they must be loaded into Prometheus.',
    unit: 'none',
    empty: 'no alert is firing',
  },
  [{ name: 'since', expr: inMilliseconds(`(${firingAlerts()})`) }],
  [
    { title: 'Printer', label: 'printer', width: 130 },
    {
      title: 'Alert',
      label: 'alertname',
      properties: [
        {
          id: 'mappings',
          value: [
            { type: MappingType.RegexToText, options: { pattern: 'FlashForge(.+)', result: { text: '$1', index: 0 } } },
          ],
        },
      ],
    },
    {
      title: 'Severity',
      label: 'severity',
      width: 85,
      properties: [
        {
          id: 'mappings',
          value: [
            {
              type: MappingType.ValueToText,
              options: Object.fromEntries(SEVERITIES.map(([text, color], index) => [text, { text, color, index }])),
            },
          ],
        },
        {
          id: 'custom.cellOptions',
          value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic },
        },
      ],
    },
    { title: 'Since', query: 'since', width: 70, properties: [{ id: 'unit', value: 'time:HH:mm' }] },
  ],
).overrideByName('Printer', [{ id: 'color', value: fixedColor('text').build() }]);
