// Two exporters and two Prometheus shards with the configuration of docs/scaling.md read twenty printers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { RULES, readText } from '../alerts/files.ts';
import { buildProgram, type Program, type RunningProgram } from '../cli/program.ts';
import { findFreePort } from '../support/daemon.ts';
import { findPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { documentedScrapeConfig } from './readme.ts';

const COUNT = 20;
const MODELS = ['finder', 'adventurer3', 'adventurer4', 'dreamer'] as const;
const SHARDS = [0, 1] as const;
// Each exporter's address ends in its number, as the names in the document do.
const HOST = '127.0.67.10';
const FAST = { 'scrape_interval: 30s': 'scrape_interval: 1s', 'scrape_timeout: 20s': 'scrape_timeout: 1s' };

const shortRules = readText(RULES).replace(/(alert: FlashForgeExporterDown[\s\S]*?for: )5m/, '$11s');

describe.skipIf(findPrometheus() === undefined)('two shards', { timeout: 60_000 }, () => {
  let program: Program;
  let folder = '';
  let printers: SimulatedPrinter[] = [];
  const exporters: RunningProgram[] = [];
  const shards: Prometheus[] = [];

  beforeAll(async () => {
    expect(shortRules).not.toBe(readText(RULES));
    program = await buildProgram();
    folder = await mkdtemp(join(tmpdir(), 'flashforge-shards-'));
    printers = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        startSimulatedPrinter({
          model: MODELS[index % MODELS.length] ?? 'finder',
          host: `127.0.68.${index + 1}`,
          name: `printer-${index}`,
          serialNumber: `SNSHARD${index}`,
        }),
      ),
    );
    const file = join(folder, 'printers.yml');
    const entries = printers.map(({ name, host, tcpPort }) => ({ name, address: `${host}:${tcpPort}` }));
    await writeFile(file, stringify({ printers: entries }));

    const port = await findFreePort();
    for (const shard of SHARDS) {
      const argv = ['--config.file', file, `--web.listen-address=${HOST}${shard}:${port}`];
      exporters.push(program.start([...argv, `--state.file=${join(folder, `state-${shard}.json`)}`]));
    }
    await Promise.all(exporters.map((exporter) => exporter.see('err', /msg=listening/)));
    for (const shard of SHARDS) {
      const scrapeConfig = documentedScrapeConfig('docs/scaling.md', 'flashforge-shard', {
        'flashforge-exporter-$1.flashforge-exporter:10899': `${HOST}$1:${port}`,
        // The Service resolves to the first exporter, which is the one that will fail.
        'flashforge-exporter:10899': `${HOST}0:${port}`,
        'regex: "0"': `regex: "${shard}"`,
        ...FAST,
      });
      const config = {
        global: { evaluation_interval: '1s', external_labels: { shard: String(shard) } },
        rule_files: ['flashforge.rules.yml'],
        scrape_configs: [scrapeConfig],
      };
      shards.push(await startPrometheus({ config, ruleTexts: { 'flashforge.rules.yml': shortRules } }));
    }
  });

  afterAll(async () => {
    await Promise.all([
      ...shards.map((shard) => shard.stop()),
      ...exporters.map((exporter) => exporter[Symbol.asyncDispose]()),
      ...printers.map((printer) => printer.close()),
    ]);
    await program?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function printersUp(shard: Prometheus | undefined): Promise<readonly (string | undefined)[]> {
    const samples = (await shard?.query('flashforge_up == 1')) ?? [];
    return samples.map(({ metric }) => metric['printer']).sort();
  }

  /** The printers that an exporter has read so far, from its log. */
  async function readBy(exporter: RunningProgram | undefined): Promise<readonly (string | undefined)[]> {
    exporter?.child.kill('SIGHUP');
    const { input = '' } = (await exporter?.see('err', /msg="configuration reloaded"/)) ?? {};
    return [...input.matchAll(/msg="printer found" printer=(\S+)/g)].map(([, printer]) => printer).sort();
  }

  test('read twenty printers once each, and only the shard of a dead exporter alerts', async () => {
    const all = printers.map(({ name }) => name).sort();
    await expect
      .poll(async () => (await Promise.all(shards.map(printersUp))).flat().length, { timeout: 30_000, interval: 100 })
      .toBe(COUNT);
    const up = await Promise.all(shards.map(printersUp));
    // Together the shards have every printer, and none twice.
    expect(up.flat().sort()).toEqual(all);
    const counts = await Promise.all(shards.map((shard) => shard.query('count(flashforge_up == 1)')));
    expect(counts.map(([sample]) => Number(sample?.value[1]))).toEqual(up.map(({ length }) => length));
    for (const { length } of up) expect(length).toBeGreaterThan(0);

    // Each exporter has read only the printers of its shard.
    expect(await Promise.all(exporters.map(readBy))).toEqual(up);
    for (const { stats } of printers) expect(stats.maxOpenTcpConnections).toBe(1);
    const names = await Promise.all(shards.map((shard) => shard.query('count by (exporter) (flashforge_up)')));
    expect(names.map((samples) => samples.map(({ metric }) => metric['exporter']?.replace(/:\d+$/, '')))).toEqual([
      [`${HOST}0`],
      [`${HOST}1`],
    ]);

    exporters[0]?.child.kill('SIGKILL');
    const firing = 'ALERTS{alertname="FlashForgeExporterDown",alertstate="firing"}';
    const alerts = await shards[0]?.waitFor(firing, (samples) => samples.length === up[0]?.length);
    // Alertmanager gets one group, named after the exporter.
    expect(new Set(alerts?.map(({ metric }) => metric['exporter']?.replace(/:\d+$/, '')))).toEqual(
      new Set([`${HOST}0`]),
    );
    // After another scrape of every target the other shard still has all its printers, although its /sd is gone too.
    const [before] = (await shards[1]?.query('max(timestamp(flashforge_up))')) ?? [];
    await shards[1]?.waitFor(
      'min(timestamp(flashforge_up))',
      ([sample]) => Number(sample?.value[1]) > Number(before?.value[1]),
    );
    expect(await printersUp(shards[1])).toEqual(up[1]);
    expect(await shards[1]?.query('ALERTS{alertname="FlashForgeExporterDown"}')).toEqual([]);
    expect(await shards[1]?.query('count(up == 1)')).toMatchObject([
      { value: [expect.any(Number), String(up[1]?.length)] },
    ]);
    process.stdout.write(
      `shards: ${up.map(({ length }) => length).join(' + ')} printers up, ${alerts?.length} alerts\n`,
    );
  });
});
