// npm run soak: scrapes printers with changing faults as fast as possible. Memory must stay flat over the last half, no
// descriptor may leak, and the last scrapes must not be slower than the first.
// Options: --scrapes 20000 --printers 200 --timeout 0.5 (the scrape timeout in seconds) --seed 1
//   --output bench/results/soak.json
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { peakMiB, startScript, stop, stopAll } from './processes.js';

const { values: options } = parseArgs({
  options: {
    scrapes: { type: 'string', default: '20000' },
    printers: { type: 'string', default: '200' },
    timeout: { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '1' },
    output: { type: 'string', default: 'bench/results/soak.json' },
  },
});
const scrapes = Number(options.scrapes);
// The exporter uses half of the scrape timeout, since its offset is longer.
const HEADERS = { 'X-Prometheus-Scrape-Timeout-Seconds': options.timeout };
const SAMPLES = 400;
// KiB per 1,000 scrapes; a leak of 100 bytes per printer and scrape would be 20,000. A slope within the noise of the garbage
// collector passes.
const MAX_SLOPE_KIB = 200;
const NOISE_ERRORS = 3;
const MAX_DRIFT = 1.25;
// One kept-alive connection of the client, and one that is closing.
const MAX_EXTRA_DESCRIPTORS = 2;

const folder = mkdtempSync(join(tmpdir(), 'flashforge-soak-'));
process.on('exit', () => {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const residentKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

function configText(printers) {
  return `printers:\n${printers
    .map(({ model, name, host, serialNumber, checkCode }) => {
      const http = model === 'adventurer4' ? '' : `, serial_number: ${serialNumber}, check_code: "${checkCode}"`;
      return `  - {name: ${name}, address: ${host}${http}${model === 'creator5-pro' ? ', tcp: false' : ''}}\n`;
    })
    .join('')}`;
}

const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Fits a line by least squares. Returns the slope in KiB per scrape and its standard error. The garbage collector correlates
 * neighbouring points, so both come from the means of ten stretches.
 */
function fitLine(points) {
  const stretch = Math.max(1, Math.floor(points.length / 10));
  const means = [];
  for (let i = 0; i + stretch <= points.length; i += stretch) {
    const part = points.slice(i, i + stretch);
    means.push({ x: meanOf(part.map(({ scrape }) => scrape)), y: meanOf(part.map(({ kib }) => kib)) });
  }
  const x = meanOf(means.map((point) => point.x));
  const y = meanOf(means.map((point) => point.y));
  const spread = means.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const slope = means.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  const left = means.reduce((sum, point) => sum + (point.y - y - slope * (point.x - x)) ** 2, 0);
  return { slope, error: Math.sqrt(left / (means.length - 2) / spread) };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const simulator = await startScript('bench/soak-printers.js', [options.printers, options.seed]);
const config = join(folder, 'printers.yml');
writeFileSync(config, configText(JSON.parse(simulator.first)));
const exporter = await startScript('bench/serve.js', [config]);
const { pid } = exporter;
// Drain the logs, since a full pipe would block the processes.
for (const { child } of [simulator, exporter]) child.stderr.resume();

const walls = [];
const memory = [];
const heaps = [];
const open = {};
let up = 0;
let pageBytes = 0;
const startedAt = performance.now();
for (let scrape = 1; scrape <= scrapes; scrape++) {
  const scrapeStartedAt = performance.now();
  const response = await fetch(`${exporter.first}/metrics`, { headers: HEADERS });
  const page = await response.text();
  walls.push(performance.now() - scrapeStartedAt);
  if (!response.ok) throw new Error(`scrape ${scrape}: ${response.status} ${page}`);
  up += page.match(/^flashforge_up\{.*\} 1$/gm)?.length ?? 0;
  heaps.push(Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(page)?.[1]));
  pageBytes = Math.max(pageBytes, page.length);
  if (scrape % Math.max(1, Math.floor(scrapes / SAMPLES)) === 0) memory.push({ scrape, kib: residentKiB(pid) });
  if (scrape === Math.ceil(scrapes / 20)) open.start = descriptors(pid);
  if (scrape === Math.ceil(scrapes / 2)) open.half = descriptors(pid);
  if (scrape === scrapes) open.end = descriptors(pid);
  if (scrape % Math.ceil(scrapes / 20) === 0) {
    console.error(`${scrape} scrapes, ${Math.round(residentKiB(pid) / 1024)} MiB, ${descriptors(pid)} descriptors`);
  }
}
const seconds = (performance.now() - startedAt) / 1000;

const lastHalf = memory.filter(({ scrape }) => scrape > scrapes / 2);
const tenth = Math.ceil(scrapes / 10);
const line = fitLine(lastHalf);
// The live heap: the lowest value of each tenth, just after a collection.
const lowestHeaps = Array.from(
  { length: 10 },
  (_, i) => Math.min(...heaps.slice(i * tenth, (i + 1) * tenth)) / 2 ** 20,
);
const result = {
  node: process.version,
  cpus: cpus().length,
  printers: Number(options.printers),
  scrapes,
  seed: Number(options.seed),
  seconds: Math.round(seconds),
  upShare: up / scrapes / Number(options.printers),
  residentMiB: {
    start: (memory[0]?.kib ?? 0) / 1024,
    half: (lastHalf[0]?.kib ?? 0) / 1024,
    end: (memory.at(-1)?.kib ?? 0) / 1024,
    peak: peakMiB(pid),
  },
  slopeKibPer1000Scrapes: line.slope * 1000,
  slopeErrorKib: line.error * 1000,
  lowestHeapMiB: lowestHeaps,
  descriptors: open,
  medianMs: { firstTenth: median(walls.slice(0, tenth)), lastTenth: median(walls.slice(-tenth)) },
  pageBytes,
  memory,
};
await Promise.all([stop(exporter), stop(simulator)]);

const { residentMiB, slopeKibPer1000Scrapes, slopeErrorKib, medianMs } = result;
const checks = [
  [
    slopeKibPer1000Scrapes - NOISE_ERRORS * slopeErrorKib <= MAX_SLOPE_KIB,
    `resident memory: ${slopeKibPer1000Scrapes.toFixed(0)} ± ${slopeErrorKib.toFixed(0)} KiB per 1,000 scrapes over the last half` +
      ` (${residentMiB.start.toFixed(0)} → ${residentMiB.half.toFixed(0)} → ${residentMiB.end.toFixed(0)} MiB, peak ${residentMiB.peak.toFixed(0)});` +
      ` live heap ${(lowestHeaps[4] ?? 0).toFixed(1)} → ${(lowestHeaps[9] ?? 0).toFixed(1)} MiB`,
  ],
  [open.end <= open.start + MAX_EXTRA_DESCRIPTORS, `descriptors: ${open.start} → ${open.half} → ${open.end}`],
  [
    medianMs.lastTenth <= medianMs.firstTenth * MAX_DRIFT,
    `median scrape: ${medianMs.firstTenth.toFixed(1)} ms in the first tenth, ${medianMs.lastTenth.toFixed(1)} ms in the last`,
  ],
];
console.log(
  `${scrapes} scrapes of ${options.printers} printers in ${result.seconds} s, ${(result.upShare * 100).toFixed(0)} % of the printers up`,
);
for (const [isGood, line] of checks) console.log(`${isGood ? 'pass' : 'FAIL'}  ${line}`);
mkdirSync(dirname(options.output), { recursive: true });
writeFileSync(options.output, `${JSON.stringify(result, null, 2)}\n`);
console.log(`wrote ${options.output}`);
if (checks.some(([isGood]) => !isGood)) process.exitCode = 1;
