// What the fleet made: prints per day, success, and the share of time that each printer printed.

import {
  BarAlignment,
  GraphDrawStyle,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import type { Result } from '../../src/jobs/result.ts';
import { fixedColor, steps } from './colors.ts';
import { NO_PRINTERS } from './fleet-now.ts';
import { barGauge, stat, timeSeries } from './panels.ts';
import { of, perPrinter } from './promql.ts';
import { RESULT_COLORS } from './states.ts';

// A negative offset: the value at midnight counts the day that begins then.
const perDay = (result: Result): string =>
  `sum(round(${perPrinter(`increase(${of('flashforge_prints_total', `result="${result}"`)}[1d] offset -1d)`)}))`;

// The order of the queries is the order of the stack, from the bottom.
const STACK = ['completed', 'cancelled', 'failed', 'unknown'] as const satisfies readonly Result[];

export const PRINTS_PER_DAY = timeSeries(
  {
    title: 'Prints per day',
    description:
      'Prints that ended on each of the last 14 days, today included, whatever the time range of the dashboard. ' +
      'Unknown: nobody saw the end.',
    unit: 'none',
    empty: 'no prints yet',
  },
  ...STACK.map((result) => ({ expr: perDay(result), legend: result, interval: '1d' })),
)
  .timeFrom('13d')
  // Rounds both ends to whole days: from the start of the first one to the end of today.
  .timeShift('0d/d')
  .hideTimeOverride(true)
  .drawStyle(GraphDrawStyle.Bars)
  .barAlignment(BarAlignment.After)
  .barWidthFactor(0.8)
  .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  .showPoints(VisibilityMode.Never)
  .fillOpacity(80)
  .lineWidth(0)
  .decimals(0)
  .min(0)
  .axisSoftMax(5);
for (const result of STACK) {
  PRINTS_PER_DAY.overrideByName(result, [{ id: 'color', value: fixedColor(RESULT_COLORS[result]).build() }]);
}

// The time in which a printer is off counts as not printing: hence divided by the scrapes, not by the samples of the state.
const SHARE_PRINTING = perPrinter(
  `sum_over_time(${of('flashforge_state', 'state="printing"')}[$__range])` +
    ` / on (job, instance, printer) count_over_time(${of('flashforge_up')}[$__range])` +
    ` or ${of('flashforge_up')} * 0`,
);

export const SHARE = barGauge(
  {
    title: 'Share of time printing',
    description:
      'How much of the time range each printer spent printing. Heating, pauses and being off are not printing.',
    unit: 'percentunit',
    empty: NO_PRINTERS,
  },
  { expr: `sort_desc(${SHARE_PRINTING})`, legend: '{{printer}}' },
)
  .min(0)
  .max(1)
  .decimals(0)
  .thresholds(steps('green'));

const ended = (matcher: string): string =>
  `sum(${perPrinter(`increase(${of('flashforge_prints_total', matcher)}[$__range])`, 'result')})`;

export const SUCCESS = stat(
  {
    title: 'Success ratio',
    description:
      'The share of the prints that completed, of those that ended in the time range. Prints whose end nobody saw are ' +
      'left out.',
    unit: 'percentunit',
    empty: 'no prints ended',
  },
  { expr: `${ended('result="completed"')} / (${ended('result=~"completed|cancelled|failed"')} > 0)` },
)
  .decimals(0)
  // The base colour is also that of "no prints ended", which is no alarm.
  .thresholds(steps('text', [0, 'red'], [0.7, 'yellow'], [0.9, 'green']));
