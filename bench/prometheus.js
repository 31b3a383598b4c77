// CPU at the pace at which Prometheus scrapes: a real one scrapes the exporter, and the blackbox exporter for each printer.
// Usage: node bench/prometheus.js [--printers 1000] [--latency 0] [--interval 15] [--intervals 10] [--before DIR]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBlackbox } from './blackbox.js';
import { startFleet } from './fleet.js';
import { cpuMs, startLogging, startScript, stopAll } from './processes.js';

const { values } = parseArgs({
  options: {
    printers: { type: 'string', default: '1000' },
    latency: { type: 'string', default: '0' },
    interval: { type: 'string', default: '15' },
    intervals: { type: 'string', default: '10' },
    before: { type: 'string' },
  },
});
const [count, latencyMs, interval, intervals] = ['printers', 'latency', 'interval', 'intervals'].map((key) =>
  Number(values[key]),
);
// Until every target was scraped several times, and the code that it takes is compiled.
const WARM_UP_INTERVALS = 5;

const folder = mkdtempSync(join(tmpdir(), 'flashforge-bench-'));

function hostOf(url) {
  return new URL(url).host;
}

/** A configuration as people write it for the blackbox exporter, next to one target per exporter. JSON is YAML. */
function configOf(exporters, prober, printers) {
  const own = exporters.map(({ name, url }) => ({ job_name: name, static_configs: [{ targets: [hostOf(url)] }] }));
  const probes = {
    job_name: 'blackbox',
    metrics_path: '/probe',
    params: { module: ['flashforge'] },
    static_configs: [{ targets: printers.map(({ host }) => `${host}:8899`) }],
    relabel_configs: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__param_target'], target_label: 'instance' },
      { target_label: '__address__', replacement: hostOf(prober.urls[0]) },
    ],
  };
  return JSON.stringify({ global: { scrape_interval: `${interval}s` }, scrape_configs: [...own, probes] });
}

async function query(prometheus, expression) {
  const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = await response.json();
  return Number(data.result[0]?.value[1]);
}

/** Fails if a printer was not read, since failed reads cost less. */
async function checkAllRead(prometheus, expression, expected) {
  const read = await query(prometheus, expression);
  if (read !== expected) throw new Error(`${expression}: ${read} of ${expected}`);
}

try {
  const { printers, config } = await startFleet('tcp', count, latencyMs, folder);
  const roots = { own: '.', ...(values.before && { before: values.before }) };
  const exporters = [];
  for (const [name, root] of Object.entries(roots)) {
    const { pid, first: url } = await startScript(join(root, 'bench/serve.js'), [config]);
    exporters.push({ name, pid, url });
  }
  const prober = await startBlackbox(printers, 1, folder);
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, configOf(exporters, prober, printers));
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const listening = /msg="?Listening on"? .*address=(127\S+)/;
  const started = await startLogging('prometheus', [...args, '--web.listen-address=127.0.0.1:0'], listening);
  await sleep(WARM_UP_INTERVALS * interval * 1000);
  const measured = [...exporters, { name: 'blackbox', pid: prober.pid }];
  const before = measured.map(({ pid }) => cpuMs(pid));
  await sleep(intervals * interval * 1000);
  const perInterval = measured.map(({ pid }, index) => (cpuMs(pid) - before[index]) / intervals);
  const prometheus = `http://${started.first}`;
  await checkAllRead(prometheus, 'sum(probe_success)', count);
  await checkAllRead(prometheus, 'sum(flashforge_up)', count * exporters.length);
  console.table(
    measured.map(({ name }, index) => ({
      name,
      printers: count,
      'latency ms': latencyMs,
      'CPU ms an interval': Math.round(perInterval[index]),
      'x own': (perInterval[index] / perInterval[0]).toFixed(2),
    })),
  );
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
