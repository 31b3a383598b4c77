// Every shipped configuration for /probe, in a real Prometheus: its scrape URLs and its labels.
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PRINTER_FAMILIES } from '../../src/metrics/catalog.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { documentedScrapeConfig, type ScrapeConfig } from '../e2e/readme.ts';
import { poll } from '../support/daemon.ts';
import { startTestExporter, type TestExporter } from '../support/exporter.ts';
import { configOf } from '../support/fleet.ts';
import { temporaryFolder } from '../support/for-test.ts';
import { requireProgram, runProgram } from '../support/programs.ts';
import { findPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { pathOf, readText, readYaml } from './files.ts';

const PROMETHEUS = 'deploy/prometheus.yml';
const SCRAPE_CONFIG = 'deploy/kubernetes/overlays/prometheus-operator-probe/scrapeconfig.yaml';

/** deploy/prometheus.yml with the commented-out job at its end enabled. */
function uncommented(): string {
  const text = readText(PROMETHEUS);
  const start = text.indexOf('  # - job_name:');
  expect(start).toBeGreaterThan(0);
  return text.slice(0, start) + text.slice(start).replace(/^ {2}# /gm, '  ');
}

/** The scrape config that the Prometheus Operator generates from a ScrapeConfig. */
function ofOperator(): ScrapeConfig {
  const { spec } = readYaml<{ spec: Record<string, unknown> }>(SCRAPE_CONFIG);
  const snake = (name: string) => name.replace(/[A-Z]+(?![a-z])|[A-Z]/g, '_$&').toLowerCase();
  const renamed: Record<string, unknown> = JSON.parse(
    JSON.stringify(spec).replace(/"(\w+)":/g, (_, name: string) => `"${snake(name)}":`),
  );
  const { relabelings, ...rest } = renamed;
  return { job_name: '', ...rest, relabel_configs: relabelings };
}

function jobsOf(exporter: string): readonly (readonly [document: string, config: ScrapeConfig])[] {
  const shard = { 'regex: "0"': 'regex: "0|1"' };
  const replica = { 'flashforge-exporter-$1.flashforge-exporter:10899': exporter };
  const service = { 'flashforge-exporter:10899': exporter };
  const { scrape_configs: ours } = parse(uncommented().replaceAll('localhost:10899', exporter)) as {
    scrape_configs: ScrapeConfig[];
  };
  const operator: ScrapeConfig = JSON.parse(
    JSON.stringify(ofOperator()).replaceAll('flashforge-exporter.flashforge.svc:10899', exporter),
  );
  return [
    ['README.md', documentedScrapeConfig('README.md', 'flashforge-probe', { 'localhost:10899': exporter })],
    ...ours.filter(({ metrics_path }) => metrics_path === '/probe').map((config) => [PROMETHEUS, config] as const),
    [SCRAPE_CONFIG, operator],
    [
      'docs/scaling.md, replicas',
      documentedScrapeConfig('docs/scaling.md', 'flashforge-replicas', { ...replica, ...service }),
    ],
    [
      'docs/scaling.md, shards',
      documentedScrapeConfig('docs/scaling.md', 'flashforge-shard', { ...shard, ...replica, ...service }),
    ],
  ];
}
const DOCUMENTS = jobsOf('localhost:10899').map(([document]) => document);

interface Target {
  scrapePool: string;
  scrapeUrl: string;
  labels: Record<string, string>;
  discoveredLabels: Record<string, string>;
}

describe.skipIf(findPrometheus() === undefined)('a configuration for /probe', () => {
  let printers: SimulatedPrinter[] = [];
  let exporter: TestExporter;
  let prometheus: Prometheus;
  let address = '';

  beforeAll(async () => {
    printers = await Promise.all([
      startSimulatedPrinter({ model: 'finder', name: 'finder', host: '127.0.62.1' }),
      startSimulatedPrinter({ model: 'adventurer5m-pro', name: 'm5-pro', host: '127.0.62.2' }),
    ]);
    exporter = await startTestExporter(printers.map((printer) => configOf(printer, ['tcp'])));
    address = new URL(exporter.url).host;
    const jobs = jobsOf(address).map(([document, config]) => {
      const [list] = config['http_sd_configs'] as [object];
      return { ...config, job_name: document, http_sd_configs: [{ ...list, refresh_interval: '1s' }] };
    });
    prometheus = await startPrometheus({ config: { scrape_configs: jobs } });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.close(0);
    await Promise.all(printers.map((printer) => printer.close()));
  });

  /** The targets of one configuration, once all of them are ready. */
  async function targetsOf(document: string, areReady: (target: Target) => boolean): Promise<readonly Target[]> {
    let all: Target[] = [];
    return await poll(
      async () => {
        const response = await fetch(`${prometheus.url}/api/v1/targets?state=active`);
        all = ((await response.json()) as { data: { activeTargets: Target[] } }).data.activeTargets;
        const own = all.filter(({ scrapePool }) => scrapePool === document);
        return own.length === printers.length && own.every(areReady) ? own : undefined;
      },
      20_000,
      () => `the targets of ${document} were not as expected, last ${JSON.stringify(all)}`,
    );
  }

  test.each(DOCUMENTS)('%s: scrapes the exporter, not the printer', async (document) => {
    const urls = (await targetsOf(document, () => true)).map(({ scrapeUrl }) => scrapeUrl);
    const expected = printers.map(
      ({ host, tcpPort }) => `http://${address}/probe?target=${encodeURIComponent(`${host}:${tcpPort}`)}`,
    );
    expect(urls.toSorted()).toEqual(expected.toSorted());
  });

  // A label that appears only after the first read would split every series in two, and alerts that look back would see two
  // printers. A label that a metric has too would rename the metric's label (`exported_model`).
  test.each(DOCUMENTS)('%s: has constant target labels that no metric has', async (document) => {
    expect((await fetch(`${exporter.url}/metrics`)).status).toBe(200);
    const targets = await targetsOf(document, (target) => '__meta_flashforge_model' in target.discoveredLabels);
    const names = new Set(targets.flatMap(({ labels }) => Object.keys(labels)));
    expect([...names].toSorted()).toEqual(
      document.startsWith('docs/scaling.md') ? ['exporter', 'instance', 'job'] : ['instance', 'job'],
    );
    const ofMetrics = PRINTER_FAMILIES.flatMap<string>(({ labels }) => [...labels, 'printer']);
    expect(ofMetrics.filter((label) => names.has(label))).toEqual([]);
  });
});

test('no document makes a label from metadata that is known only after a read', async () => {
  const files = [
    'README.md',
    ...(await readdir(pathOf('docs'))).map((name) => `docs/${name}`),
    ...(await readdir(pathOf('deploy'), { recursive: true })).map((name) => `deploy/${name}`),
  ].filter((name) => /\.(md|ya?ml)$/.test(name));
  const mapping = /source_?labels: *\[[^\]]*__meta_flashforge_(?:model|serial)/i;
  expect(mapping.test('- source_labels: [__meta_flashforge_model]')).toBe(true);
  expect(files.filter((name) => mapping.test(readText(name)))).toEqual([]);
});

const promtool = requireProgram('promtool');
test.skipIf(promtool === undefined)(`the complete ${PROMETHEUS} passes promtool check config`, async () => {
  const folder = await temporaryFolder();
  await copyFile(pathOf('alerts/flashforge.rules.yml'), join(folder, 'flashforge.rules.yml'));
  await writeFile(join(folder, 'prometheus.yml'), uncommented());
  const { code, output } = await runProgram(promtool ?? '', ['check', 'config', join(folder, 'prometheus.yml')]);
  expect(code, output).toBe(0);
});
