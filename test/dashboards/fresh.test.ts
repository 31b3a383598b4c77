// A fresh installation: printers that are on and have nothing to do. Which queries have no series then, and why; every
// other one answers, and none with a value that is not a number.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrometheus } from '../support/prometheus.ts';
import { ask, questionsOf, severalValues, type View } from './grafana.ts';
import { DASHBOARD_FILES, readDashboard } from './model.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

/** Reason to the queries that are empty for it. */
const EMPTY: Readonly<Record<string, readonly string[]>> = {
  'nothing is printing': [
    'FlashForge fleet: Done at, A',
    'FlashForge fleet: Progress, A',
    'FlashForge fleet: In detail, C',
    'FlashForge fleet: In detail, D',
    'FlashForge fleet: In detail, K',
    'FlashForge fleet: In detail, L',
    'FlashForge printer: Progress, A',
    'FlashForge printer: Time left, A',
    'FlashForge printer: Done at, A',
    'FlashForge printer: File, A',
    'FlashForge printer: Progress and layer, A',
    'FlashForge printer: Tools, D',
    'FlashForge printer: Tools, E',
  ],
  'no print has started or ended yet': [
    'FlashForge fleet: In detail, M',
    ...queriesOf('FlashForge fleet: History of prints', 'ABCD'),
    'FlashForge fleet: Success ratio, A',
    ...queriesOf('FlashForge printer: Last print', 'ABCD'),
    ...queriesOf('FlashForge printer: History of prints', 'ABCD'),
    ...['fleet', 'printer', 'exporter'].flatMap((name) => [
      `FlashForge ${name}: Print starts`,
      `FlashForge ${name}: Print ends`,
    ]),
  ],
  'no alert is firing': ['FlashForge fleet: Firing alerts, A'],
  'no printer reports an error': ['FlashForge fleet: In detail, B', 'FlashForge printer: Error or runout, A'],
  'no read has failed': [
    'FlashForge exporter: Failures by code, A',
    'FlashForge exporter: Failures since the exporter started, A',
  ],
};

function queriesOf(panel: string, ids: string): readonly string[] {
  return [...ids].map((id) => `${panel}, ${id}`);
}

const QUESTIONS = DASHBOARD_FILES.map(readDashboard).flatMap(questionsOf);

describe.skipIf(findPrometheus() === undefined)('a fresh installation', () => {
  let workshop: Workshop | undefined;

  beforeAll(async () => {
    workshop = await openWorkshop(true);
  }, 120_000);

  afterAll(async () => {
    await workshop?.close();
  });

  test('only these queries have no series, and no value is NaN', async () => {
    const { prometheus, instance = '' } = workshop ?? {};
    const answers = async () => {
      const now = Date.now() / 1000;
      const view: View = {
        fromSeconds: now - 1_800,
        toSeconds: now,
        scrapeIntervalSeconds: 1,
        variables: new Map([
          ['printer', '.+'],
          ['job', severalValues(['flashforge'])],
          ['instance', severalValues([instance])],
          ['timeout', '10'],
          ['maintained', '0'],
        ]),
      };
      const empty: string[] = [];
      const notNumbers: string[] = [];
      for (const question of QUESTIONS) {
        const series = await ask(prometheus?.url ?? '', question, view);
        if (series.length === 0) empty.push(question.name);
        if (series.some(({ value }) => !Number.isFinite(value))) notNumbers.push(question.name);
      }
      return { empty: empty.toSorted(), notNumbers };
    };
    // rate() needs two scrapes.
    await expect
      .poll(answers, { timeout: 60_000, interval: 1_000 })
      .toEqual({ empty: Object.values(EMPTY).flat().toSorted(), notNumbers: [] });
  });
});
