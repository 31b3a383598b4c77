// npm run bench: measures the cost of a scrape against the floor (bare sockets) and, over TCP and if it is installed,
// prometheus-blackbox-exporter, alternately in one run; the startup time; the idle CPU; and which targets are met.
//
//   --printers 1,10,100,1000  numbers of printers; each is combined with each --latency and each of --kinds
//   --http-printers 1,10,100,500  the same over HTTP
//   --latency 0,20            milliseconds before each reply of a printer
//   --kinds tcp,http          protocols of the printers; '' skips the scrapes
//   --scrapes 20              scrapes per case
//   --probes-at-once 64       concurrent probes of the blackbox exporter; 0 skips it
//   --starts 11               starts of the exporter, and of node -e 0; 0 skips them
//   --idle-seconds 30         duration of the idle measurement; 0 skips it
//   --before DIR              another checkout, already built, whose exporter is measured alternately too
//   --output FILE             JSON file for the results, by default bench/results/latest.json
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { blackboxVersion, probeAll, startBlackbox } from './blackbox.js';
import { startFleet } from './fleet.js';
import { measureIdle } from './idle.js';
import { cpuMs, peakMiB, startScript, stop, stopAll } from './processes.js';
import { measureStartup } from './startup.js';
import { median, quantile } from './statistics.js';
import { costsPerPrinter, judgeTargets } from './targets.js';

const { values: options } = parseArgs({
  options: {
    printers: { type: 'string', default: '1,10,100,1000' },
    'http-printers': { type: 'string', default: '1,10,100,500' },
    latency: { type: 'string', default: '0,20' },
    kinds: { type: 'string', default: 'tcp,http' },
    scrapes: { type: 'string', default: '20' },
    'probes-at-once': { type: 'string', default: '64' },
    starts: { type: 'string', default: '11' },
    'idle-seconds': { type: 'string', default: '30' },
    before: { type: 'string' },
    output: { type: 'string', default: 'bench/results/latest.json' },
  },
});
const list = (text) => text.split(',').filter(Boolean);
const probesAtOnce = Number(options['probes-at-once']);
const blackbox = probesAtOnce > 0 ? blackboxVersion() : undefined;
if (probesAtOnce > 0 && !blackbox) console.error('prometheus-blackbox-exporter is not installed, skipping it');
const folder = mkdtempSync(join(tmpdir(), 'flashforge-bench-'));
// Without a handler, a signal would end this process without the exit event and leave its children running.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
});

// Uncompressed, like the pages of the floor and the blackbox exporter. Prometheus requests gzip.
const PLAIN = { headers: { 'accept-encoding': 'identity' } };

async function scrape(url) {
  const startedAt = performance.now();
  const response = await fetch(url, PLAIN);
  const page = await response.text();
  return { wallMs: performance.now() - startedAt, page };
}

function summary({ walls, cpu, pid, pageBytes }) {
  return {
    wallP50Ms: median(walls),
    wallP99Ms: quantile(walls, 0.99),
    cpuMs: cpu / walls.length,
    peakMiB: peakMiB(pid),
    pageBytes,
  };
}

async function startExporter(config, checkout = '.') {
  const started = await startScript(join(checkout, 'bench/serve.js'), [config]);
  return { ...started, url: `${started.first}/metrics` };
}

function shuffled(values) {
  const keyed = values.map((value) => ({ value, key: Math.random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value);
}

const WARM_READS = 4000;
const MAX_WARM_SCRAPES = 50;

async function measure(kind, count, latencyMs, scrapes) {
  const { simulator, printers, config } = await startFleet(kind, count, latencyMs, folder);
  const exporter = await startExporter(config);
  const { page } = await scrape(exporter.url);
  const up = page.match(/^flashforge_up\{.*\} 1$/gm)?.length ?? 0;
  if (up !== count) throw new Error(`${up} of ${count} printers up`);
  const pageFile = join(folder, 'page.txt');
  writeFileSync(pageFile, page);
  const floor = await startScript('bench/floor.js', [kind, pageFile], JSON.stringify(printers));
  const floorUrl = `http://127.0.0.1:${floor.first}/metrics`;
  const before = options.before && (await startExporter(config, options.before));
  const prober = blackbox && kind === 'tcp' ? await startBlackbox(printers, probesAtOnce, folder) : undefined;
  const run = (process, scrapeOnce) => ({ ...process, scrapeOnce, walls: [], cpu: 0, pageBytes: 0 });
  const runs = {
    exporter: run(exporter, () => scrape(exporter.url)),
    floor: run(floor, () => scrape(floorUrl)),
    ...(before && { before: run(before, () => scrape(before.url)) }),
    ...(prober && { blackbox: run(prober, () => probeAll(prober)) }),
  };
  // Warm up, so that the code is compiled and the heaps have grown. Compilation depends on the number of reads: the first ten
  // scrapes of 100 printers took twice the CPU of those after forty, which made a printer at 100 look costlier than at 1,000.
  const warmScrapes = Math.max(3, scrapes / 4, Math.min(MAX_WARM_SCRAPES, WARM_READS / count));
  for (let i = 0; i < warmScrapes; i++) {
    for (const { scrapeOnce } of Object.values(runs)) await scrapeOnce();
  }
  let longestBlockMs = 0;
  for (let i = 0; i < scrapes; i++) {
    // In random order: a thousand probes leave the machine busy, and the same one would always follow them.
    for (const run of shuffled(Object.values(runs))) {
      const before = cpuMs(run.pid);
      const result = await run.scrapeOnce();
      run.cpu += cpuMs(run.pid) - before;
      run.walls.push(result.wallMs);
      run.pageBytes = Buffer.byteLength(result.page);
      if (run !== runs.exporter) continue;
      const lag = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(result.page)?.[1];
      longestBlockMs = Math.max(longestBlockMs, Number(lag ?? 0) * 1000);
    }
  }
  const summaries = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, summary(run)]));
  Object.assign(summaries.exporter, { longestBlockMs });
  await Promise.all([...Object.values(runs), simulator].map(stop));
  return { kind, printers: count, latencyMs, scrapes, ...summaries };
}

