// All printers: is anything wrong, what is free, when is it done.

import {
  BarAlignment,
  BigValueColorMode,
  GraphDrawStyle,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { fixedColor, GREY, steps } from './colors.ts';
import { PRINTERS } from './fleet-table.ts';
import { createDashboard, printerVariable } from './frame.ts';
import { place } from './layout.ts';
import { barGauge, stat, stateTimeline, timeSeries } from './panels.ts';
import { of, perPrinter } from './promql.ts';
import { countIn, RESULT_COLORS, STATE_MAPPINGS, stateNumber } from './states.ts';

const NO_PRINTERS = 'no printers';

function tile(title: string, description: string, expr: string, color: string) {
  return stat({ title, description, unit: 'none', empty: NO_PRINTERS }, { expr })
    .colorMode(BigValueColorMode.Value)
    .thresholds(steps('text', [1, color]));
}

const TILES = [
  tile(
    'Printing',
    'Printers at work: heating, printing, on the way to a pause or to an end, or busy with something else.',
    countIn('heating', 'printing', 'pausing', 'cancelling', 'busy'),
    'green',
  ),
  tile('Ready', 'Printers with nothing to do and nothing on the plate.', countIn('ready'), 'blue'),
  tile(
    'Waiting for the plate',
    'Printers whose print is over and still lies on the plate. Old models cannot tell; they are ready at once.',
    countIn('completed', 'cancelled'),
    'purple',
  ),
  tile(
    'Paused or error',
    'Printers that need a look: paused, in an error, with an error code, or in a state that the exporter does not know.',
    `sum(${perPrinter(
      [
        of('flashforge_state', 'state=~"paused|error|unknown"'),
        of('flashforge_error'),
        `${of('flashforge_up')} * 0`,
      ].join(' or '),
    )})`,
    'red',
  ),
  tile(
    'Off',
    'Printers that do not answer: switched off, or out of reach of the exporter.',
    `sum(${perPrinter(of('flashforge_up'))} == bool 0)`,
    GREY,
  ),
];

const STATES = stateTimeline(
  {
    title: 'States',
    description: 'What each printer did. A hole is a time in which no exporter was scraped.',
    unit: 'none',
    empty: NO_PRINTERS,
  },
  { expr: stateNumber(), legend: '{{printer}}' },
).mappings(STATE_MAPPINGS);

// A negative offset: the value at midnight counts the day that begins then, and the last one the day that is on.
const PRINTS_A_DAY = `sum by (result) (round(${perPrinter(
  `increase(${of('flashforge_prints_total')}[1d] offset -1d)`,
  'result',
)}))`;

const PRINTS = timeSeries(
  {
    title: 'Prints a day by result',
    description:
      'Prints that ended on each of the last 14 days, whatever the dashboard’s time range. Unknown: nobody saw the end.',
    unit: 'none',
    empty: 'no prints seen',
  },
  { expr: PRINTS_A_DAY, legend: '{{result}}', interval: '1d' },
)
  .timeFrom('14d')
  .drawStyle(GraphDrawStyle.Bars)
  .barAlignment(BarAlignment.After)
  .barWidthFactor(0.8)
  .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  .showPoints(VisibilityMode.Never)
  .fillOpacity(80)
  .lineWidth(0)
  .decimals(0)
  .min(0);
for (const [result, color] of Object.entries(RESULT_COLORS)) {
  PRINTS.overrideByName(result, [{ id: 'color', value: fixedColor(color).build() }]);
}

// Time in which the printer is off counts as time without printing: hence by the scrapes, not by the samples of the state.
const SHARE_PRINTING = perPrinter(
  `sum_over_time(${of('flashforge_state', 'state="printing"')}[$__range])` +
    ` / on (job, instance, printer) count_over_time(${of('flashforge_up')}[$__range])` +
    ` or ${of('flashforge_up')} * 0`,
);

const SHARE = barGauge(
  {
    title: 'Share of time printing',
    description: 'Of the time range, how much each printer printed; heating, pauses and being off are not printing.',
    unit: 'percentunit',
    empty: NO_PRINTERS,
  },
  { expr: SHARE_PRINTING, legend: '{{printer}}' },
)
  .min(0)
  .max(1)
  .decimals(0)
  .thresholds(steps('green'));

const ended = (matcher: string): string =>
  `sum(${perPrinter(`increase(${of('flashforge_prints_total', matcher)}[$__range])`, 'result')})`;

const SUCCESS = stat(
  {
    title: 'Success ratio',
    description:
      'Of the prints that ended in the time range, the share that completed. Prints whose end nobody saw are left out.',
    unit: 'percentunit',
    empty: 'no prints ended',
  },
  { expr: `${ended('result="completed"')} / (${ended('result=~"completed|cancelled|failed"')} > 0)` },
)
  .decimals(0)
  .thresholds(steps('red', [0.7, 'yellow'], [0.9, 'green']));

export function createFleetDashboard(): Dashboard {
  return createDashboard({
    uid: 'flashforge-fleet',
    description: 'All FlashForge printers at a glance: is anything wrong, what is free, when is it done.',
    from: 'now-24h',
    builder: (dashboard) => dashboard.withVariable(printerVariable(true)),
    sections: [
      {
        panels: [
          ...TILES.map((panel, index) => place(panel, index < TILES.length - 1 ? 5 : 4, 3)),
          place(PRINTERS, 24, 21),
          place(STATES, 24, 12),
          place(PRINTS, 12, 9),
          place(SHARE, 8, 9),
          place(SUCCESS, 4, 9),
        ],
      },
    ],
  });
}
