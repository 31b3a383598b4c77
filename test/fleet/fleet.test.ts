// Many printers under one deadline: what is wrong with one costs that one only.

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ABANDONED_READ_MS } from '../../src/fleet/shared-read.ts';
import type { FailureCode } from '../../src/printer/errors.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import { FAULT_EXAMPLES, type Fault } from '../../src/simulator/faults.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { scrape, startTestExporter, type TestExporter } from '../support/exporter.ts';
import { type Page, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { configNamed, configOf, createFleet, failedReading, readByHand, readingOf } from '../support/fleet.ts';

const LONG_MS = 60_000;
const SHORT_MS = 30;
// For the end of a read that nobody waits for.
const LET_GO = { timeout: 2 * ABANDONED_READ_MS };

const closing: { close(graceMs: number): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close(0)));
});

async function simulate(name: string, fault?: Fault): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter({ model: 'adventurer5m-pro', name, ...(fault && { fault }) });
  closing.push(printer);
  return printer;
}

async function serve(...args: Parameters<typeof startTestExporter>): Promise<TestExporter> {
  const exporter = await startTestExporter(...args);
  closing.push(exporter);
  return exporter;
}

describe('a fleet', () => {
  it('reads all at once and answers in the order of the configuration', async () => {
    const reader = readByHand();
    const fleet = createFleet([configNamed('c'), configNamed('a'), configNamed('b')], { read: reader.read });
    const scraped = fleet.scrape(LONG_MS);
    expect(reader.reads.map(({ config }) => config.name)).toEqual(['c', 'a', 'b']);
    for (const read of [...reader.reads].reverse()) read.answer(readingOf({ state: 'ready' }));
    expect((await scraped).map(({ labels }) => labels.printer)).toEqual(['c', 'a', 'b']);
  });

  it('shares the reads of scrapes that overlap', async () => {
    const reader = readByHand();
    const fleet = createFleet([configNamed('a'), configNamed('b')], { read: reader.read });
    const both = [fleet.scrape(LONG_MS), fleet.scrape(LONG_MS)];
    expect(reader.reads).toHaveLength(2);
    for (const read of reader.reads) read.answer(readingOf({ state: 'ready' }));
    for (const views of await Promise.all(both)) expect(views.map(({ up }) => up)).toEqual([true, true]);
  });

  it('answers at the deadline with those that were read', async () => {
    const reader = readByHand();
    const fleet = createFleet([configNamed('quick'), configNamed('dead')], { read: reader.read });
    const scraped = fleet.scrape(SHORT_MS);
    const [quick, dead] = reader.reads;
    quick?.answer(readingOf({ state: 'ready' }));
    expect((await scraped).map(({ up }) => up)).toEqual([true, false]);
    dead?.answer(readingOf({ state: 'ready' }));
  });

  it('gives each printer its own timeout', async () => {
    const reader = readByHand();
    const configs = [configNamed('short', { timeoutMs: SHORT_MS }), configNamed('long')];
    const fleet = createFleet(configs, { read: reader.read });
    const scraped = fleet.scrape(LONG_MS);
    const [short, long] = reader.reads;
    short?.signal.addEventListener('abort', () => {
      expect(long?.signal.aborted).toBe(false);
      short.answer(failedReading({ tcp: 'timeout' }));
      long?.answer(readingOf({ state: 'ready' }));
    });
    expect((await scraped).map(({ up }) => up)).toEqual([false, true]);
  });

  it('lets go of every printer a moment after its requester has gone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const reader = readByHand();
    const fleet = createFleet([configNamed('a'), configNamed('b')], { read: reader.read });
    const gone = new AbortController();
    const scraped = fleet.scrape(LONG_MS, gone.signal);
    gone.abort();
    expect((await scraped).map(({ up }) => up)).toEqual([false, false]);
    vi.advanceTimersByTime(ABANDONED_READ_MS);
    expect(reader.reads.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it('of nobody is read at once', async () => {
    expect(await createFleet([]).scrape(LONG_MS)).toEqual([]);
  });

  it.each(['finder', '192.0.2.1', '192.0.2.1:8899', '192.0.2.1:08899', '192.0.2.1:0008899'])(
    'finds one printer by any spelling: %s',
    (target) => {
      const fleet = createFleet([configNamed('finder')]);
      expect(fleet.find(target)?.name).toBe('finder');
    },
  );

  it('finds a printer of the configuration by its address, whatever one on the network calls itself', () => {
    const tcp = { host: 'finder.lan', port: 8899, login: 'auto' } as const;
    const fleet = createFleet([configNamed('mine', { address: 'finder.lan', tcp })]);
    fleet.setDiscovered([configNamed('finder.lan')]);
    expect(fleet.find('finder.lan')?.name).toBe('mine');
  });
});

/** How a printer with a fault looks from here: up, or down with this code on each side that is read. */
type Expected = 'up' | FailureCode;

// Each read ends after 3.5 s, less than a command may take: a fault that only delays ends as `timeout` or leaves parts out.
const READ_MS = 3500;
const OVER_TCP: Readonly<Partial<Record<Fault['kind'], Expected>>> = {
  refuse: 'refused',
  silence: 'timeout',
  reset: 'closed',
  'reset-once': 'up',
  close: 'closed',
  late: 'timeout',
  drip: 'timeout',
  'endless-line': 'protocol',
  flood: 'protocol',
  // No end of the reply comes: perhaps the rest is yet to come.
  garbage: 'timeout',
  // At the deadline, what has come of a reply counts.
  'no-ok': 'up',
  stall: 'up',
  drop: 'closed',
  'foreign-only': 'timeout',
  'mute-until-login': 'timeout',
  'ok-without-line-end': 'up',
  'foreign-blocks': 'up',
  'control-refused': 'denied',
};
const OVER_HTTP: Readonly<Partial<Record<Fault['kind'], Expected>>> = {
  refuse: 'refused',
  silence: 'timeout',
  reset: 'closed',
  'reset-once': 'up',
  close: 'closed',
  late: 'timeout',
  'wrong-code': 'auth',
  'lan-mode-off': 'lan_mode',
  busy: 'busy',
  html: 'protocol',
  'truncated-json': 'protocol',
  'huge-body': 'protocol',
  // Each field alone would be left out; here nothing is left.
  'wrong-types': 'protocol',
  'job-start-garbage': 'up',
  'slow-head': 'timeout',
  'slow-body': 'timeout',
};
const MORE_FAULTS: readonly [name: string, fault: Fault, side: Protocol, expected: Expected][] = [
  ['garbage with ok', { kind: 'garbage', ok: true }, 'tcp', 'protocol'],
  // As among other clients' talk, the replies are found in the midst of it.
  ['garbage unasked', { kind: 'garbage', at: 'connect' }, 'tcp', 'up'],
  ['endless line unasked', { kind: 'endless-line', at: 'connect' }, 'tcp', 'up'],
  ['flood unasked', { kind: 'flood', at: 'connect' }, 'tcp', 'up'],
  ['silence from the start', { kind: 'silence', at: 'connect' }, 'tcp', 'timeout'],
  ['reset from the start', { kind: 'reset', at: 'connect' }, 'tcp', 'closed'],
  ['closed from the start', { kind: 'close', at: 'connect' }, 'tcp', 'closed'],
  ['control after login', { kind: 'control-refused', login: 'accepted' }, 'tcp', 'up'],
  ['temperatures silent', { kind: 'silence', at: 'M105' }, 'tcp', 'up'],
  ['status reset', { kind: 'reset', at: 'M119' }, 'tcp', 'up'],
  ['wild garbage', { kind: 'job-start-garbage', variant: 'wild' }, 'http', 'up'],
];

function isKind(kind: string): kind is Fault['kind'] {
  return Object.hasOwn(FAULT_EXAMPLES, kind);
}

function faultCases(): typeof MORE_FAULTS {
  const sided = (table: typeof OVER_TCP, side: Protocol): typeof MORE_FAULTS =>
    Object.entries(table)
      .flatMap(([kind, expected]) =>
        isKind(kind) ? [[`${kind} over ${side}`, FAULT_EXAMPLES[kind], side, expected] as const] : [],
      )
      .map(([name, fault, side, expected]) => [name, fault, side, expected]);
  return [...sided(OVER_TCP, 'tcp'), ...sided(OVER_HTTP, 'http'), ...MORE_FAULTS];
}

/** The names and labels of a printer's series but for what failures and identity add. */
function shapeOf(page: Page, printer: string): readonly string[] {
  const changing = /^flashforge_(scrape_failures_total|printer_info)$/;
  return [...page.families.values()]
    .flatMap(({ samples }) => samples)
    .filter(({ name, labels }) => labels['printer'] === printer && !changing.test(name))
    .map(({ name, labels: { printer: _, ...labels } }) => `${name} ${JSON.stringify(labels)}`)
    .sort();
}

describe('one good printer and one of each fault', () => {
  it('the table names every fault of the simulator', () => {
    expect(Object.keys({ ...OVER_TCP, ...OVER_HTTP }).sort()).toEqual(Object.keys(FAULT_EXAMPLES).sort());
  });

  it('the scrape answers in time, the good one whole, each bad one with its code; once healed all are whole', async () => {
    const cases = faultCases();
    // Node.js warns of a leak where many listen to one signal: a user would see it with eleven printers.
    const warnings: Error[] = [];
    const warn = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', warn);
    onTestFinished(() => {
      process.off('warning', warn);
    });
    const good = { tcp: await simulate('good over tcp'), http: await simulate('good over http') };
    const bad = await Promise.all(cases.map(([name, fault]) => simulate(name, fault)));
    const configs = [
      ...(['tcp', 'http'] as const).map((side) => configOf(good[side], [side])),
      ...bad.map((printer, index) => configOf(printer, [cases[index]?.[2] ?? 'tcp'])),
    ].map((config) => ({ ...config, timeoutMs: READ_MS }));
    // The rest is for a loaded machine, since the printers flood this very process.
    const exporter = await serve(configs);
    const beganAt = performance.now();
    const page = await scrape(exporter, { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '8' } });
    expect(performance.now() - beganAt).toBeLessThan(8000);

    for (const [name, , side, expected] of cases) {
      const isUp = expected === 'up';
      expect([name, valueIn(page, 'flashforge_up', { printer: name })]).toEqual([name, Number(isUp)]);
      expect([name, valueIn(page, 'flashforge_endpoint_up', { printer: name, protocol: side })]).toEqual([
        name,
        Number(isUp),
      ]);
      const failures = samplesOf(page, 'flashforge_scrape_failures_total', { printer: name });
      expect([name, failures.map(({ labels, value }) => [labels['protocol'], labels['code'], value])]).toEqual([
        name,
        isUp ? [] : [[side, expected, 1]],
      ]);
      if (!isUp) {
        expect([name, samplesOf(page, 'flashforge_temperature_celsius', { printer: name })]).toEqual([name, []]);
        expect([name, samplesOf(page, 'flashforge_state', { printer: name })]).toEqual([name, []]);
      }
    }
    for (const side of ['tcp', 'http'] as const) {
      const printer = `good over ${side}`;
      const tool = { printer, heater: 'tool0' };
      expect(valueIn(page, 'flashforge_temperature_celsius', tool)).toBe(good[side].reading.tools[0]?.celsius);
      expect(valueIn(page, 'flashforge_state', { printer, state: 'ready' })).toBe(1);
      expect(samplesOf(page, 'flashforge_printer_info', { printer })).toHaveLength(1);
    }

    await Promise.all(bad.map((printer) => printer.setFault(undefined)));
    const healed = await scrape(exporter);
    const shapes = { tcp: shapeOf(healed, 'good over tcp'), http: shapeOf(healed, 'good over http') };
    expect(shapes.tcp.length).toBeGreaterThan(30);
    for (const [name, , side, expected] of cases) {
      expect([name, shapeOf(healed, name)]).toEqual([name, shapes[side]]);
      expect([name, samplesOf(healed, 'flashforge_printer_info', { printer: name }).length]).toEqual([name, 1]);
      const failures = samplesOf(healed, 'flashforge_scrape_failures_total', { printer: name });
      expect([name, failures.length]).toEqual([name, expected === 'up' ? 0 : 1]);
    }
    expect(warnings).toEqual([]);
    for (const printer of bad) {
      // This one stopped reading when it hung up, and does not see that it was hung up on.
      if (printer.name === 'closed from the start') continue;
      await expect.poll(() => [printer.name, printer.stats.openTcpConnections]).toEqual([printer.name, 0]);
    }
  });
});

describe('over the web', () => {
  it('several who ask at the same time share one read', async () => {
    const printer = await startSimulatedPrinter({ model: 'finder', latencyMs: 20 });
    closing.push(printer);
    const exporter = await serve([configOf(printer)]);
    const pages = await Promise.all(Array.from({ length: 4 }, () => scrape(exporter)));
    for (const page of pages) expect(valueIn(page, 'flashforge_up', { printer: printer.name })).toBe(1);
    expect(printer.stats).toMatchObject({ tcpConnections: 1, maxOpenTcpConnections: 1 });
  });

  it('a client that goes is no failure, and its printer is let go', async () => {
    const printer = await startSimulatedPrinter({ model: 'finder', fault: { kind: 'silence' } });
    closing.push(printer);
    const exporter = await serve([configOf(printer)]);
    const gone = new AbortController();
    const asked = scrape(exporter, { signal: gone.signal });
    await expect.poll(() => printer.stats.openTcpConnections).toBe(1);
    gone.abort();
    await expect(asked).rejects.toThrow('aborted');
    await expect.poll(() => printer.stats.openTcpConnections, LET_GO).toBe(0);
    await printer.setFault(undefined);
    const page = await scrape(exporter);
    expect(valueIn(page, 'flashforge_up', { printer: printer.name })).toBe(1);
    expect(samplesOf(page, 'flashforge_scrape_failures_total')).toEqual([]);
    expect(printer.stats.maxOpenTcpConnections).toBe(1);
  });

  it('a printer that was switched off keeps its name and when it was seen, and comes back', async () => {
    const clock = { nowMs: 1_700_000_000_000 };
    const printer = await simulate('m5');
    const exporter = await serve([configOf(printer)], { now: () => clock.nowMs });
    const on = await scrape(exporter);
    const [info] = samplesOf(on, 'flashforge_printer_info');
    await printer.switchOff();
    clock.nowMs += 15_000;
    const off = await scrape(exporter);
    expect(valueIn(off, 'flashforge_up', { printer: 'm5' })).toBe(0);
    expect(valueIn(off, 'flashforge_last_seen_timestamp_seconds', { printer: 'm5' })).toBe(1_700_000_000);
    expect(samplesOf(off, 'flashforge_printer_info')).toEqual([info]);
    expect(new Set([...off.families.keys()].filter((name) => !name.startsWith('flashforge_exporter_')))).toEqual(
      new Set(
        'up endpoint_up scrape_duration_seconds scrape_failures_total last_seen_timestamp_seconds printer_info prints_total printing_seconds_total'
          .split(' ')
          .map((name) => `flashforge_${name}`),
      ),
    );
    await printer.switchOn();
    clock.nowMs += 15_000;
    const back = await scrape(exporter);
    expect(shapeOf(back, 'm5')).toEqual(shapeOf(on, 'm5'));
    expect(valueIn(back, 'flashforge_last_seen_timestamp_seconds', { printer: 'm5' })).toBe(1_700_000_030);
    expect(printer.stats.commands.filter((command) => command === '~M115')).toHaveLength(2);
  });
});
