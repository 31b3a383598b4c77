// A real Prometheus scrapes the exporter in both formats, and over TLS with a password while the certificate is replaced.

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { createCertificate } from '../support/certificates.ts';
import { startTestExporter } from '../support/exporter.ts';
import { collectLog, configOf } from '../support/fleet.ts';
import { askTls } from '../support/https.ts';
import { findPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { createCertificateFolder, serverCa } from '../web/security/certificate-folder.ts';

const prometheus = findPrometheus();

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Recorder {
  readonly target: string;
  /** The distinct pairs of requested format and response's content type. */
  readonly seen: ReadonlySet<string>;
}

/** A proxy in front of the exporter, which can remove the Accept header. */
async function startRecorder(backend: string, strip: boolean): Promise<Recorder> {
  const seen = new Set<string>();
  const server = createServer((incoming, response) => {
    const { accept, ...rest } = incoming.headers;
    const headers = strip ? rest : incoming.headers;
    const forwarded = request(`${backend}${incoming.url}`, { headers }, (upstream) => {
      seen.add(`${strip ? 'nothing' : accept?.split(',')[0]} → ${upstream.headers['content-type']}`);
      response.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { target: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Waits for at least this many more scrapes of every target. */
async function awaitScrapes(server: Prometheus, more: number): Promise<void> {
  const counts = async (): Promise<readonly number[]> =>
    (await server.query('count_over_time(up[1h])')).map(({ value }) => Number(value[1]));
  const wanted = Math.max(0, ...(await counts())) + more;
  await server.waitFor('min(count_over_time(up[1h]))', ([lowest]) => Number(lowest?.value[1] ?? 0) >= wanted, 30_000);
}

describe.skipIf(prometheus === undefined)('a real Prometheus', () => {
  it('prefers OpenMetrics, and reads the same series from the text format', {
    timeout: 60_000,
  }, async () => {
    const printer = await startSimulatedPrinter({ model: 'adventurer5m-pro', name: 'a "b" \\ ü' });
    closing.push(() => printer.close());
    printer.start({ file: 'vase "1".3mf', heatMs: 0, durationMs: 1e9 });
    const exporter = await startTestExporter([configOf(printer, ['tcp', 'http'])], { processMetrics: true });
    closing.push(() => exporter.close(0));
    const asIs = await startRecorder(exporter.url, false);
    const stripped = await startRecorder(exporter.url, true);
    const job = (job_name: string, { target }: Recorder): object => ({
      job_name,
      scrape_interval: '1s',
      scrape_timeout: '1s',
      static_configs: [{ targets: [target] }],
    });
    const server = await startPrometheus({
      config: { scrape_configs: [job('openmetrics', asIs), job('text', stripped)] },
    });
    closing.push(() => server.stop());
    await awaitScrapes(server, 3);

    expect([...asIs.seen]).toEqual([
      'application/openmetrics-text;version=1.0.0 → application/openmetrics-text; version=1.0.0; charset=utf-8',
    ]);
    expect([...stripped.seen]).toEqual(['nothing → text/plain; version=0.0.4; charset=utf-8']);
    expect((await server.query('min_over_time(up[1h])')).map(({ value }) => value[1])).toEqual(['1', '1']);
    const seriesOf = async (name: string): Promise<readonly string[]> => {
      const samples = await server.query(`{job="${name}",__name__=~"flashforge_.+|process_.+|.+_total"}`);
      return samples.map(({ metric: { job: _, instance: __, ...labels } }) => JSON.stringify(labels)).sort();
    };
    const series = await seriesOf('openmetrics');
    expect(series.length).toBeGreaterThan(60);
    expect(await seriesOf('text')).toEqual(series);
    for (const name of ['flashforge_prints_total', 'flashforge_printer_info', 'process_cpu_seconds_total']) {
      expect([name, series.some((labels) => labels.includes(`"${name}"`))]).toEqual([name, true]);
    }
    const [names] = await server.query('flashforge_print_info{job="openmetrics"}');
    expect(names?.metric).toMatchObject({ printer: 'a "b" \\ ü', file: 'vase "1".3mf' });
    expect(server.log()).not.toMatch(/level=(?:warn|error)/);
  });

  it('scrapes over TLS with a password, and no scrape fails while the certificate is replaced', {
    timeout: 90_000,
  }, async () => {
    const printer = await startSimulatedPrinter({ model: 'finder', name: 'finder' });
    closing.push(() => printer.close());
    const folder = await createCertificateFolder();
    closing.push(() => folder.remove());
    const webConfigFile = await folder.write(
      'web.yml',
      [
        'tls_server_config:',
        '  cert_file: server.crt',
        '  key_file: server.key',
        'basic_auth_users:',
        // The hash of 5f3a9c1e at the lowest cost.
        '  alice: $2y$04$vaVMKNf7t4DtvW/qhWKhOe7r.VKBQu6ZACRu9/QRlv1BUc42.MP3W',
        '',
      ].join('\n'),
    );
    const { log, lines } = collectLog();
    const exporter = await startTestExporter([configOf(printer)], { webConfigFile, log });
    closing.push(() => exporter.close(0));
    expect(exporter.url).toMatch(/^https:/);
    const nextCa = createCertificate({ commonName: 'next CA', isCa: true });
    const next = createCertificate({ commonName: 'next', names: ['127.0.0.1'], issuer: nextCa });
    const bothFile = await folder.write('both-ca.crt', `${serverCa.cert}${nextCa.cert}`);
    const nextFile = await folder.write('next-ca.crt', nextCa.cert);
    const configTrusting = (ca_file: string): object => ({
      scrape_configs: [
        {
          job_name: 'flashforge',
          scheme: 'https',
          scrape_interval: '1s',
          scrape_timeout: '1s',
          tls_config: { ca_file },
          basic_auth: { username: 'alice', password: '5f3a9c1e' },
          static_configs: [{ targets: [new URL(exporter.url).host] }],
        },
      ],
    });
    const server = await startPrometheus({ config: configTrusting(bothFile) });
    closing.push(() => server.stop());
    await awaitScrapes(server, 2);

    await folder.write('server.crt', next.cert);
    await folder.write('server.key', next.key);
    await expect
      .poll(() => lines.filter((line) => line.includes('web configuration reloaded')), { timeout: 20_000 })
      .toHaveLength(1);
    await awaitScrapes(server, 2);
    // A changed TLS configuration opens a new connection; this one trusts only the new certificate.
    await server.reload(configTrusting(nextFile));
    await awaitScrapes(server, 3);

    expect((await server.query('min_over_time(up[1h])')).map(({ value }) => value[1])).toEqual(['1']);
    expect((await server.query('min_over_time(flashforge_up[1h])')).map(({ value }) => value[1])).toEqual(['1']);
    const authorization = `Basic ${Buffer.from('alice:wrong').toString('base64')}`;
    const denied = await askTls(exporter.url, '/metrics', { ca: nextCa.cert, headers: { authorization } });
    expect([denied.status, denied.headers['www-authenticate']]).toEqual([401, 'Basic']);
    expect(denied.serverCertificate.subject.CN).toBe('next');
    expect(server.log()).not.toMatch(/level=(?:warn|error)/);
  });
});
