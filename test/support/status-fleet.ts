// Printers in every state that the status page shows, on one clock, and the exporter that reads them.

import { Secret } from '../../src/common/secret.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import {
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  startSimulatedPrinter,
} from '../../src/simulator/printer.ts';
import { startTestExporter, type TestExporter } from './exporter.ts';
import { type Clock, configOf } from './fleet.ts';

export const EVIL_NAME = '<img src=x onerror=alert(1)>';

export interface StatusFleet {
  readonly url: string;
  readonly exporter: TestExporter;
  readonly clock: Clock;
  readonly printing: SimulatedPrinter;
  readonly all: readonly SimulatedPrinter[];
  close(): Promise<void>;
}

export async function startStatusFleet(): Promise<StatusFleet> {
  const clock: Clock = { nowMs: Date.parse('2026-03-04T15:00:00Z') };
  const now = () => clock.nowMs;
  const start = (options: SimulatedPrinterOptions) => startSimulatedPrinter({ now, ...options });
  const minutes = (count: number): number => count * 60_000;
  const [ready, printing, paused, completed, heating, failed, evil, off, locked] = await Promise.all([
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
    start({ model: 'adventurer5m', name: 'm5', job: { file: 'hinge.gcode', heatMs: 0, headStartMs: minutes(20) } }),
    start({ model: 'adventurer3', name: EVIL_NAME }),
    start({ model: 'adventurer3', name: 'attic' }),
    start({ model: 'creator5-pro', name: 'creator5' }),
  ]);
  paused.pause();
  failed.fail('E0163');
  await off.switchOff();
  const all = [ready, printing, paused, completed, heating, failed, evil, off, locked];
  const configs = all.map((printer): PrinterConfig => {
    const config = configOf(printer, ['tcp', 'http']);
    return printer === locked && config.http
      ? { ...config, http: { ...config.http, checkCode: new Secret('wrong-and-secret') } }
      : config;
  });
  const exporter = await startTestExporter(configs, { now, build: { version: '1.2.3', revision: 'abc' } });
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
