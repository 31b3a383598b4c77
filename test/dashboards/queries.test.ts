// Every query of every panel against a real Prometheus that has scraped printers which print, finish, pause and are off.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrometheus } from '../support/prometheus.ts';
import { ask, type Question, questionsOf, type Series, severalValues, type View } from './grafana.ts';
import { DASHBOARD_FILES, type Dashboard, readDashboard } from './model.ts';
import { openWorkshop, PRINTERS, type Workshop } from './workshop.ts';

/** Queries that have no series here, each with the reason: none. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map();

const RANGE_SECONDS = 300;
const NAMES = Object.keys(PRINTERS);
const DASHBOARDS: readonly Dashboard[] = DASHBOARD_FILES.map(readDashboard);
const QUESTIONS = DASHBOARDS.flatMap(questionsOf);

const CHOICES = [
  ['all printers', '.+'],
  ['the printers by name', severalValues(NAMES)],
] as const;

describe.skipIf(findPrometheus() === undefined)('against Prometheus', () => {
  let workshop: Workshop | undefined;

  beforeAll(async () => {
    workshop = await openWorkshop();
  }, 180_000);

  afterAll(async () => {
    await workshop?.close();
  });

  const askFor = async (question: Question, printer: string): Promise<readonly Series[]> => {
    if (!workshop) throw new Error('the workshop is closed');
    const now = Date.now() / 1000;
    const view: View = {
      fromSeconds: now - RANGE_SECONDS,
      toSeconds: now,
      scrapeIntervalSeconds: 1,
      variables: new Map([
        ['printer', printer],
        // All of them, as Grafana writes a list: there is one.
        ['job', severalValues(['flashforge'])],
        ['instance', severalValues([workshop.instance])],
        ['timeout', '10'],
      ]),
    };
    return await ask(workshop.prometheus.url, question, view);
  };

  /** Asks until it holds: on a loaded machine one scrape may come too late. */
  const until = async (
    question: Question,
    printer: string,
    holds: (series: readonly Series[]) => boolean,
  ): Promise<readonly Series[]> => {
    let last: readonly Series[] = [];
    await expect
      .poll(
        async () => {
          last = await askFor(question, printer);
          return holds(last);
        },
        { timeout: 20_000, interval: 250, message: `${question.name}: ${question.expr}` },
      )
      .toBe(true);
    return last;
  };

  describe.each(CHOICES)('%s', (_, printer) => {
    test.each(
      QUESTIONS.filter(({ name }) => !EXCEPTIONS.has(name)).map((question) => [question.name, question] as const),
    )('%s', async (_name, question) => {
      await until(question, printer, (series) => series.length > 0);
    });
  });

  const named = (name: string): Question => {
    const question = QUESTIONS.find((one) => one.name === name);
    if (!question) throw new Error(`no query ${name}`);
    return question;
  };
  const byPrinter = (series: readonly Series[]): Record<string, number> =>
    Object.fromEntries(series.map(({ metric, value }) => [metric['printer'], value]));

  test('the exceptions are queries that exist', () => {
    expect([...EXCEPTIONS.keys()].filter((name) => !QUESTIONS.some((question) => question.name === name))).toEqual([]);
  });

  test('a state is one number a printer, although each is scraped twice', async () => {
    const states = await until(
      named('FlashForge fleet: Printers, A'),
      '.+',
      (series) => series.length === NAMES.length,
    );
    expect(byPrinter(states)).toEqual({
      adventurer3: 0,
      finder: 2,
      'ad5x.lab': 5,
      adventurer4: 5,
      'creator5-pro': 5,
      'm5 (clogged)': 7,
      'm5-pro': 10,
    });
  });

  test('the table of the fleet has one line a printer: no query gives two', async () => {
    for (const question of QUESTIONS.filter(({ name }) => name.startsWith('FlashForge fleet: Printers, '))) {
      const printers = (await askFor(question, '.+')).map(({ metric }) => metric['printer']);
      expect([question.name, new Set(printers).size]).toEqual([question.name, printers.length]);
    }
  });

  test('a printer that is off has no temperature, no progress and no time left', async () => {
    const names = ['D', 'E', 'G', 'H', 'I', 'J', 'K', 'L'].map((id) => `FlashForge fleet: Printers, ${id}`);
    for (const name of names) expect(byPrinter(await askFor(named(name), '.+'))).not.toHaveProperty('adventurer3');
  });

  test('time left is there only while printing, and says whose number it is', async () => {
    const left = await until(named('FlashForge fleet: Printers, K'), '.+', (series) => series.length === 3);
    expect(Object.fromEntries(left.map(({ metric }) => [metric['printer'], metric['source']]))).toEqual({
      'ad5x.lab': 'the printer',
      adventurer4: 'estimate',
      'creator5-pro': 'estimate',
    });
    // An hour of printing, nearly all of it still to come: by the printer's clock, which goes ten times as fast, and by
    // the progress, which Prometheus sees on its own clock. How well the estimate fits is in left.test.ts.
    const seconds = byPrinter(left);
    expect(seconds['ad5x.lab']).toBeGreaterThan(600);
    expect(seconds['ad5x.lab']).toBeLessThan(3_600);
    for (const name of ['adventurer4', 'creator5-pro']) {
      expect(seconds[name]).toBeGreaterThan(60);
      expect(seconds[name]).toBeLessThan(1_800);
    }
  });

  test('the end by the clock is now and the time left', async () => {
    const [left, end] = await Promise.all(
      ['K', 'L'].map((id) => until(named(`FlashForge fleet: Printers, ${id}`), '.+', (series) => series.length === 3)),
    );
    const endsIn = Object.entries(byPrinter(end ?? [])).map(([name, milliseconds]) => {
      return [name, milliseconds / 1000 - Date.now() / 1000 - (byPrinter(left ?? [])[name] ?? 0)] as const;
    });
    for (const [name, difference] of endsIn) expect(Math.abs(difference), name).toBeLessThan(120);
  });

  test('the tiles count every printer once, and the clogged one needs a look', async () => {
    const counts = { Printing: 3, Ready: 1, 'Waiting for the plate': 1, 'Paused or error': 1, Off: 1 };
    for (const [title, count] of Object.entries(counts)) {
      await until(named(`FlashForge fleet: ${title}, A`), '.+', ([tile]) => tile?.value === count);
    }
  });

  test('prints are counted once by result, today', async () => {
    const prints = await askFor(named('FlashForge fleet: Prints a day by result, A'), '.+');
    expect(Object.fromEntries(prints.map(({ metric, value }) => [metric['result'], value]))).toEqual({
      completed: 1,
      cancelled: 1,
      failed: 0,
      unknown: 0,
    });
    const [success] = await askFor(named('FlashForge fleet: Success ratio, A'), '.+');
    expect(success?.value).toBeCloseTo(0.5, 1);
  });

  test('the share of time printing is 0 for the printer that is off', async () => {
    const shares = byPrinter(await askFor(named('FlashForge fleet: Share of time printing, A'), '.+'));
    expect(Object.keys(shares).toSorted()).toEqual(NAMES.toSorted());
    expect(shares['adventurer3']).toBe(0);
    expect(shares['ad5x.lab']).toBeGreaterThan(0.2);
    expect(shares['ad5x.lab']).toBeLessThanOrEqual(1);
  });

  test('the exporter’s own panels are of the exporter, not of everything that Prometheus scrapes', async () => {
    const memory = await askFor(named('FlashForge exporter: Memory, A'), '.+');
    expect(memory.map(({ metric }) => metric['instance'])).toEqual([workshop?.instance]);
    const up = await askFor(named('FlashForge exporter: Exporter, A'), '.+');
    expect(up.map(({ metric }) => metric['job'])).toEqual(['flashforge']);
  });

  test('the loop of an exporter with little to do is hardly late', async () => {
    await until(named('FlashForge exporter: Loop lag, B'), '.+', ([lag]) => lag !== undefined && lag.value < 0.05);
  });

  test('starts and ends are annotations at the moment when the exporter saw them', async () => {
    const started = await askFor(named('FlashForge printer: Print starts'), '.+');
    const files = started.map(({ metric }) => [metric['printer'], metric['file']]);
    expect(files).toContainEqual(['ad5x.lab', 'dragon.3mf']);
    expect(files).toContainEqual(['finder', '(no name told)']);
    const ended = await askFor(named('FlashForge printer: Print ends'), '.+');
    expect(ended.map(({ metric }) => [metric['printer'], metric['result'], metric['file']]).toSorted()).toEqual([
      ['finder', 'cancelled', '(no name told)'],
      ['m5-pro', 'completed', 'benchy.gx'],
    ]);
    for (const { value } of [...started, ...ended]) {
      expect(value / 1000).toBeGreaterThan(workshop?.openedSeconds ?? 0);
      expect(value / 1000).toBeLessThan(Date.now() / 1000);
    }
  });

  test('the variables have values', async () => {
    const variables = DASHBOARDS.flatMap(({ templating }) => templating.list.filter(({ type }) => type === 'query'));
    for (const { query } of variables) {
      const text = typeof query === 'string' ? query : (query?.query ?? '');
      const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
      const expr = `count by (${label}) (${selector})`;
      const values = await askFor({ name: text, expr, kind: 'instant' }, '.+');
      expect(values.length, text).toBeGreaterThan(0);
    }
  });
});
