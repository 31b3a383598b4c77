// Printers in every state that the status page shows, on one clock, and the exporter that reads them; or a farm of them.

import { Secret } from '../../src/common/secret.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import {
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  startSimulatedPrinter,
} from '../../src/simulator/printer.ts';
import { startTestExporter, type TestExporter } from './exporter.ts';
import { type Clock, configOf } from './fleet.ts';
import { ask } from './http.ts';

export const EVIL_NAME = '<img src=x onerror=alert(1)>';

export interface StatusFleet {
  readonly url: string;
  readonly exporter: TestExporter;
  readonly clock: Clock;
  readonly printing: SimulatedPrinter;
  readonly all: readonly SimulatedPrinter[];
  close(): Promise<void>;
}

const FILES = ['planter.gcode', 'bracket left.gx', 'vase.3mf', 'hinge_0.2mm_PLA.gcode', 'cable clip x12.gx', 'gear.g'];

/** Starts this many printers: most of them print, and a few need somebody. */
export async function startFarm(count: number): Promise<Pick<StatusFleet, 'url' | 'all' | 'clock' | 'close'>> {
  const clock: Clock = { nowMs: Date.parse('2026-03-04T15:00:00Z') };
  const now = () => clock.nowMs;
  const models = ['adventurer5m-pro', 'adventurer4', 'ad5x', 'adventurer3', 'adventurer5m'] as const;
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const kind = index % 20;
      const minutes = 60_000;
      const printer = await startSimulatedPrinter({
        now,
        model: models[index % models.length] ?? 'finder',
        name: `farm-${String(index + 1).padStart(3, '0')}`,
        ...(kind < 14 && {
          job: {
            file: FILES[index % FILES.length] ?? '',
            heatMs: 0,
            durationMs: (90 + ((index * 37) % 400)) * minutes,
            headStartMs: (5 + ((index * 13) % 85)) * minutes,
          },
        }),
      });
      if (kind === 3) printer.pause();
      if (kind === 19) await printer.switchOff();
      return printer;
    }),
  );
  const exporter = await startTestExporter(
    all.map((printer) => configOf(printer, ['tcp', 'http'])),
    { now, build: { version: '1.2.3', revision: 'abc' } },
  );
  for (const wait of [3, 3, 3, 1]) {
    await ask(exporter.url, '/');
    clock.nowMs += wait * 60_000;
    all[6]?.fail('E0163');
    if (wait === 1) await all[7]?.switchOff();
  }
  return {
    url: exporter.url,
    all,
    clock,
    close: async () => {
      await exporter.close(0);
      await Promise.all(all.map((printer) => printer.close()));
    },
  };
}

export async function startStatusFleet(): Promise<StatusFleet> {
  const clock: Clock = { nowMs: Date.parse('2026-03-04T15:00:00Z') };
  const now = () => clock.nowMs;
  const start = (options: SimulatedPrinterOptions) => startSimulatedPrinter({ now, ...options });
  const minutes = (count: number): number => count * 60_000;
  const [ready, printing, paused, completed, heating, failed, evil, off, locked, lost] = await Promise.all([
    start({ model: 'finder', name: 'finder' }),
    start({
      model: 'adventurer5m-pro',
      name: 'm5-pro',
      job: {
        file: 'planter_with_drainage_0.2mm_PLA.gcode',
        durationMs: minutes(200),
        heatMs: 0,
        headStartMs: minutes(74),
      },
    }),
    start({
      model: 'adventurer4',
      name: 'adventurer4',
      job: { file: 'bracket left.gx', durationMs: minutes(60), heatMs: 0, headStartMs: minutes(25) },
    }),
    start({ model: 'ad5x', name: 'ad5x', job: { file: 'vase.3mf', durationMs: minutes(9), headStartMs: minutes(20) } }),
    start({
      model: 'creator4',
      name: 'creator4',
      job: { file: 'gear.g', heatMs: minutes(4), headStartMs: minutes(3) },
    }),
    start({
      model: 'adventurer5m',
      name: 'm5',
      job: { file: 'hinge.gcode', durationMs: minutes(50), heatMs: 0, headStartMs: minutes(20) },
    }),
    start({ model: 'adventurer3', name: EVIL_NAME }),
    start({ model: 'adventurer3', name: 'attic' }),
    start({ model: 'creator5-pro', name: 'creator5' }),
    start({
      model: 'adventurer4',
      name: 'cellar',
      job: { file: 'lamp shade.gx', durationMs: minutes(100), heatMs: 0, headStartMs: minutes(84) },
    }),
  ]);
  paused.pause();
  await off.switchOff();
  const all = [ready, printing, paused, completed, heating, failed, evil, off, locked, lost];
  const configs = all.map((printer): PrinterConfig => {
    const config = configOf(printer, ['tcp', 'http']);
    return printer === locked && config.http
      ? { ...config, http: { ...config.http, checkCode: new Secret('wrong-and-secret') } }
      : config;
  });
  const exporter = await startTestExporter(configs, { now, build: { version: '1.2.3', revision: 'abc' } });
  // Contact is lost after some readings of the print, from which its pace and its end can be estimated.
  clock.nowMs -= minutes(12);
  for (const wait of [3, 3, 3, 1, 2]) {
    await ask(exporter.url, '/');
    clock.nowMs += minutes(wait);
    failed.fail('E0163');
    if (wait === 1) await lost.switchOff();
  }
  return {
    url: exporter.url,
    exporter,
    clock,
    printing,
    all,
    close: async () => {
      await exporter.close(0);
      await Promise.all(all.map((printer) => printer.close()));
    },
  };
}
