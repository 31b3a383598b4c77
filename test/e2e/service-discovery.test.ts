// A real Prometheus with the README's configuration scrapes five printers of different models.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { type RunningCli, startCli } from '../cli/run.ts';
import { findPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { documentedScrapeConfig } from './readme.ts';

// The model each one reports: over TCP in M115, over HTTP by its product id or factory name.
const PRINTERS: readonly { name: string; kind: SimulatedModel; model: string; host: string }[] = [
  { name: 'finder', kind: 'finder', model: 'Flashforge Finder', host: '127.0.61.1' },
  { name: 'a4', kind: 'adventurer4', model: 'Flashforge Adventurer 4', host: '127.0.61.2' },
  { name: 'm5-pro', kind: 'adventurer5m-pro', model: 'Adventurer 5M Pro', host: '127.0.61.3' },
  { name: 'ad5x', kind: 'ad5x', model: 'AD5X', host: '127.0.61.4' },
  { name: 'creator5', kind: 'creator5-pro', model: 'Creator 5 Pro', host: '127.0.61.5' },
];

// The README's interval is too long for a test. Apart from it, only the addresses are replaced.
const FAST = { 'scrape_interval: 30s': 'scrape_interval: 1s', 'scrape_timeout: 20s': 'scrape_timeout: 1s' };

function entryOf(printer: SimulatedPrinter): object {
  const { name, host, tcpPort, httpPort, serialNumber, checkCode } = printer;
  const http = { http_port: httpPort, serial_number: serialNumber, check_code: checkCode };
  return {
    name,
    address: tcpPort === undefined ? host : `${host}:${tcpPort}`,
    ...(tcpPort === undefined && { tcp: false }),
    ...(httpPort !== undefined && http),
  };
}

describe.skipIf(findPrometheus() === undefined)("Prometheus with the README's configuration", () => {
  let printers: SimulatedPrinter[] = [];
  let exporter: RunningCli;
  let address = '';
  let folder = '';

  beforeAll(async () => {
    printers = await Promise.all(
      PRINTERS.map(({ name, kind, host }, index) =>
        startSimulatedPrinter({ model: kind, name, host, serialNumber: `SNTEST${index}` }),
      ),
    );
    folder = await mkdtemp(join(tmpdir(), 'flashforge-sd-'));
    const file = join(folder, 'printers.yml');
    await writeFile(file, stringify({ printers: printers.map(entryOf) }));
    exporter = startCli(['--config.file', file, '--web.listen-address=127.0.0.1:0']);
    [, address = ''] = await exporter.see('err', /msg=listening url=http:\/\/(\S+) printers=5/);
    // Read every printer once, so that /sd includes the models in its first response to Prometheus.
    expect((await fetch(`http://${address}/metrics`)).status).toBe(200);
  });

  afterAll(async () => {
    await exporter?.stop();
    await Promise.all(printers.map((printer) => printer.close()));
    await rm(folder, { recursive: true, force: true });
  });

  async function withPrometheus(job: string, use: (prometheus: Prometheus) => Promise<void>): Promise<void> {
    const config = documentedScrapeConfig('README.md', job, { 'localhost:10899': address, ...FAST });
    const prometheus = await startPrometheus({ config: { scrape_configs: [config] } });
    try {
      await use(prometheus);
    } finally {
      await prometheus.stop();
    }
  }

  const five = [{ value: [expect.any(Number), '5'] }];
  const labelsOf = (samples: readonly { metric: Record<string, string> }[]): Record<string, string>[] =>
    samples.map(({ metric: { __name__: _, ...labels } }) => labels);

  test('finds every printer at /sd and scrapes each at /probe', () =>
    withPrometheus('flashforge-probe', async (prometheus) => {
      await prometheus.waitFor('count(flashforge_up == 1)', ([sample]) => sample?.value[1] === '5');
      expect(await prometheus.query('count(flashforge_up == 1)')).toMatchObject(five);

      const expected = PRINTERS.map(({ name }, index) => {
        const { host, tcpPort } = printers[index] ?? { host: '', tcpPort: undefined };
        const instance = tcpPort === undefined ? host : `${host}:${tcpPort}`;
        return { job: 'flashforge-probe', instance, printer: name };
      });
      const up = labelsOf(await prometheus.query('flashforge_up'));
      expect(up).toHaveLength(5);
      expect(up).toEqual(expect.arrayContaining(expected));
      // With /probe, Prometheus has one `up` series per printer.
      expect(labelsOf(await prometheus.query('up == 1'))).toEqual(
        expect.arrayContaining(expected.map(({ printer: _, ...labels }) => labels)),
      );
      // Only this metric has the label `model`, under that name.
      const infos = labelsOf(await prometheus.query('flashforge_printer_info'));
      expect(Object.fromEntries(infos.map(({ printer = '', model }) => [printer, model]))).toEqual(
        Object.fromEntries(PRINTERS.map(({ name, model }) => [name, model])),
      );
      const endpoints = await prometheus.query('sum by (protocol) (flashforge_endpoint_up)');
      expect(Object.fromEntries(endpoints.map(({ metric, value }) => [metric['protocol'], value[1]]))).toEqual({
        tcp: '4',
        http: '3',
      });
      // /probe has no metrics of the exporter itself: each target would repeat them.
      expect(await prometheus.query('{__name__=~"(flashforge_exporter|process|nodejs)_.*"}')).toEqual([]);
      // Prometheus dropped no sample: each series is there once.
      expect(prometheus.log()).not.toMatch(/duplicate|out.of.order/i);

      await printers[0]?.switchOff();
      await prometheus.waitFor('flashforge_up == 0', ([sample]) => sample?.metric['printer'] === 'finder');
      expect(await prometheus.query('count(up == 1)')).toMatchObject(five);
      await printers[0]?.switchOn();
      await prometheus.waitFor('count(flashforge_up == 1)', ([sample]) => sample?.value[1] === '5');
    }));

  test('scrapes every printer at /metrics', () =>
    withPrometheus('flashforge', async (prometheus) => {
      await prometheus.waitFor('count(flashforge_up == 1)', ([sample]) => sample?.value[1] === '5');
      expect(await prometheus.query('count(flashforge_up == 1)')).toMatchObject(five);
      const expected = PRINTERS.map(({ name }) => ({ job: 'flashforge', instance: address, printer: name }));
      expect(labelsOf(await prometheus.query('flashforge_up'))).toEqual(expect.arrayContaining(expected));
      expect(labelsOf(await prometheus.query('up'))).toEqual([{ job: 'flashforge', instance: address }]);
      expect(await prometheus.query('count(flashforge_exporter_build_info)')).toMatchObject([
        { value: [expect.any(Number), '1'] },
      ]);
      expect(prometheus.log()).not.toMatch(/duplicate|out.of.order/i);
    }));
});

test('the README has the interval and the timeout that this test shortens', () => {
  for (const job of ['flashforge', 'flashforge-probe']) {
    expect(documentedScrapeConfig('README.md', job, {})).toMatchObject({
      scrape_interval: '30s',
      scrape_timeout: '20s',
    });
  }
});
