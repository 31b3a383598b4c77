// What people see of printers: readings a few seconds old, and no waiting for printers that hang.

import { afterEach, describe, expect, it } from 'vitest';
import { CachedReadings } from '../../src/fleet/cached-readings.ts';
import type { Printer } from '../../src/fleet/printer.ts';
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

const look = (patienceMs: number, readTimeMs = LONG_MS): CachedReadings =>
  new CachedReadings({ maxAgeMs: MAX_AGE_MS, patienceMs, readTimeMs });

describe('Printer.recent', () => {
  it('reads once in so long, whoever asks', async () => {
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

  it('takes what a scrape has read, and a failed reading as well', async () => {
    const { printer, reader } = rig(readByHand(() => OFF));
    await printer.read(LONG_MS);
    expect(await printer.readCached(MAX_AGE_MS, LONG_MS)).toMatchObject({
      ageMs: 0,
      reading: OFF,
      view: { up: false },
    });
    expect(reader.reads).toHaveLength(1);
  });

  it('never serves a scrape with an older reading', async () => {
    const { printer, reader } = rig(readByHand(() => READY));
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    await printer.read(LONG_MS);
    expect(reader.reads).toHaveLength(2);
  });

  it('shares a read under way, and leaves without a reading at its own deadline', async () => {
    const { printer, reader } = rig();
    const scrape = printer.read(LONG_MS);
    expect(await printer.readCached(MAX_AGE_MS, 20)).toMatchObject({ view: { up: false } });
    expect(printer.lastKnown).not.toHaveProperty('reading');
    const waiting = printer.readCached(MAX_AGE_MS, LONG_MS);
    reader.reads[0]?.answer(READY);
    expect((await waiting).reading).toBe(READY);
    expect((await scrape).up).toBe(true);
    expect(reader.reads).toHaveLength(1);
  });

  it('forgets the reading when the address changes or the clock is set back', async () => {
    const { printer, reader, clock } = rig(readByHand(() => READY));
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    printer.reconfigure({ ...configNamed('finder'), timeoutMs: 5000 });
    expect(printer.lastKnown.reading).toBe(READY);
    clock.nowMs -= 1;
    await printer.readCached(MAX_AGE_MS, LONG_MS);
    expect(reader.reads).toHaveLength(2);
    printer.reconfigure(configNamed('finder', { tcp: { host: '192.0.2.2', port: 8899, login: 'auto' } }));
    expect(printer.lastKnown).not.toHaveProperty('reading');
  });

  it('keeps no reading of an address it has left while it was read', async () => {
    const { printer, reader } = rig();
    const waiting = printer.readCached(MAX_AGE_MS, LONG_MS);
    printer.reconfigure(configNamed('finder', { tcp: { host: '192.0.2.2', port: 8899, login: 'auto' } }));
    reader.reads[0]?.answer(READY);
    await waiting;
    expect(printer.lastKnown).not.toHaveProperty('reading');
  });
});

describe('those who look', () => {
  it('wait no longer than their patience, and see what is known while the read goes on', async () => {
    const { printer, reader, clock } = rig();
    const before = printer.read(LONG_MS);
    reader.reads[0]?.answer(READY);
    await before;
    clock.nowMs += 60_000;

    const recent = look(20);
    expect(await recent.look([printer])).toMatchObject([{ isBeingRead: true, ageMs: 60_000, reading: READY }]);
    expect(await recent.look([printer])).toMatchObject([{ isBeingRead: true, ageMs: 60_000 }]);
    expect(reader.reads).toHaveLength(2);

    const third = look(LONG_MS).look([printer]);
    reader.reads[1]?.answer(PRINTING);
    expect(await third).toMatchObject([{ ageMs: 0, reading: PRINTING }]);
  });

  it('do not put off the end of a read that hangs, however often they look', async () => {
    const { printer, reader } = rig();
    const recent = look(1, 200);
    const startedAt = performance.now();
    do await recent.look([printer]);
    while (!reader.reads[0]?.signal.aborted);
    expect(performance.now() - startedAt).toBeGreaterThan(150);
    expect(reader.reads).toHaveLength(1);
    reader.reads[0]?.answer(OFF);
  });

  it('do not wait for a printer that was off a moment ago, but see it come back', async () => {
    const { printer, reader, clock } = rig();
    const first = look(LONG_MS).look([printer]);
    reader.reads[0]?.answer(OFF);
    expect(await first).toMatchObject([{ view: { up: false }, ageMs: 0 }]);
    clock.nowMs += 10_000;
    const patient = look(LONG_MS);
    expect(await patient.look([printer])).toMatchObject([{ view: { up: false }, isBeingRead: true }]);
    reader.reads[1]?.answer(READY);
    await printer.read(LONG_MS);
    expect(await patient.look([printer])).toMatchObject([{ view: { up: true }, ageMs: 0 }]);
  });

  it('see a printer that was not read when the reader itself is at fault', async () => {
    const { printer, reader } = rig();
    const waiting = look(LONG_MS).look([printer]);
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

  it('visits a printer once in five seconds, however many look at it', async () => {
    const clock = { nowMs: START_MS };
    const { printer, exporter } = await serve(clock);
    const visit = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 10 }, () => ask(exporter.url, '/?fragment')));
    await visit();
    await visit();
    expect(printer.stats.tcpConnections).toBe(1);
    clock.nowMs += MAX_AGE_MS + 1;
    await visit();
    expect(printer.stats.tcpConnections).toBe(2);
    await ask(exporter.url, '/metrics');
    expect(printer.stats.tcpConnections).toBe(3);
  });

  it('answers HEAD, and is no page to keep or to frame', async () => {
    const { exporter } = await serve({ nowMs: START_MS });
    const { status, headers } = await ask(exporter.url, '/', { method: 'HEAD' });
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});
