// Time left, state and tiles on hand-made series, evaluated by promtool.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { stateTiles } from '../../dashboards/src/fleet-now.ts';
import { HOURS_PRINTED } from '../../dashboards/src/printer-last.ts';
import { endMilliseconds, secondsLeftBySource } from '../../dashboards/src/remaining.ts';
import { stateNumber } from '../../dashboards/src/states.ts';
import { requireProgram, runProgram } from '../support/programs.ts';
import { fillVariables } from './promql.ts';

const promtool = requireProgram('promtool');

interface Case {
  /** Metric and labels besides job, instance and printer; its values, one a minute from minute 0 on. */
  readonly series: readonly (readonly [metric: string, values: string])[];
  readonly expr: string;
  readonly atMinute: number;
  /** Labels and value that the expression then has. */
  readonly wanted: readonly { readonly labels: string; readonly value: number }[];
}

function withTarget(metric: string, job: string): string {
  const [name = '', labels = ''] = metric.split('{');
  return `${name}{job="${job}",instance="a:1",printer="p"${labels === '' ? '}' : `,${labels}`}`;
}

async function check({ series, expr, atMinute, wanted }: Case): Promise<string> {
  const test = {
    interval: '1m',
    // Each printer scraped twice.
    input_series: ['metrics', 'probe'].flatMap((job) =>
      series.map(([metric, values]) => ({ series: withTarget(metric, job), values })),
    ),
    promql_expr_test: [
      { expr: fillVariables(expr, new Map([['printer', '.+']])), eval_time: `${atMinute}m`, exp_samples: wanted },
    ],
  };
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-test-'));
  try {
    const path = join(folder, 'test.yml');
    await writeFile(path, stringify({ tests: [test] }));
    const { code, output } = await runProgram(promtool ?? '', ['test', 'rules', path]);
    return code === 0 ? '' : output;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const PRINTING = ['flashforge_state{state="printing"}', '1x60'] as const;
const UP = ['flashforge_up', '1x60'] as const;
// A hundredth a minute.
const PROGRESS = ['flashforge_print_progress_ratio', '0+0.01x60'] as const;

describe.skipIf(promtool === undefined)('by promtool', () => {
  test.each<[string, Case]>([
    [
      'the printer’s own number comes before the estimate',
      {
        series: [PRINTING, PROGRESS, ['flashforge_print_remaining_seconds', '1200x60']],
        expr: secondsLeftBySource(),
        atMinute: 40,
        wanted: [{ labels: '{printer="p",source="printer"}', value: 1200 }],
      },
    ],
    [
      'without it there is an estimate from the pace of the last half hour: 60 hundredths at one per minute',
      {
        series: [PRINTING, PROGRESS],
        expr: `round(${secondsLeftBySource()})`,
        atMinute: 40,
        wanted: [{ labels: '{printer="p",source="estimate"}', value: 3600 }],
      },
    ],
    [
      'the time of the end is that much later',
      {
        series: [PRINTING, PROGRESS],
        expr: `round(${endMilliseconds()}, 1000)`,
        atMinute: 40,
        wanted: [{ labels: '{printer="p"}', value: (40 * 60 + 3600) * 1000 }],
      },
    ],
    [
      'a paused print has no time left, whatever the printer says',
      {
        series: [
          ['flashforge_state{state="printing"}', '0x60'],
          ['flashforge_state{state="paused"}', '1x60'],
          PROGRESS,
          ['flashforge_print_remaining_seconds', '1200x60'],
        ],
        expr: secondsLeftBySource(),
        atMinute: 40,
        wanted: [],
      },
    ],
    [
      'a print without progress has no time left',
      {
        series: [PRINTING, ['flashforge_print_progress_ratio', '0.3x60']],
        expr: secondsLeftBySource(),
        atMinute: 40,
        wanted: [],
      },
    ],
    [
      // The end of one job, a pause, and the next job: the slope over both is far too low but not negative.
      'no estimate while the end of the print before is in the half hour',
      {
        series: [PRINTING, ['flashforge_print_progress_ratio', '0.1x5 0.2 0.1 0.11 0.12 0.13 0.3 0.5 0.6']],
        expr: secondsLeftBySource(),
        atMinute: 12,
        wanted: [],
      },
    ],
    [
      'an estimate as soon as that end has left the half hour',
      {
        series: [PRINTING, ['flashforge_print_progress_ratio', '0.9+0.01x9 0+0.01x50']],
        expr: `round(${secondsLeftBySource()})`,
        atMinute: 50,
        wanted: [{ labels: '{printer="p",source="estimate"}', value: 3600 }],
      },
    ],
    [
      'a state is its number',
      { series: [UP, PRINTING], expr: stateNumber(), atMinute: 5, wanted: [{ labels: '{printer="p"}', value: 5 }] },
    ],
    [
      'off is 0',
      {
        series: [
          ['flashforge_up', '1x3 0x9'],
          ['flashforge_state{state="printing"}', '1x3 stale'],
        ],
        expr: stateNumber(),
        atMinute: 6,
        wanted: [{ labels: '{printer="p"}', value: 0 }],
      },
    ],
    [
      'up without a state is unknown',
      { series: [UP], expr: stateNumber(), atMinute: 5, wanted: [{ labels: '{printer="p"}', value: 1 }] },
    ],
    [
      'the state unknown is unknown',
      {
        series: [UP, ['flashforge_state{state="unknown"}', '1x60'], ['flashforge_state{state="ready"}', '0x60']],
        expr: stateNumber(),
        atMinute: 5,
        wanted: [{ labels: '{printer="p"}', value: 1 }],
      },
    ],
    [
      'a tile is named by the printer and its progress',
      {
        series: [UP, PRINTING, ['flashforge_print_progress_ratio', '0.429x60']],
        expr: stateTiles(),
        atMinute: 5,
        wanted: [{ labels: '{printer="p",tile="p 42%"}', value: 5 }],
      },
    ],
    [
      'a tile of a finished print has no progress',
      {
        series: [UP, ['flashforge_state{state="completed"}', '1x60'], ['flashforge_print_progress_ratio', '1x60']],
        expr: stateTiles(),
        atMinute: 5,
        wanted: [{ labels: '{printer="p",tile="p"}', value: 10 }],
      },
    ],
    [
      'hours printed are the printer’s own count where it has one',
      {
        series: [
          ['flashforge_lifetime_print_seconds_total', '7200x60'],
          ['flashforge_printing_seconds_total', '3600x60'],
        ],
        expr: HOURS_PRINTED,
        atMinute: 5,
        wanted: [{ labels: '{printer="p"}', value: 2 }],
      },
    ],
    [
      'without it they are those that the exporter has seen',
      {
        series: [['flashforge_printing_seconds_total', '3600x60']],
        expr: HOURS_PRINTED,
        atMinute: 5,
        wanted: [{ labels: '{printer="p"}', value: 1 }],
      },
    ],
    [
      'nothing scraped is nothing',
      { series: [['flashforge_up', '1x3 stale']], expr: stateNumber(), atMinute: 6, wanted: [] },
    ],
  ])('%s', async (_, one) => {
    expect(await check(one)).toBe('');
  });
});
