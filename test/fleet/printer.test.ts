// One printer over time: what it remembers between reads, what it counts and logs, and that it is talked to once at a time.

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Printer } from '../../src/fleet/printer.ts';
import type { Reading, ReadPrinter } from '../../src/fleet/reader.ts';
import { ABANDONED_READ_MS } from '../../src/fleet/shared-read.ts';
import { NEXT_STEPS } from '../../src/printer/next-steps.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import {
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  startSimulatedPrinter,
} from '../../src/simulator/printer.ts';
import { createDeferred } from '../support/deferred.ts';
import {
  collectLog,
  configNamed,
  configOf,
  createFleet,
  createPrinter,
  ended,
  failedReading,
  type ReaderByHand,
  readByHand,
  readingOf,
} from '../support/fleet.ts';

const LONG_MS = 60_000;
const SHORT_MS = 30;
const START_MS = 1_700_000_000_000;

const READY: Snapshot = { state: 'ready', stateProtocol: 'tcp', heaters: new Map([['tool0', { celsius: 22 }]]) };
const FINDER: Snapshot = { ...READY, identity: { model: 'Finder', firmware: 'V1.5', serial: 'A1' } };

const simulated: SimulatedPrinter[] = [];
afterEach(async () => {
  await Promise.all(simulated.splice(0).map((printer) => printer.close()));
});

async function simulate(options: Partial<SimulatedPrinterOptions> = {}): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter({ model: 'finder', ...options });
  simulated.push(printer);
  return printer;
}

/** A printer that says these readings, one a visit. */
function says(...readings: readonly Reading[]) {
  const left = [...readings];
  const clock = { nowMs: START_MS };
  const reader = readByHand(() => left.shift() ?? readingOf(READY));
  const { log, lines } = collectLog();
  const printer = createPrinter(configNamed('finder'), { read: reader.read, log, clock });
  return { printer, reader, clock, lines, visit: () => printer.read(LONG_MS) };
}

/** A printer whose reads wait for the test. */
function waits(): { printer: Printer; reader: ReaderByHand; lines: readonly string[] } {
  const reader = readByHand();
  const { log, lines } = collectLog();
  return { printer: createPrinter(configNamed('finder'), { read: reader.read, log }), reader, lines };
}

