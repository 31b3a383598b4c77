// The outcome of prints in doubtful cases, from a printer's sockets to the page.
import { afterEach, describe, expect, it } from 'vitest';
import type { JobPlan } from '../../src/simulator/job.ts';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import type { Reading } from '../../src/simulator/reading.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { type Page, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { configOf } from '../support/fleet.ts';

const closing: { close(graceMs: number): Promise<void> }[] = [];
afterEach(() => Promise.all(closing.splice(0).map((each) => each.close(0))));

const HEAT_SECONDS = 60;
const START_MS = 1_700_000_000_000;

/** One printer and its exporter, on a clock that the test advances. */
async function serve(model: SimulatedModel, protocols?: readonly ('tcp' | 'http')[]) {
  let nowMs = START_MS;
  let startedMs = 0;
  let seconds = 0;
  const now = () => nowMs;
  const printer = await startSimulatedPrinter({ model, name: 'mine', serialNumber: 'SN1', now });
  closing.push(printer);
  const exporter = await startTestExporter([configOf(printer, protocols)], { now });
  closing.push(exporter);
  const read = async (gapSeconds = 30): Promise<Page> => {
    nowMs += gapSeconds * 1000;
    return scrape(exporter);
  };
  return {
    printer,
    read,
    /** Starts a print of this many seconds, after a scrape. */
    async print(durationSeconds: number, plan: Partial<JobPlan> = {}): Promise<void> {
      await read();
      startedMs = nowMs;
      seconds = durationSeconds;
      printer.start({ file: 'a.gx', heatMs: HEAT_SECONDS * 1000, durationMs: durationSeconds * 1000, ...plan });
    },
    /** Scrapes every 30 s until the print has this progress, from 0 to 1. */
    async printTo(ratio: number): Promise<Page> {
      const endMs = startedMs + (HEAT_SECONDS + ratio * seconds) * 1000;
      while (nowMs + 30_000 < endMs) await read();
      return read((endMs - nowMs) / 1000);
    },
    /** Scrapes once while the printer reports these values instead of its own. */
    async reporting(override: Partial<Reading>): Promise<Page> {
      printer.setOverride(override);
      const page = await read();
      printer.setOverride({});
      return page;
    },
    /** Scrapes every 30 s while the printer refuses connections. */
    async unreachable(seconds: number): Promise<Page> {
      await printer.setFault({ kind: 'refuse' });
      let page = await read();
      for (let left = seconds - 30; left > 0; left -= 30) page = await read();
      await printer.setFault(undefined);
      return page;
    },
  };
}

const OUTCOMES = ['completed', 'cancelled', 'failed', 'unknown'] as const;

