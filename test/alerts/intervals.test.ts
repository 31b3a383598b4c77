// Alerts that last, at scrape intervals from 15 seconds to 5 minutes: they start, go on over a failed read, and end, once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseDuration } from '../../src/common/duration.ts';
import { requireProgram, runProgram } from '../support/programs.ts';
import { ONCE, pathOf, RULES, readRules } from './files.ts';
import { EVALUATION_S, firing, flips, HOLDS_FROM_S, HOLDS_UNTIL_S, promtoolSeries, SCENARIOS } from './intervals.ts';

const rules = readRules();
const secondsOf = (duration: string | undefined) => (duration === undefined ? 0 : parseDuration(duration) / 1000);

const promtool = requireProgram('promtool');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashforge-intervals-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('there is a scenario for each alert that lasts', () => {
  const lasting = rules.map(({ alert }) => alert).filter((alert) => !ONCE.test(alert));
  expect(SCENARIOS.map(({ alert }) => alert).toSorted()).toEqual(lasting.toSorted());
});

/** Evaluations that it may be late: two readings, its own time, and for an hour without movement that hour. */
function expectedFiring(alert: string, intervalSeconds: number): number {
  const rule = rules.find((one) => one.alert === alert);
  const hour = alert === 'FlashForgePrintStuck' ? 3600 : 0;
  const late = secondsOf(rule?.for) + hour + 2 * intervalSeconds + 60;
  return Math.floor((HOLDS_UNTIL_S - HOLDS_FROM_S - late) / EVALUATION_S);
}

describe.skipIf(promtool === undefined)('alerts that last', { concurrent: true, timeout: 600_000 }, () => {
  test.each([15, 60, 180, 300])('start once and end once at %d seconds', async (intervalSeconds) => {
    const yes = [{ labels: '{}', value: 1 }];
    const at = { eval_time: '4h', exp_samples: yes };
    const path = join(folder, `${intervalSeconds}.yml`);
    const input = {
      rule_files: [pathOf(RULES)],
      evaluation_interval: `${EVALUATION_S}s`,
      tests: [
        {
          interval: `${intervalSeconds}s`,
          input_series: promtoolSeries(intervalSeconds),
          promql_expr_test: SCENARIOS.flatMap((scenario) => [
            { ...at, expr: `${flips(scenario)} == bool 2` },
            {
              ...at,
              // Without the labels, so that the sample is the same for all.
              expr: `sum(${firing(scenario)} >= bool ${expectedFiring(scenario.alert, intervalSeconds)})`,
            },
          ]),
        },
      ],
    };
    await writeFile(path, stringify(input));
    const { code, output } = await runProgram(promtool ?? '', ['test', 'rules', path]);
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });
});