function useFakeTimers(
  toFake: NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake'] = ['setTimeout', 'clearTimeout'],
): void {
  vi.useFakeTimers({ toFake });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

describe('one conversation', () => {
  it('is shared by those who come while it goes on', async () => {
    const { printer, reader } = waits();
    const visits = [printer.read(LONG_MS), printer.read(LONG_MS), printer.read(LONG_MS)];
    reader.reads[0]?.answer(readingOf(READY));
    const views = await Promise.all(visits);
    expect(reader.reads).toHaveLength(1);
    for (const view of views) expect(view).toMatchObject({ up: true, snapshot: READY });
  });

  it('is a new one for whoever comes after it', async () => {
    const { reader, visit } = says();
    await visit();
    await visit();
    expect(reader.reads).toHaveLength(2);
  });

  it('goes on for the others when one reaches its deadline, who then learns nothing of it', async () => {
    const { printer, reader } = waits();
    const patient = printer.read(LONG_MS);
    const hasty = await printer.read(SHORT_MS);
    expect(hasty).toMatchObject({
      up: false,
      endpoints: [{ protocol: 'tcp', up: false, failure: { code: 'timeout' } }],
      failures: [],
    });
    expect(hasty.snapshot).toBeUndefined();
    expect(hasty.durationSeconds).toBeGreaterThanOrEqual(SHORT_MS / 1000 - 0.005);
    reader.reads[0]?.answer(readingOf(READY));
    expect((await patient).up).toBe(true);
  });

  it('ends at the printer’s own timeout where that is earlier', async () => {
    const reader = readByHand();
    const printer = createPrinter(configNamed('finder', { timeoutMs: SHORT_MS }), { read: reader.read });
    const visit = printer.read(LONG_MS);
    const [read] = reader.reads;
    read?.signal.addEventListener('abort', () => read.answer(failedReading({ tcp: 'timeout' })));
    expect((await visit).failures).toEqual([{ protocol: 'tcp', code: 'timeout', count: 1 }]);
  });

  it('ends 15 s after its start, however many join meanwhile, and counts once; the next request opens a new one', async () => {
    useFakeTimers();
    const { printer, reader } = waits();
    const [first] = [printer.read(9500)];
    const pair = [];
    for (let passedMs = 0; passedMs < 15_000; passedMs += 5000) {
      pair.push(printer.read(9500));
      await vi.advanceTimersByTimeAsync(5000);
    }
    expect(reader.reads.map(({ signal }) => signal.aborted)).toEqual([true]);
    reader.reads[0]?.answer(failedReading({ tcp: 'timeout' }));
    const views = await Promise.all([first, ...pair]);
    expect(views.at(-1)?.failures).toEqual([{ protocol: 'tcp', code: 'timeout', count: 1 }]);
    const next = printer.read(9500);
    reader.reads[1]?.answer(readingOf(READY));
    expect(await next).toMatchObject({ up: true, failures: [{ protocol: 'tcp', code: 'timeout', count: 1 }] });
  });

  it('that a request has left serves the next one and the job rules, if it finishes in time', async () => {
    const { printer, reader } = waits();
    expect(await printer.read(SHORT_MS)).toMatchObject({ up: false, failures: [] });
    reader.reads[0]?.answer(readingOf(FINDER));
    expect(await printer.readCached(5000)).toMatchObject({ reading: { snapshot: FINDER } });
    expect(reader.reads).toHaveLength(1);
  });

  it('gives whoever leaves what was read until then', async () => {
    const { printer, reader } = waits();
    const visit = printer.read(SHORT_MS);
    const part: Reading = {
      ...readingOf(READY),
      endpoints: [{ protocol: 'tcp' }, ...failedReading({ http: 'timeout' }).endpoints],
    };
    reader.reads[0]?.show(part);
    expect(await visit).toMatchObject({
      up: true,
      snapshot: READY,
      endpoints: [
        { protocol: 'tcp', up: true },
        { protocol: 'http', up: false, failure: { code: 'timeout' } },
      ],
      failures: [],
    });
    // Not a whole reading: neither kept nor counted.
    expect(printer.cached.reading).toBeUndefined();
  });

  it('may have been joined only by a request whose client had already gone', async () => {
    useFakeTimers();
    const { printer, reader } = waits();
    expect(await printer.read(LONG_MS, AbortSignal.abort())).toMatchObject({ up: false, failures: [] });
    await vi.advanceTimersByTimeAsync(ABANDONED_READ_MS);
    expect(reader.reads.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it('that nobody waits for any more is neither a failure nor a reading', async () => {
    useFakeTimers();
    const { printer, reader } = waits();
    const gone = new AbortController();
    const visit = printer.read(LONG_MS, gone.signal);
    gone.abort();
    expect(await visit).toMatchObject({ up: false, failures: [] });
    await vi.advanceTimersByTimeAsync(ABANDONED_READ_MS);
    expect(reader.reads[0]?.signal.aborted).toBe(true);
    reader.reads[0]?.answer(readingOf(FINDER));
    await Promise.resolve();
    const next = printer.read(LONG_MS);
    // Its identity was not taken either: a read cut short may hold half of it.
    expect(reader.reads[1]?.options.identity).toBe(true);
    reader.reads[1]?.answer(failedReading({ tcp: 'refused' }));
    const view = await next;
    expect(view.failures).toEqual([{ protocol: 'tcp', code: 'refused', count: 1 }]);
    expect(view.lastSeenSeconds).toBeUndefined();
    expect(view.identity).toBeUndefined();
  });

  it('that nobody waited for is logged but not counted if it lasted long', async () => {
    useFakeTimers(['setTimeout', 'clearTimeout', 'performance']);
    const { printer, reader, lines } = waits();
    for (let i = 0; i < 2; i++) {
      const visit = printer.read(9500);
      await vi.advanceTimersByTimeAsync(9500 + ABANDONED_READ_MS);
      reader.reads[i]?.answer(failedReading({ tcp: 'timeout' }));
      expect((await visit).failures).toEqual([]);
    }
    expect(lines).toEqual([
      expect.stringMatching(/^level=warn msg="printer not read" printer=finder protocol=tcp code=timeout reason=/),
    ]);
  });

  it('begins anew after one that nobody waited for, also while that one still closes', async () => {
    useFakeTimers();
    const { printer, reader } = waits();
    const gone = new AbortController();
    const first = printer.read(LONG_MS, gone.signal);
    gone.abort();
    await vi.advanceTimersByTimeAsync(ABANDONED_READ_MS);
    const second = printer.read(LONG_MS);
    expect(reader.reads).toHaveLength(2);
    expect(reader.reads[1]?.signal.aborted).toBe(false);
    reader.reads[0]?.answer(failedReading({ tcp: 'timeout' }));
    await first;
    // The old one's end must not make the new one forgotten.
    const third = printer.read(LONG_MS);
    expect(reader.reads).toHaveLength(2);
    reader.reads[1]?.answer(readingOf(READY));
    expect((await Promise.all([second, third])).map(({ up, failures }) => [up, failures])).toEqual([
      [true, []],
      [true, []],
    ]);
  });

  it('that breaks by a fault of ours costs that read of that printer', async () => {
    const { printer, reader } = waits();
    const visit = printer.read(LONG_MS);
    reader.reads[0]?.fail(new TypeError('bug'));
    expect(await visit).toMatchObject({ up: false, failures: [{ protocol: 'tcp', code: 'protocol', count: 1 }] });
    const next = printer.read(LONG_MS);
    reader.reads[1]?.answer(readingOf(READY));
    expect((await next).up).toBe(true);
  });
});

describe('what the printer is', () => {
  const MINUTE_MS = 60_000;

  it('is asked on the first contact, then every ten minutes', async () => {
    const clock = { nowMs: START_MS };
    const reader = readByHand(({ identity }) => readingOf(identity ? FINDER : READY));
    const printer = createPrinter(configNamed('finder'), { read: reader.read, clock });
    for (const atMinutes of [0, 0.25, 9.9, 10.1, 11, 20.2]) {
      clock.nowMs = START_MS + atMinutes * MINUTE_MS;
      await printer.read(LONG_MS);
    }
    expect(reader.reads.map(({ options }) => options.identity)).toEqual([true, false, false, true, false, true]);
  });

  it('is asked again when the clock was set back', async () => {
    const { reader, clock, visit } = says(readingOf(FINDER));
    await visit();
    clock.nowMs -= MINUTE_MS;
    await visit();
    expect(reader.reads[1]?.options.identity).toBe(true);
  });

  it('is asked until it was told', async () => {
    const { reader, visit } = says(readingOf(READY), readingOf(READY), readingOf(FINDER));
    for (let i = 0; i < 4; i++) await visit();
    expect(reader.reads.map(({ options }) => options.identity)).toEqual([true, true, true, false]);
  });

  it('is asked after a failed read, for another printer may have come', async () => {
    const failed = failedReading({ tcp: 'timeout' });
    const { reader, visit } = says(readingOf(FINDER), failed, failed, readingOf(FINDER), readingOf(READY));
    for (let i = 0; i < 5; i++) await visit();
    expect(reader.reads.map(({ options }) => options.identity)).toEqual([true, false, true, true, false]);
  });

  it('counts from the last detail where there is only HTTP', async () => {
    const reading = readingOf(FINDER, 'http');
    const reader = readByHand(() => reading);
    const { tcp: _, ...config } = configNamed('m5');
    const printer = createPrinter(config, { read: reader.read });
    await printer.read(LONG_MS);
    await printer.read(LONG_MS);
    expect(reader.reads.map(({ options }) => options.identity)).toEqual([true, false]);
  });

  it('is kept while the printer is off, and so is when it was last seen', async () => {
    const { clock, visit } = says(readingOf(FINDER), failedReading({ tcp: 'timeout' }));
    await visit();
    clock.nowMs += 5000;
    const view = await visit();
    expect(view).toMatchObject({ up: false, identity: FINDER.identity, lastSeenSeconds: START_MS / 1000 });
    expect(view.snapshot).toBeUndefined();
    clock.nowMs += 5000;
    expect((await visit()).lastSeenSeconds).toBe(START_MS / 1000 + 10);
  });

  it('keeps what a later answer leaves out', async () => {
    const renamed: Snapshot = { ...READY, identity: { name: 'Left', serial: 'A1' } };
    const { visit } = says(readingOf(FINDER), readingOf(renamed));
    await visit();
    expect((await visit()).identity).toEqual({ model: 'Finder', firmware: 'V1.5', serial: 'A1', name: 'Left' });
  });

  it('is another printer when the serial is another: nothing of the old one stays', async () => {
    const other: Snapshot = { ...READY, identity: { model: 'Adventurer 3', serial: 'B2' } };
    const { lines, visit } = says(readingOf(FINDER), readingOf(other), readingOf(other));
    await visit();
    expect((await visit()).identity).toEqual({ model: 'Adventurer 3', serial: 'B2' });
    await visit();
    expect(lines.filter((line) => line.includes('another printer'))).toEqual([
      'level=info msg="another printer answers here" printer=finder serial=B2',
    ]);
  });

  it('is logged once', async () => {
    const { lines, visit } = says(readingOf(FINDER), readingOf(FINDER));
    await visit();
    await visit();
    expect(lines).toEqual(['level=info msg="printer found" printer=finder model=Finder firmware=V1.5']);
  });
});

describe('failures', () => {
  it('are counted by side and code, once a read whoever waited', async () => {
    const both = configNamed('m5');
    const readings = [
      failedReading({ tcp: 'timeout', http: 'timeout' }),
      failedReading({ tcp: 'timeout', http: 'auth' }),
      readingOf(READY),
    ];
    const reader = readByHand();
    const printer = createPrinter(both, { read: reader.read });
    for (const [index, reading] of readings.entries()) {
      const visits = [printer.read(LONG_MS), printer.read(LONG_MS)];
      reader.reads[index]?.answer(reading);
      await Promise.all(visits);
    }
    const last = printer.read(LONG_MS);
    reader.reads[3]?.answer(failedReading({ tcp: 'refused' }));
    expect((await last).failures).toEqual([
      { protocol: 'tcp', code: 'timeout', count: 2 },
      { protocol: 'http', code: 'timeout', count: 1 },
      { protocol: 'http', code: 'auth', count: 1 },
      { protocol: 'tcp', code: 'refused', count: 1 },
    ]);
  });

  it('are logged when they begin, change and end, not at every scrape', async () => {
    const timeout = failedReading({ tcp: 'timeout' });
    const { lines, visit } = says(
      timeout,
      timeout,
      failedReading({ tcp: 'refused' }),
      failedReading({ tcp: 'refused' }),
      readingOf(READY),
      readingOf(READY),
      timeout,
    );
    for (let i = 0; i < 7; i++) await visit();
    const notRead = (code: string, next: string): string =>
      `level=warn msg="printer not read" printer=finder protocol=tcp code=${code} reason="tcp says ${code}" next="${next}"`;
    const noTime = notRead('timeout', NEXT_STEPS.slow.step);
    expect(lines).toEqual([
      noTime,
      notRead('refused', NEXT_STEPS['nothing-listens'].step),
      'level=info msg="printer answers again" printer=finder protocol=tcp',
      noTime,
    ]);
  });

  it('of a printer without a TCP side count once and not for ever', async () => {
    const [tcp] = failedReading({ tcp: 'refused' }).endpoints;
    if (!tcp) throw new Error('no side');
    const creator: Reading = { ...readingOf(READY, 'http'), endpoints: [tcp, { protocol: 'http' }] };
    const { lines, visit } = says(creator, creator, creator);
    for (let i = 0; i < 2; i++) await visit();
    const view = await visit();
    expect(view.failures).toEqual([{ protocol: 'tcp', code: 'refused', count: 1 }]);
    expect(view.endpoints).toMatchObject([
      { protocol: 'tcp', up: false },
      { protocol: 'http', up: true },
    ]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('level=info');
  });

  it('of TCP count when HTTP fails too, and other codes always', async () => {
    const off = failedReading({ tcp: 'refused', http: 'refused' });
    const [tcp] = failedReading({ tcp: 'timeout' }).endpoints;
    if (!tcp) throw new Error('no side');
    const slow: Reading = { ...readingOf(READY, 'http'), endpoints: [tcp, { protocol: 'http' }] };
    const { visit } = says(off, off, slow, slow);
    for (let i = 0; i < 3; i++) await visit();
    expect((await visit()).failures).toEqual([
      { protocol: 'tcp', code: 'refused', count: 2 },
      { protocol: 'http', code: 'refused', count: 2 },
      { protocol: 'tcp', code: 'timeout', count: 2 },
    ]);
  });
});

describe('a fault of the exporter', () => {
  const broken = (): never => {
    throw new Error('broken');
  };
  const FAULTS: readonly (readonly [where: string, read: ReadPrinter])[] = [
    ['at the start of a read', broken],
    ['at its end', () => ({ over: Promise.reject(new Error('broken')), soFar: () => readingOf(READY) })],
    ['in its reading', () => ({ over: Promise.resolve(), soFar: broken })],
    ['in what was read until a deadline', () => ({ over: createDeferred().promise, soFar: broken })],
  ];

  it.each(FAULTS)('%s costs its printer only, and is logged', async (_where, read) => {
    const { log, lines } = collectLog();
    const fleet = createFleet([configNamed('a'), configNamed('bad'), configNamed('z')], {
      read: (config, options, signal) =>
        config.name === 'bad' ? read(config, options, signal) : ended(readingOf(READY)),
      log,
    });
    const views = await fleet.scrape(SHORT_MS);
    expect(views.map(({ up }) => up)).toEqual([true, false, true]);
    expect(views[1]?.endpoints).toMatchObject([
      { up: false, failure: { code: 'protocol' }, advice: NEXT_STEPS['own-fault'] },
    ]);
    expect(lines.join('\n')).toMatch(
      /level=error msg="a fault in the exporter, please report it" printer=bad reason="Error: broken/,
    );
  });
});

describe('failures of this machine', () => {
  const local = failedReading({ tcp: 'local' });

  it('are counted for each printer, and logged once for all', async () => {
    const isLocal = new Map([
      ['a', true],
      ['b', true],
    ]);
    const { log, lines } = collectLog();
    const read: ReadPrinter = ({ name }) => ended(isLocal.get(name) ? local : readingOf(READY));
    const fleet = createFleet([configNamed('a'), configNamed('b')], { read, log });
    const begun = 'level=warn msg="printers not read because of this machine" code=local reason="tcp says local"';
    const over = 'level=info msg="this machine no longer keeps printers from being read"';
    await fleet.scrape(LONG_MS);
    const views = await fleet.scrape(LONG_MS);
    expect(views.map(({ failures }) => failures)).toEqual([
      [{ protocol: 'tcp', code: 'local', count: 2 }],
      [{ protocol: 'tcp', code: 'local', count: 2 }],
    ]);
    expect(lines).toEqual([begun]);
    isLocal.set('a', false);
    await fleet.scrape(LONG_MS);
    expect(lines).toEqual([begun]);
    isLocal.set('b', false);
    await fleet.scrape(LONG_MS);
    expect(lines).toEqual([begun, over]);
  });

  it('are over when the printer that had them is not read any more', async () => {
    const clock = { nowMs: START_MS };
    const { log, lines } = collectLog();
    const read: ReadPrinter = ({ name }) => ended(name === 'gone' ? local : readingOf(READY));
    const fleet = createFleet([configNamed('gone'), configNamed('stays')], { read, log, clock });
    await fleet.scrape(LONG_MS);
    fleet.configure([configNamed('stays')]);
    clock.nowMs += 11 * 60_000;
    await fleet.scrape(LONG_MS);
    expect(lines.at(-1)).toContain('no longer keeps printers');
  });
});

describe('jobs', () => {
  const printing = (ratio: number): Reading =>
    readingOf({ state: 'printing', stateProtocol: 'tcp', progress: { ratio, protocol: 'tcp' }, file: 'a.gx' });
  const silent: Reading = { ...readingOf(READY), unanswered: new Set(['M27', 'M114']) };

  it('end on a printer that never answers M27 while it is ready, at the second such reading', async () => {
    const { clock, visit } = says(readingOf(READY), printing(0), printing(0.05), silent, silent);
    const seen = [];
    for (let i = 0; i < 5; i++) {
      clock.nowMs += 30_000;
      const { jobs, snapshot } = await visit();
      seen.push([snapshot?.state, jobs.totals.cancelled, jobs.startSeconds]);
    }
    const startSeconds = START_MS / 1000 + 60;
    expect(seen).toEqual([
      ['ready', 0, undefined],
      ['printing', 0, startSeconds],
      ['printing', 0, startSeconds],
      ['ready', 0, undefined],
      ['ready', 1, undefined],
    ]);
  });

  it('keep their start while they are done and on the plate', async () => {
    const completed = readingOf({ state: 'completed', stateProtocol: 'http', file: 'a.gx' }, 'http');
    const { visit } = says(readingOf(READY), printing(0), completed, completed, readingOf(READY));
    const starts = [];
    for (let i = 0; i < 5; i++) starts.push((await visit()).jobs.startSeconds);
    const startSeconds = START_MS / 1000;
    expect(starts).toEqual([undefined, startSeconds, startSeconds, startSeconds, undefined]);
  });
});

describe('words in no table', () => {
  const saying = (status: string): Reading =>
    readingOf({ state: 'unknown', stateProtocol: 'tcp', statusWords: [{ protocol: 'tcp', status }] });

  it('are logged once each', async () => {
    const { lines, visit } = says(saying('DANCING'), saying('DANCING'), saying('SINGING'), saying('DANCING'));
    for (let i = 0; i < 4; i++) await visit();
    expect(lines).toEqual([
      'level=warn msg="unknown machine status, please report it" printer=finder protocol=tcp status=DANCING',
      'level=warn msg="unknown machine status, please report it" printer=finder protocol=tcp status=SINGING',
    ]);
  });

  it('stop at fifty', async () => {
    const { lines, visit } = says(...Array.from({ length: 60 }, (_, i) => saying(`WORD${i}`)));
    for (let i = 0; i < 60; i++) await visit();
    expect(lines).toHaveLength(50);
    expect(lines.at(-1)).toContain('WORD49');
  });

  it('are no news where the state is known', async () => {
    const known = readingOf({ state: 'ready', statusWords: [{ protocol: 'tcp', status: 'READY' }] });
    const { lines, visit } = says(known);
    await visit();
    expect(lines).toEqual([]);
  });
});

describe('a printer on a socket', () => {
  it('has one connection however many ask at once, each scrape one', async () => {
    const finder = await simulate({ latencyMs: 5 });
    const printer = createPrinter(configOf(finder));
    const views = await Promise.all(Array.from({ length: 5 }, () => printer.read(LONG_MS)));
    expect(views.map(({ up, snapshot }) => [up, snapshot?.heaters?.get('tool0')])).toEqual(
      Array.from({ length: 5 }, () => [true, { celsius: expect.any(Number), targetCelsius: 0 }]),
    );
    expect(finder.stats).toMatchObject({ tcpConnections: 1, maxOpenTcpConnections: 1 });
    expect(finder.stats.commands).toEqual(['~M119', '~M105', '~M27', '~M114', '~M115']);
    await expect.poll(() => finder.stats.openTcpConnections).toBe(0);
    await printer.read(LONG_MS);
    expect(finder.stats).toMatchObject({ tcpConnections: 2, maxOpenTcpConnections: 1 });
    expect(finder.stats.commands.slice(5)).toEqual(['~M119', '~M105', '~M27', '~M114']);
  });

  it('gives at the end of the read what it said until then, and is hung up on', async () => {
    const finder = await simulate({ fault: { kind: 'silence', at: 'M27' } });
    const printer = createPrinter({ ...configOf(finder), timeoutMs: 300 });
    const beganAt = performance.now();
    const view = await printer.read(LONG_MS);
    expect(performance.now() - beganAt).toBeLessThan(1500);
    expect(view).toMatchObject({ up: true, failures: [], endpoints: [{ protocol: 'tcp', up: true }] });
    expect(view.snapshot).toMatchObject({ state: 'ready', heaters: expect.any(Map) });
    expect(view.snapshot?.progress).toBeUndefined();
    expect(view.snapshot?.positionMeters).toBeUndefined();
    expect(finder.stats.commands).toEqual(['~M119', '~M105', '~M27']);
    await expect.poll(() => finder.stats.openTcpConnections).toBe(0);
  });

  it('is hung up on when nobody waits, and asked anew by the next', async () => {
    const finder = await simulate({ fault: { kind: 'silence', at: 'M105' } });
    const printer = createPrinter(configOf(finder));
    const gone = new AbortController();
    const visit = printer.read(LONG_MS, gone.signal);
    await expect.poll(() => finder.stats.commands).toContain('~M105');
    gone.abort();
    expect(await visit).toMatchObject({ up: true, failures: [] });
    await expect.poll(() => finder.stats.openTcpConnections, { timeout: 2 * ABANDONED_READ_MS }).toBe(0);
    await finder.setFault(undefined);
    expect(await printer.read(LONG_MS)).toMatchObject({
      up: true,
      failures: [],
      identity: { model: expect.any(String) },
    });
    expect(finder.stats).toMatchObject({ tcpConnections: 2, maxOpenTcpConnections: 1 });
  });

  it('counts one refusal where TCP is off and HTTP answers', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', fault: { kind: 'refuse', side: 'tcp' } });
    const printer = createPrinter(configOf(m5, ['tcp', 'http']));
    await printer.read(LONG_MS);
    const view = await printer.read(LONG_MS);
    expect(view).toMatchObject({ up: true, failures: [{ protocol: 'tcp', code: 'refused', count: 1 }] });
    expect(m5.stats.httpRequests).toBe(2);
  });
});
