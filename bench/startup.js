// Measures the time from the start of the exporter to its first healthy response, and that of an empty Node.js process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServe, stop } from './processes.js';
import { median } from './statistics.js';

const TIMEOUT_MS = 30_000;

async function untilHealthy(url, startedAt) {
  for (;;) {
    const response = await fetch(`${url}/-/healthy`);
    await response.text();
    if (response.status === 200) return;
    if (performance.now() - startedAt > TIMEOUT_MS) throw new Error(`not healthy: ${response.status}`);
    await sleep(1);
  }
}

async function healthyMs() {
  const startedAt = performance.now();
  // Nothing needs to listen at the address, since a printer is read only during a scrape.
  const exporter = await startServe(['127.0.1.1']);
  await untilHealthy(exporter.first, startedAt);
  const tookMs = performance.now() - startedAt;
  // Wait, so that the shutdown does not overlap with the next start.
  await stop(exporter);
  return tookMs;
}

async function nodeMs() {
  const startedAt = performance.now();
  const [code] = await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`node -e 0 exited with ${code}`);
  return performance.now() - startedAt;
}

/** Measures both alternately, so that both see the same load. Returns the medians and all times. */
export async function measureStartup(starts) {
  const healthy = [];
  const node = [];
  // The first of each only warms the page cache and loads fetch in this process.
  for (let i = 0; i <= starts; i++) {
    const times = [await healthyMs(), await nodeMs()];
    if (i === 0) continue;
    healthy.push(times[0]);
    node.push(times[1]);
  }
  const medians = { healthyMs: median(healthy), nodeMs: median(node) };
  return { starts, ...medians, ratio: medians.healthyMs / medians.nodeMs, allHealthyMs: healthy, allNodeMs: node };
}
