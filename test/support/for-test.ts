// Set-up that is removed when the current test finishes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';

/** Creates an empty folder. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a simulated printer. */
export async function simulate(options: Parameters<typeof startSimulatedPrinter>[0]): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter(options);
  onTestFinished(() => printer.close());
  return printer;
}
