// What people see of printers: readings that are a few seconds old, and no waiting for printers that hang.

import { afterEach, describe, expect, it } from 'vitest';
import { readForPage } from '../../src/fleet/cached-readings.ts';
import type { Printer } from '../../src/fleet/printer.ts';
import type { CachedReading } from '../../src/fleet/view.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { startTestExporter, type TestExporter } from '../support/exporter.ts';
import {
  type Clock,
  configNamed,
  configOf,
  createPrinter,
  failedReading,
  type ReaderByHand,
  readByHand,
  readingOf,
} from '../support/fleet.ts';
import { ask } from '../support/http.ts';

const LONG_MS = 60_000;
const MAX_AGE_MS = 5000;
const START_MS = 1_700_000_000_000;
const READY = readingOf({ state: 'ready', stateProtocol: 'tcp' });
const PRINTING = readingOf({ state: 'printing', stateProtocol: 'tcp' });
const OFF = failedReading({ tcp: 'timeout' });

interface Rig {
  readonly printer: Printer;
  readonly reader: ReaderByHand;
  readonly clock: Clock;
}

function rig(reader = readByHand()): Rig {
  const clock = { nowMs: START_MS };
  return { printer: createPrinter(configNamed('finder'), { read: reader.read, clock }), reader, clock };
}

const load = (printer: Printer, patienceMs: number): Promise<readonly CachedReading[]> =>
  readForPage([printer], { maxAgeMs: MAX_AGE_MS, patienceMs });

describe('a cached reading', () => {
  it('is reused up to its maximum age, whoever asks', async () => {
    const { printer, reader, clock } = rig(readByHand(() => READY));
    const first = await printer.readCached(MAX_AGE_MS, LONG_MS);
    expect(first).toMatchObject({ ageMs: 0, reading: READY, view: { up: true } });
    clock.nowMs += MAX_AGE_MS;
    expect(await printer.readCached(MAX_AGE_MS, LONG_MS)).toMatchObject({ ageMs: MAX_AGE_MS, reading: READY });
    expect(reader.reads).toHaveLength(1);
    await printer.readCached(2000, LONG_MS);
    expect(reader.reads).toHaveLength(2);
    clock.nowMs += MAX_AGE_MS + 1;
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    expect(reader.reads).toHaveLength(3);
  });

  it('may come from a scrape, and may be a failed one', async () => {
    const { printer, reader } = rig(readByHand(() => OFF));
    await printer.read(LONG_MS);
    expect(await printer.readCached(MAX_AGE_MS, LONG_MS)).toMatchObject({
      ageMs: 0,
      reading: OFF,
      view: { up: false },
    });
    expect(reader.reads).toHaveLength(1);
  });

  it('is never served to a scrape', async () => {
    const { printer, reader } = rig(readByHand(() => READY));
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    await printer.read(LONG_MS);
    expect(reader.reads).toHaveLength(2);
  });

  it('comes from the read in progress; a request leaves without one at its own deadline', async () => {
    const { printer, reader } = rig();
    const scrape = printer.read(LONG_MS);
    expect(await printer.readCached(MAX_AGE_MS, 20)).toMatchObject({ view: { up: false } });
    expect(printer.cached.reading).toBeUndefined();
    const waiting = printer.readCached(MAX_AGE_MS, LONG_MS);
    reader.reads[0]?.answer(READY);
    expect((await waiting).reading).toBe(READY);
    expect((await scrape).up).toBe(true);
    expect(reader.reads).toHaveLength(1);
  });

  it('is dropped when the address changes, and not used after the clock was set back', async () => {
    const { printer, reader, clock } = rig(readByHand(() => READY));
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    printer.reconfigure({ ...configNamed('finder'), timeoutMs: 5000 });
    expect(printer.cached.reading).toBe(READY);
    clock.nowMs -= 1;
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    expect(reader.reads).toHaveLength(2);
    printer.reconfigure(configNamed('finder', { tcp: { host: '192.0.2.2', port: 8899, login: 'auto' } }));
    expect(printer.cached.reading).toBeUndefined();
  });

  it('is not kept if the address changed during the read', async () => {
    const { printer, reader } = rig();
    const waiting = printer.readCached(MAX_AGE_MS, LONG_MS);
    printer.reconfigure(configNamed('finder', { tcp: { host: '192.0.2.2', port: 8899, login: 'auto' } }));
    reader.reads[0]?.answer(READY);
    await waiting;
    expect(printer.cached.reading).toBeUndefined();
  });
});

