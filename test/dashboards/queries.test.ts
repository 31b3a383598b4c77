// Every query of every panel against a real Prometheus that has scraped printers which print, finish, pause and are off.
// The fresh installation is in fresh.test.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrometheus } from '../support/prometheus.ts';
import { ask, type Question, questionsOf, type Series, severalValues, type View } from './grafana.ts';
import { DASHBOARD_FILES, type Dashboard, readDashboard } from './model.ts';
import { openWorkshop, PRINTERS, type Workshop } from './workshop.ts';

const RANGE_SECONDS = 1_800;
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
        ['maintained', '0'],
      ]),
    };
    return await ask(workshop.prometheus.url, question, view);
  };

  /** Repeats a query until its answer holds: a scrape may come late, and a range of whole minutes ends up to one ago. */
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
        { timeout: 75_000, interval: 250, message: `${question.name}: ${question.expr}` },
      )
      .toBe(true);
    return last;
  };

  describe.each(CHOICES)('%s', (_, printer) => {
    test.each(QUESTIONS.map((question) => [question.name, question] as const))(
      '%s has series',
      async (_name, question) => {
        await until(question, printer, (series) => series.length > 0);
      },
    );
  });

  const named = (name: string): Question => {
    const question = QUESTIONS.find((one) => one.name === name);
    if (!question) throw new Error(`no query ${name}`);
    return question;
  };
  const byPrinter = (series: readonly Series[]): Record<string, number> =>
    Object.fromEntries(series.map(({ metric, value }) => [metric['printer'], value]));

  test('a state is one number per printer, although each is scraped twice', async () => {
    const states = await until(
      named('FlashForge fleet: In detail, A'),
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

  test('the table of the fleet has one row per printer: no query returns two series', async () => {
    for (const question of QUESTIONS.filter(({ name }) => name.startsWith('FlashForge fleet: In detail, '))) {
      const printers = (await askFor(question, '.+')).map(({ metric }) => metric['printer']);
      expect([question.name, new Set(printers).size]).toEqual([question.name, printers.length]);
    }
  });

  test('a printer that is off has no temperature, no progress and no time left', async () => {
    const names = ['D', 'E', 'G', 'H', 'I', 'J', 'K', 'L'].map((id) => `FlashForge fleet: In detail, ${id}`);
    for (const name of names) expect(byPrinter(await askFor(named(name), '.+'))).not.toHaveProperty('adventurer3');
  });

  test('time left exists only while printing, and names its source', async () => {
    const left = await until(named('FlashForge fleet: In detail, K'), '.+', (series) => series.length === 3);
    // A Creator 5 reports a time that the exporter understands once it has seen the job's pace.
    expect(Object.fromEntries(left.map(({ metric }) => [metric['printer'], metric['source']]))).toEqual({
      'ad5x.lab': 'printer',
      adventurer4: 'estimate',
      'creator5-pro': expect.stringMatching(/^(?:printer|estimate)$/),
    });
    // An hour of printing, nearly all of it still to come: on the printer's clock, which runs ten times as fast, and by
    // its progress, which Prometheus sees on its own clock. The accuracy of the estimate is tested in expressions.test.ts.
    const seconds = byPrinter(left);
    expect(seconds['ad5x.lab']).toBeGreaterThan(600);
    expect(seconds['ad5x.lab']).toBeLessThan(3_600);
    expect(seconds['adventurer4']).toBeGreaterThan(60);
    expect(seconds['adventurer4']).toBeLessThan(1_800);
  });

  test('the time of the end is now plus the time left', async () => {
    const [left, end] = await Promise.all(
      ['K', 'L'].map((id) => until(named(`FlashForge fleet: In detail, ${id}`), '.+', (series) => series.length === 3)),
    );
    const endsIn = Object.entries(byPrinter(end ?? [])).map(([name, milliseconds]) => {
      return [name, milliseconds / 1000 - Date.now() / 1000 - (byPrinter(left ?? [])[name] ?? 0)] as const;
    });
    for (const [name, difference] of endsIn) expect(Math.abs(difference), name).toBeLessThan(120);
  });

  test('the summary counts every printer once, and the clogged one needs a look', async () => {
    const counts = { 'at work': 3, ready: 1, 'plate to clear': 1, 'needs a look': 1, off: 1 };
    for (const [index, count] of Object.values(counts).entries()) {
      await until(named(`FlashForge fleet: How many, ${'ABCDE'[index]}`), '.+', ([one]) => one?.value === count);
    }
  });

  test('every printer has a tile, in the order of the printers, with the progress of a running print', async () => {
    const tiles = await until(named('FlashForge fleet: Printers, A'), '.+', (series) => series.length === NAMES.length);
    const names = tiles.map(({ metric }) => metric['tile'] ?? '');
    expect(names).toContainEqual('adventurer3');
    expect(names).toContainEqual('m5-pro');
    expect(names).toContainEqual(expect.stringMatching(/^ad5x\.lab \d\d?%$/));
  });

  test('the running prints are listed by their end, the next one first', async () => {
    const ends = await until(named('FlashForge fleet: Done at, A'), '.+', (series) => series.length === 3);
    const times = ends.map(({ value }) => value);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('a firing alert names its printer and since when', async () => {
    const alerts = await until(named('FlashForge fleet: Firing alerts, A'), '.+', (series) => series.length > 0);
    const error = alerts.find(({ metric }) => metric['alertname'] === 'FlashForgePrinterError');
    expect(error?.metric).toMatchObject({ printer: 'm5 (clogged)', severity: 'critical' });
    expect((error?.value ?? 0) / 1000).toBeGreaterThan(workshop?.openedSeconds ?? 0);
  });

  test('the history has one value for each print that ended', async () => {
    const prints = await until(named('FlashForge fleet: History of prints, A'), '.+', (series) => series.length === 2);
    expect(prints.map(({ metric }) => [metric['printer'], metric['result'], metric['file']]).toSorted()).toEqual([
      ['finder', 'cancelled', undefined],
      ['m5-pro', 'completed', 'benchy.gx'],
    ]);
  });

  test('today’s prints are counted once by result', async () => {
    const perDay = { completed: 1, cancelled: 1, failed: 0, unknown: 0 };
    for (const [index, count] of Object.values(perDay).entries()) {
      const [prints] = await askFor(named(`FlashForge fleet: Prints per day, ${'ABCD'[index]}`), '.+');
      expect(prints?.value).toBe(count);
    }
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

  test('the panels of the exporter select the exporter, not every target of Prometheus', async () => {
    const memory = await askFor(named('FlashForge exporter: Memory, A'), '.+');
    expect(memory.map(({ metric }) => metric['instance'])).toEqual([workshop?.instance]);
    const up = await askFor(named('FlashForge exporter: Exporter, A'), '.+');
    expect(up.map(({ metric }) => metric['job'])).toEqual(['flashforge']);
  });

  test('the event loop of an exporter with little to do has little lag', async () => {
    await until(
      named('FlashForge exporter: Event loop lag, B'),
      '.+',
      ([lag]) => lag !== undefined && lag.value < 0.05,
    );
  });

  test('starts and ends are annotations at the time when the exporter saw them', async () => {
    const started = await askFor(named('FlashForge printer: Print starts'), '.+');
    const files = started.map(({ metric }) => [metric['printer'], metric['file']]);
    expect(files).toContainEqual(['ad5x.lab', 'dragon.3mf']);
    expect(files).toContainEqual(['finder', '(no file name)']);
    const ended = await askFor(named('FlashForge printer: Print ends'), '.+');
    expect(ended.map(({ metric }) => [metric['printer'], metric['result'], metric['file']]).toSorted()).toEqual([
      ['finder', 'cancelled', '(no file name)'],
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