const ratio = (a, b) => `${(a / b).toFixed(2)} ×`;

function row({ kind, printers, latencyMs, exporter, floor, before, blackbox }) {
  return {
    kind,
    printers,
    'reply ms': latencyMs,
    'p50 ms': exporter.wallP50Ms.toFixed(1),
    'p99 ms': exporter.wallP99Ms.toFixed(1),
    'wall/floor': ratio(exporter.wallP50Ms, floor.wallP50Ms),
    'CPU ms': exporter.cpuMs.toFixed(1),
    'CPU/floor': ratio(exporter.cpuMs, floor.cpuMs),
    ...(before && {
      'wall/before': ratio(exporter.wallP50Ms, before.wallP50Ms),
      'CPU/before': ratio(exporter.cpuMs, before.cpuMs),
      'mem/before': ratio(exporter.peakMiB, before.peakMiB),
    }),
    'blackbox CPU ms': blackbox?.cpuMs.toFixed(1) ?? '-',
    'blackbox/own': blackbox ? ratio(blackbox.cpuMs, exporter.cpuMs) : '-',
    'peak MiB': exporter.peakMiB.toFixed(0),
    'mem/floor': ratio(exporter.peakMiB, floor.peakMiB),
    'block ms': exporter.longestBlockMs.toFixed(0),
    'page kB': (exporter.pageBytes / 1000).toFixed(0),
  };
}

// Measured first, while this process is small and unaffected by earlier cases.
const startup = Number(options.starts) > 0 ? await measureStartup(Number(options.starts)) : undefined;
const idle =
  Number(options['idle-seconds']) > 0 ? await measureIdle(Number(options['idle-seconds']), folder) : undefined;
const results = [];
for (const kind of list(options.kinds)) {
  for (const count of list(kind === 'http' ? options['http-printers'] : options.printers)) {
    for (const latency of list(options.latency)) {
      results.push(await measure(kind, Number(count), Number(latency), Number(options.scrapes)));
      console.error(`${kind} ${count} printers, ${latency} ms: done`);
    }
  }
}
const costs = costsPerPrinter(results);
const targets = judgeTargets({ results, costs, startup, idle });

if (results.length > 0) console.table(results.map(row));
for (const { kind, latencyMs, printers, cpuMsAt100, cpuMsAtMany, floorRatio } of costs) {
  const atMany = `${cpuMsAtMany.toFixed(3)} ms at ${printers}: ${ratio(cpuMsAtMany, cpuMsAt100)}`;
  console.log(
    `${kind}, ${latencyMs} ms: CPU per printer ${cpuMsAt100.toFixed(3)} ms at 100 printers, ${atMany}, the floor ${floorRatio.toFixed(2)} ×`,
  );
}
if (startup) {
  const { starts, healthyMs, nodeMs } = startup;
  console.table([
    {
      starts,
      'start to healthy ms': healthyMs.toFixed(0),
      'node -e 0 ms': nodeMs.toFixed(0),
      'healthy/node': ratio(healthyMs, nodeMs),
    },
  ]);
}
if (idle) {
  const { printers, seconds, cpuMs, cpuPercent } = idle;
  console.table([
    { printers, 'idle s': seconds.toFixed(1), 'CPU ms': cpuMs.toFixed(1), '% of a core': cpuPercent.toFixed(3) },
  ]);
}
console.table(
  targets.map(({ target, limit, measured, at, verdict }) => ({
    target,
    limit,
    measured: measured?.toFixed(2) ?? '-',
    at: at ?? '-',
    verdict,
  })),
);
mkdirSync(dirname(options.output), { recursive: true });
const machine = {
  node: process.version,
  cpus: cpus().length,
  memoryMiB: Math.round(totalmem() / 2 ** 20),
  ...(blackbox && { blackbox, probesAtOnce }),
};
const written = { machine, startup, idle, results, costsPerPrinter: costs, targets };
writeFileSync(options.output, `${JSON.stringify(written, null, 2)}\n`);
console.log(`wrote ${options.output}`);