describe('a page', () => {
  it('waits no longer than its patience, and shows what is known while the read goes on', async () => {
    const { printer, reader, clock } = rig();
    const before = printer.read(LONG_MS);
    reader.reads[0]?.answer(READY);
    await before;
    clock.nowMs += 60_000;

    expect(await load(printer, 20)).toMatchObject([{ isBeingRead: true, ageMs: 60_000, reading: READY }]);
    expect(await load(printer, 20)).toMatchObject([{ isBeingRead: true, ageMs: 60_000 }]);
    expect(reader.reads).toHaveLength(2);

    const third = load(printer, LONG_MS);
    reader.reads[1]?.answer(PRINTING);
    expect(await third).toMatchObject([{ ageMs: 0, reading: PRINTING, isBeingRead: false }]);
  });

  it('does not extend a read that hangs, however often it is polled', async () => {
    const reader = readByHand();
    const printer = createPrinter(configNamed('finder', { timeoutMs: 200 }), { read: reader.read });
    const startedAt = performance.now();
    do await load(printer, 1);
    while (!reader.reads[0]?.signal.aborted);
    expect(performance.now() - startedAt).toBeGreaterThan(150);
    expect(reader.reads).toHaveLength(1);
    reader.reads[0]?.answer(OFF);
  });

  it('does not wait for a printer that was off a moment ago, but shows when it is back', async () => {
    const { printer, reader, clock } = rig();
    const first = load(printer, LONG_MS);
    reader.reads[0]?.answer(OFF);
    expect(await first).toMatchObject([{ view: { up: false }, ageMs: 0 }]);
    clock.nowMs += 10_000;
    expect(await load(printer, LONG_MS)).toMatchObject([{ view: { up: false }, isBeingRead: true }]);
    reader.reads[1]?.answer(READY);
    await printer.read(LONG_MS);
    expect(await load(printer, LONG_MS)).toMatchObject([{ view: { up: true }, ageMs: 0 }]);
  });

  it('shows a printer as not read if the reader itself is at fault', async () => {
    const { printer, reader } = rig();
    const waiting = load(printer, LONG_MS);
    reader.reads[0]?.fail(new Error('a bug'));
    expect(await waiting).toMatchObject([{ view: { up: false }, reading: { up: false } }]);
  });
});

describe('the status page', () => {
  const closing: { close(graceMs: number): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((each) => each.close(0)));
  });

  async function serve(clock: Clock): Promise<{ printer: SimulatedPrinter; exporter: TestExporter }> {
    const printer = await startSimulatedPrinter({ model: 'finder', name: 'finder' });
    const exporter = await startTestExporter([configOf(printer)], { now: () => clock.nowMs });
    closing.push(exporter, printer);
    return { printer, exporter };
  }

  it('reads a printer at most every 15 s by its own refreshes, however many pages are open', async () => {
    const clock = { nowMs: START_MS };
    const { printer, exporter } = await serve(clock);
    const refresh = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          ask(exporter.url, index % 2 ? '/?fragment' : '/printer/finder?fragment'),
        ),
      );
    const readsAfter = async (seconds: number, pages: () => Promise<unknown>): Promise<number> => {
      clock.nowMs += seconds * 1000;
      const before = printer.stats.tcpConnections;
      await pages();
      return printer.stats.tcpConnections - before;
    };
    expect(await readsAfter(0, refresh)).toBe(1);
    expect(await readsAfter(15, refresh)).toBe(0);
    expect(await readsAfter(0.001, refresh)).toBe(1);
    // A page that is opened is at most 5 s old, and metrics are always new.
    expect(await readsAfter(5, () => ask(exporter.url, '/'))).toBe(0);
    expect(await readsAfter(0.001, () => ask(exporter.url, '/'))).toBe(1);
    expect(await readsAfter(0, () => ask(exporter.url, '/metrics'))).toBe(1);
  });

  it('responds to a refresh with 304 until there is something new', async () => {
    const clock = { nowMs: START_MS };
    const { exporter } = await serve(clock);
    const first = await ask(exporter.url, '/?fragment');
    const etag = String(first.headers['etag']);
    clock.nowMs += 9000;
    const same = await ask(exporter.url, '/?fragment', { headers: { 'if-none-match': etag } });
    expect(same).toMatchObject({ status: 304, body: '', headers: { etag } });
    expect(same.headers).not.toHaveProperty('content-length');
    clock.nowMs += 9000;
    const next = await ask(exporter.url, '/?fragment', { headers: { 'if-none-match': etag } });
    expect(next.status).toBe(200);
    expect(next.headers['etag']).not.toBe(etag);
    expect((await ask(exporter.url, '/', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('responds to HEAD, and must be neither stored nor framed', async () => {
    const { exporter } = await serve({ nowMs: START_MS });
    const { status, headers } = await ask(exporter.url, '/', { method: 'HEAD' });
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});
