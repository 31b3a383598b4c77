// Measures the CPU of an exporter that nobody scrapes. Its printers respond, so an unrequested read would show.
import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet } from './fleet.js';
import { cpuMs, startServe, stop } from './processes.js';

const PRINTERS = 100;
// Garbage collection and compilation after the start do not count.
const SETTLE_MS = 5000;

export async function measureIdle(seconds, folder) {
  const { simulator, config } = await startFleet('tcp', PRINTERS, 0, folder);
  const exporter = await startServe(['--config.file', config]);
  await sleep(SETTLE_MS);
  const startedAt = performance.now();
  const before = cpuMs(exporter.pid);
  await sleep(seconds * 1000);
  const usedMs = cpuMs(exporter.pid) - before;
  const tookMs = performance.now() - startedAt;
  await Promise.all([stop(exporter), stop(simulator)]);
  return { printers: PRINTERS, seconds: tookMs / 1000, cpuMs: usedMs, cpuPercent: (usedMs / tookMs) * 100 };
}
