// The federation of docs/scaling.md: two places, each with an exporter and a Prometheus, and a central Prometheus.
import { afterAll, describe, expect, test } from 'vitest';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { startTestExporter } from '../support/exporter.ts';
import { findPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { documentedScrapeConfig } from './readme.ts';

const FAST = { 'scrape_interval: 30s': 'scrape_interval: 1s', 'scrape_timeout: 20s': 'scrape_timeout: 1s' };
const PLACES = ['berlin', 'porto'] as const;

describe.skipIf(findPrometheus() === undefined)('printers in two places', () => {
  const closing: (() => Promise<unknown>)[] = [];

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  async function startPlace(index: number): Promise<string> {
    const printer = await startSimulatedPrinter({ model: 'finder' });
    closing.push(() => printer.close());
    const { host, tcpPort: port = 0 } = printer;
    const address = `${host}:${port}`;
    const exporter = await startTestExporter([
      { name: `finder-${PLACES[index]}`, address, tcp: { host, port, login: 'auto' } },
    ]);
    closing.push(() => exporter.close(0));
    return new URL(exporter.url).host;
  }

  async function start(config: object): Promise<Prometheus> {
    const prometheus = await startPrometheus({ config });
    closing.push(() => prometheus.stop());
    return prometheus;
  }

  test('one Prometheus reads both exporters, or federates the Prometheus of each place', async () => {
    const [berlin = '', porto = ''] = await Promise.all(PLACES.map((_, index) => startPlace(index)));
    const sites = documentedScrapeConfig('docs/scaling.md', 'flashforge-sites', {
      ...FAST,
      'exporter.berlin.example:10899': berlin,
      'exporter.porto.example:10899': porto,
    });
    const both = await start({ scrape_configs: [sites] });
    const up = await both.waitFor('flashforge_up == 1', (samples) => samples.length === 2);
    expect(up.map(({ metric }) => [metric['site'], metric['printer']]).sort()).toEqual([
      ['berlin', 'finder-berlin'],
      ['porto', 'finder-porto'],
    ]);

    const places = await Promise.all(
      [berlin, porto].map((target) =>
        start({
          scrape_configs: [
            {
              job_name: 'flashforge',
              scrape_interval: '1s',
              scrape_timeout: '1s',
              static_configs: [{ targets: [target] }],
            },
          ],
        }),
      ),
    );
    const [one, other] = places.map(({ url }) => new URL(url).host);
    const federation = documentedScrapeConfig('docs/scaling.md', 'flashforge-federation', {
      'scrape_interval: 1m': 'scrape_interval: 1s',
      'prometheus.berlin.example:9090': one ?? '',
      'prometheus.porto.example:9090': other ?? '',
    });
    const central = await start({ scrape_configs: [federation] });
    const federated = await central.waitFor('flashforge_state == 1', (samples) => samples.length === 2);
    expect(
      federated.map(({ metric }) => [metric['site'], metric['job'], metric['instance'], metric['printer']]),
    ).toEqual(
      expect.arrayContaining([
        ['berlin', 'flashforge', berlin, 'finder-berlin'],
        ['porto', 'flashforge', porto, 'finder-porto'],
      ]),
    );
    // Only the series of the overview.
    expect(await central.query('{__name__=~"flashforge_temperature_.*"}')).toEqual([]);
  });
});