/** The number of prints by outcome, without zeros. */
function outcomes(page: Page): Partial<Record<string, number>> {
  const counts = OUTCOMES.map((result) => [
    result,
    valueIn(page, 'flashforge_prints_total', { printer: 'mine', result }),
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}

function sample(page: Page, name: string): number | undefined {
  return samplesOf(page, `flashforge_${name}`)[0]?.value;
}

describe('the outcome completed', () => {
  it('is not reported when contact is lost at 99 %, but when the print ends', async () => {
    const { print, printTo, unreachable, read } = await serve('adventurer3');
    await print(18_000);
    await printTo(0.992);
    expect(outcomes(await unreachable(90))).toEqual({});
    expect(outcomes(await read())).toEqual({});
    expect(outcomes(await printTo(1.001))).toEqual({ completed: 1 });
  });

  it('is reported when a smart plug cuts the power after the end routine', async () => {
    const { print, printTo, unreachable, printer, read } = await serve('adventurer3');
    await print(3600, { endMs: 45_000 });
    await printTo(0.999);
    await read(20);
    await printer.switchOff();
    expect(outcomes(await unreachable(120))).toEqual({ completed: 1 });
  });

  it('is not reported for a power cut at 99.5 % with a hot nozzle', async () => {
    const { print, printTo, printer, read, unreachable } = await serve('adventurer3');
    await print(10_800);
    await printTo(0.995);
    await printer.switchOff();
    expect(outcomes(await unreachable(300))).toEqual({});
    await printer.switchOn();
    expect(outcomes(await read())).toEqual({ unknown: 1 });
  });

  it('is not reported for a cancel at 99.4 % on a printer that counts bytes', async () => {
    const { print, printTo, printer, read } = await serve('finder');
    await print(3600, { sizeBytes: 28_000_000 });
    await printTo(0.994);
    printer.cancel();
    expect(outcomes(await read())).toEqual({ cancelled: 1 });
  });

  it('is not reported for a cancel at 97 % between two reads', async () => {
    const { print, printTo, printer, unreachable, read } = await serve('adventurer5m', ['tcp']);
    await print(7200);
    await printTo(0.97);
    printer.cancel();
    await unreachable(180);
    expect(outcomes(await read())).not.toHaveProperty('completed');
  });

  it('is reported once, while an old model still waits for OK', async () => {
    const { print, printTo, read, printer } = await serve('adventurer3');
    await print(3600, { waitsForOk: true });
    await printTo(0.999);
    await read();
    expect(outcomes(await read())).toEqual({ completed: 1 });
    for (let hours = 0; hours < 5; hours++) await read(3600);
    printer.clear();
    expect(outcomes(await read())).toEqual({ completed: 1 });
  });

  it.each([
    ['adventurer5m-pro', ['tcp', 'http']],
    ['creator5', ['http']],
  ] as const)('is reported for a print on a %s that was never read', async (model, protocols) => {
    const { print, unreachable, read } = await serve(model, protocols);
    await print(1200);
    expect(outcomes(await unreachable(1500))).toEqual({});
    const page = await read();
    expect(outcomes(page)).toEqual({ completed: 1 });
    expect(sample(page, 'last_print_duration_seconds')).toBe(1200);
    expect(outcomes(await read())).toEqual({ completed: 1 });
  });
});

describe('a transitional state', () => {
  it('is no end if canceling leads to a pause', async () => {
    const { print, printTo, printer, reporting, read } = await serve('adventurer5m-pro', ['tcp', 'http']);
    await print(1200);
    await printTo(0.36);
    expect(outcomes(await reporting({ httpStatus: 'canceling', machineStatus: 'BUILDING_FROM_SD' }))).toEqual({});
    printer.pause();
    await read();
    printer.resume();
    await read();
    expect(outcomes(await read(1200))).toEqual({ completed: 1 });
  });

  it('is no end if an error is confirmed on the screen', async () => {
    const { print, printTo, reporting, read } = await serve('adventurer5m-pro', ['tcp', 'http']);
    await print(1200);
    await printTo(0.4);
    for (let reads = 0; reads < 5; reads++) {
      expect(outcomes(await reporting({ httpStatus: 'error', errorCode: 'E0088' }))).toEqual({});
    }
    await read();
    expect(outcomes(await read(1200))).toEqual({ completed: 1 });
  });

  it('is a failure if an error leads to ready', async () => {
    const { print, printTo, printer, read } = await serve('adventurer5m-pro', ['tcp', 'http']);
    await print(1200);
    await printTo(0.4);
    printer.fail('E0088');
    expect(outcomes(await read())).toEqual({});
    printer.clear();
    expect(outcomes(await read())).toEqual({ failed: 1 });
  });
});

describe('a cancel in the first minutes', () => {
  it.each(['finder', 'adventurer3', 'adventurer4', 'adventurer5m', 'adventurer5m-pro', 'creator4'] as const)(
    'counts as cancelled on a %s, during heating and just after',
    async (model) => {
      const { print, printTo, printer, read } = await serve(model);
      await print(7200);
      await read(20);
      printer.cancel();
      await read();
      printer.clear();
      expect(outcomes(await read())).toEqual({ cancelled: 1 });
      await print(7200);
      await printTo(0.008);
      printer.cancel();
      await read();
      printer.clear();
      expect(outcomes(await read())).toEqual({ cancelled: 2 });
    },
  );
});

describe('the page of a job', () => {
  it("has the start by the printer's own count if no read saw it", async () => {
    const { print, read, unreachable } = await serve('adventurer5m-pro', ['tcp', 'http']);
    await print(10_800);
    await unreachable(3000);
    const page = await read();
    // The printer counts from the end of heating.
    expect(sample(page, 'print_start_timestamp_seconds')).toBe(START_MS / 1000 + 30 + HEAT_SECONDS);
  });

  it('has no start if no read saw it and the printer does not count', async () => {
    const { print, read, unreachable } = await serve('adventurer3');
    await print(10_800);
    await unreachable(120);
    expect(sample(await read(), 'print_start_timestamp_seconds')).toBeUndefined();
  });

  it('has no progress during a manual preheat, or from the last job while the next one heats', async () => {
    const m5 = await serve('adventurer5m-pro', ['http']);
    await m5.read();
    expect(
      sample(await m5.reporting({ httpStatus: 'heating', progress: 1, file: '' }), 'print_progress_ratio'),
    ).toBeUndefined();

    const a3 = await serve('adventurer3');
    await a3.print(3600);
    await a3.printTo(0.405);
    a3.printer.cancel();
    await a3.read();
    a3.printer.clear();
    await a3.print(3600);
    expect(sample(await a3.read(), 'print_progress_ratio')).toBeUndefined();
    expect(sample(await a3.printTo(0.105), 'print_progress_ratio')).toBe(0.1);
  });

  it('has the duration and the filament of the last print', async () => {
    const { print, read, printTo } = await serve('adventurer5m-pro', ['tcp', 'http']);
    await print(1200);
    await printTo(0.5);
    const page = await printTo(1.001);
    expect(outcomes(page)).toEqual({ completed: 1 });
    expect(sample(page, 'last_print_duration_seconds')).toBe(1200);
    expect(sample(page, 'last_print_filament_meters')).toBeGreaterThan(0);
    expect(sample(page, 'last_print_filament_grams')).toBeGreaterThan(0);
    const printed = sample(page, 'printing_seconds_total');
    expect(printed).toBeGreaterThan(1100);
    expect(printed).toBeLessThanOrEqual(1200);
    expect(sample(await read(3600), 'printing_seconds_total')).toBe(printed);
  });
});
