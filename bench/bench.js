// npm run bench: what a scrape costs, beside the floor of bare sockets, in turn in one run.
// Options: --printers 1,10,100,1000 --latency 0,20 --kinds tcp,http --scrapes 20 --output bench/results/NAME.json
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMs, peakMiB, startScript, stop, stopAll } from './processes.js';

const { values: options } = parseArgs({
  options: {
    printers: { type: 'string', default: '1,10,100,1000' },
    latency: { type: 'string', default: '0,20' },
    kinds: { type: 'string', default: 'tcp,http' },
    scrapes: { type: 'string', default: '20' },
    output: { type: 'string', default: 'bench/results/latest.json' },
  },
});
const list = (text) => text.split(',');
const folder = mkdtempSync(join(tmpdir(), 'flashforge-bench-'));
process.on('exit', () => {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
});

async function scrape(url) {
  const startedAt = performance.now();
  const response = await fetch(url);
  const page = await response.text();
  return { wallMs: performance.now() - startedAt, page };
}

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}

function summary(walls, cpuTotalMs, pid, pageBytes) {
  const sorted = walls.toSorted((a, b) => a - b);
  return {
    wallP50Ms: quantile(sorted, 0.5),
    wallP99Ms: quantile(sorted, 0.99),
    cpuMs: cpuTotalMs / walls.length,
    peakMiB: peakMiB(pid),
    pageBytes,
  };
}

function configText(kind, printers) {
  const lines = printers.map(({ name, host, serialNumber, checkCode }) =>
    kind === 'http'
      ? `  - {name: ${name}, address: ${host}, tcp: false, serial_number: ${serialNumber}, check_code: "${checkCode}"}`
      : `  - {name: ${name}, address: ${host}}`,
  );
  return `printers:\n${lines.join('\n')}\n`;
}

async function startExporter(config) {
  const started = await startScript('bench/serve.js', [config]);
  return { ...started, url: `${started.first}/metrics` };
}

async function measure(kind, count, latencyMs, scrapes) {
  const simulator = await startScript('bench/printers.js', [kind, String(count), String(latencyMs)]);
  const printers = JSON.parse(simulator.first);
  const config = join(folder, 'printers.yml');
  writeFileSync(config, configText(kind, printers));
  const exporter = await startExporter(config);
  const { page } = await scrape(exporter.url);
  const up = page.match(/^flashforge_up\{.*\} 1$/gm)?.length ?? 0;
  if (up !== count) throw new Error(`${up} of ${count} printers up`);
  const pageFile = join(folder, 'page.txt');
  writeFileSync(pageFile, page);
  const floor = await startScript('bench/floor.js', [kind, pageFile], JSON.stringify(printers));
  const floorUrl = `http://127.0.0.1:${floor.first}/metrics`;
  // Both warm: compiled, and with their heaps grown.
  for (let i = 0; i < Math.max(3, scrapes / 4); i++) {
    await scrape(exporter.url);
    await scrape(floorUrl);
  }
  const runs = [
    { url: exporter.url, pid: exporter.pid, walls: [], cpu: 0 },
    { url: floorUrl, pid: floor.pid, walls: [], cpu: 0 },
  ];
  let pageBytes = 0;
  let longestBlockMs = 0;
  for (let i = 0; i < scrapes; i++) {
    for (const run of runs) {
      const before = cpuMs(run.pid);
      const result = await scrape(run.url);
      run.cpu += cpuMs(run.pid) - before;
      run.walls.push(result.wallMs);
      if (run !== runs[0]) continue;
      pageBytes = Buffer.byteLength(result.page);
      const lag = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(result.page)?.[1];
      longestBlockMs = Math.max(longestBlockMs, Number(lag ?? 0) * 1000);
    }
  }
  const [own, bare] = runs.map((run) => summary(run.walls, run.cpu, run.pid, pageBytes));
  await Promise.all([stop(exporter), stop(floor), stop(simulator)]);
  return { kind, printers: count, latencyMs, scrapes, exporter: { ...own, longestBlockMs }, floor: bare };
}

function row({ kind, printers, latencyMs, exporter, floor }) {
  const ratio = (a, b) => `${(a / b).toFixed(2)} ×`;
  return {
    kind,
    printers,
    'reply ms': latencyMs,
    'p50 ms': exporter.wallP50Ms.toFixed(1),
    'p99 ms': exporter.wallP99Ms.toFixed(1),
    'wall/floor': ratio(exporter.wallP50Ms, floor.wallP50Ms),
    'CPU ms': exporter.cpuMs.toFixed(1),
    'CPU/floor': ratio(exporter.cpuMs, floor.cpuMs),
    'peak MiB': exporter.peakMiB.toFixed(0),
    'mem/floor': ratio(exporter.peakMiB, floor.peakMiB),
    'block ms': exporter.longestBlockMs.toFixed(0),
    'page kB': (exporter.pageBytes / 1000).toFixed(0),
  };
}

const results = [];
for (const kind of list(options.kinds)) {
  for (const count of list(options.printers)) {
    for (const latency of list(options.latency)) {
      results.push(await measure(kind, Number(count), Number(latency), Number(options.scrapes)));
      console.error(`${kind} ${count} printers, ${latency} ms: done`);
    }
  }
}
console.table(results.map(row));
mkdirSync(dirname(options.output), { recursive: true });
const machine = { node: process.version, cpus: cpus().length, memoryMiB: Math.round(totalmem() / 2 ** 20) };
writeFileSync(options.output, `${JSON.stringify({ machine, results }, null, 2)}\n`);
console.log(`written to ${options.output}`);
