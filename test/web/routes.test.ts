// The exporter's routes over HTTP, as Prometheus and people use them.

import { afterEach, describe, expect, it } from 'vitest';
import { parseNetworks } from '../../src/common/networks.ts';
import { ABANDONED_READ_MS } from '../../src/fleet/shared-read.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { scrape, startTestExporter, type TestExporter } from '../support/exporter.ts';
import { parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { collectLog, configNamed, configOf } from '../support/fleet.ts';
import { ask } from '../support/http.ts';

const TIMEOUT = 'X-Prometheus-Scrape-Timeout-Seconds';

const closing: { close(graceMs: number): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close(0)));
});

async function serve(...args: Parameters<typeof startTestExporter>): Promise<TestExporter> {
  const exporter = await startTestExporter(...args);
  closing.push(exporter);
  return exporter;
}

async function simulate(...[options]: Parameters<typeof startSimulatedPrinter>): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter(options);
  closing.push(printer);
  return printer;
}

/** The paths that a page links to. Its links are relative, because it may be behind a proxy. */
function linksOf(html: string): readonly string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => new URL(href, 'http://exporter/').pathname);
}

describe('/metrics', () => {
  it('is a page in the text format', async () => {
    const printer = await simulate({ model: 'finder', name: 'finder' });
    const { url } = await serve([configOf(printer)]);
    const { status, headers, body } = await ask(url, '/metrics');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
    });
    const page = parseExposition(body);
    expect(valueIn(page, 'flashforge_up', { printer: 'finder' })).toBe(1);
    expect(valueIn(page, 'flashforge_exporter_config_last_reload_successful')).toBe(1);
    expect(samplesOf(page, 'flashforge_exporter_build_info')[0]?.labels).toEqual({
      version: '0.0.0',
      revision: 'test',
      node_version: process.versions.node,
    });
  });

  it('responds to HEAD without a body', async () => {
    const { url } = await serve([]);
    const answer = await ask(url, '/metrics', { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
  });

  it('rejects POST', async () => {
    const { url } = await serve([]);
    const answer = await ask(url, '/metrics', { method: 'POST' });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD');
  });

  it('is at --web.telemetry-path', async () => {
    const { url } = await serve([], { telemetryPath: '/printers/metrics' });
    expect((await ask(url, '/printers/metrics')).status).toBe(200);
    expect((await ask(url, '/metrics')).status).toBe(404);
    expect(linksOf((await ask(url, '/')).body)).toContain('/printers/metrics');
  });

  it('has process metrics if they are enabled', async () => {
    const without = await scrape(await serve([]));
    expect([...without.families.keys()].filter((name) => !name.startsWith('flashforge_'))).toEqual([]);
    const page = await scrape(await serve([], { processMetrics: true }));
    expect(valueIn(page, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('has the labels of the configuration on one series, and so has /sd', async () => {
    const labels = { room: 'attic "left"', owner: 'Ann' };
    const exporter = await serve([configNamed('a', { labels, timeoutMs: 20 }), configNamed('b', { timeoutMs: 20 })]);
    const samples = samplesOf(await scrape(exporter), 'flashforge_printer_labels_info');
    expect(samples.map((sample) => [sample.labels, sample.value])).toEqual([[{ printer: 'a', ...labels }, 1]]);
    const [a, b] = JSON.parse((await ask(exporter.url, '/sd')).body);
    expect(a.labels).toEqual({
      __meta_flashforge_printer: 'a',
      __meta_flashforge_label_room: 'attic "left"',
      __meta_flashforge_label_owner: 'Ann',
    });
    expect(b.labels).toEqual({ __meta_flashforge_printer: 'b' });
  });

  it('escapes the names of printers', async () => {
    const name = 'a "b" \\ <img>\n, {printer="c"} 1';
    const page = await scrape(await serve([configNamed(name, { timeoutMs: 20 })]));
    expect(valueIn(page, 'flashforge_up', { printer: name })).toBe(0);
  });
});

describe('one conversation per printer, however it is spelled', () => {
  it.each(['configured', 'allowed'])(
    'for a printer that is %s, by /probe, /metrics and the JSON API at once',
    async (how) => {
      const printer = await simulate({ model: 'finder', name: 'mine', latencyMs: 30 });
      const config = configOf(printer);
      const exporter = await serve(how === 'configured' ? [config] : [], {
        probeAllow: parseNetworks(['127.0.0.0/8']),
      });
      const port = printer.tcpPort;
      const targets = [
        `127.0.0.1:${port}`,
        `localhost:${port}`,
        `LOCALHOST:${port}`,
        ...(how === 'configured' ? ['mine'] : []),
      ];
      const pages = targets.map((target) => ask(exporter.url, `/probe?target=${target}`));
      const api = ask(exporter.url, `/127.0.0.1:${port}/temp`);
      for (const [index, page] of (await Promise.all(pages)).entries()) {
        const name = how === 'configured' ? 'mine' : targets[index];
        expect(samplesOf(parseExposition(page.body), 'flashforge_up')).toMatchObject([
          { labels: { printer: name }, value: 1 },
        ]);
      }
      expect((await api).status).toBe(200);
      expect(printer.stats).toMatchObject({ tcpConnections: 1, maxOpenTcpConnections: 1 });
    },
  );
});

describe('the deadline', () => {
  it.each(['soon', '0', '-1', '', '10, 20'])('%j is 400, and no printer is read', async (header) => {
    const printer = await simulate({ model: 'finder' });
    const { url } = await serve([configOf(printer)]);
    const answer = await ask(url, '/metrics', { headers: { [TIMEOUT]: header } });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(`${TIMEOUT}: "${header}"`) });
    expect(printer.stats.tcpConnections).toBe(0);
  });

  it('comes from the request, minus the offset', async () => {
    const printer = await simulate({ model: 'finder', name: 'mute', fault: { kind: 'silence' } });
    const exporter = await serve([configOf(printer)], { scrapeTimeoutOffsetMs: 200 });
    const beganAt = performance.now();
    const page = await scrape(exporter, { headers: { [TIMEOUT]: '0.5' } });
    const tookMs = performance.now() - beganAt;
    expect(tookMs).toBeGreaterThan(290);
    expect(tookMs).toBeLessThan(2000);
    expect(valueIn(page, 'flashforge_up', { printer: 'mute' })).toBe(0);
    // The request's own deadline is no failure of the printer.
    expect(samplesOf(page, 'flashforge_scrape_failures_total')).toEqual([]);
    expect(valueIn(page, 'flashforge_scrape_duration_seconds', { printer: 'mute' })).toBeGreaterThan(0.29);
  });

  it('comes from the flag without the header', async () => {
    const printer = await simulate({ model: 'finder', name: 'mute', fault: { kind: 'silence' } });
    const exporter = await serve([configOf(printer)], { scrapeTimeoutMs: 50 });
    expect(valueIn(await scrape(exporter), 'flashforge_up', { printer: 'mute' })).toBe(0);
  });
});

describe('other routes', () => {
  it('/ is a page for people that links to the metrics', async () => {
    const { url } = await serve([]);
    const { status, headers, body } = await ask(url, '/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toMatch(/^<!doctype html>/i);
    expect(linksOf(body)).toContain('/metrics');
  });

  it('/-/healthy and /-/ready respond with one word', async () => {
    const { url } = await serve([]);
    expect(await ask(url, '/-/healthy')).toMatchObject({ status: 200, body: 'Healthy\n' });
    expect(await ask(url, '/-/ready')).toMatchObject({ status: 200, body: 'Ready\n' });
  });

  it.each(['/nothing', '/metrics/', '/Metrics', '//metrics', '/-/quit', '/favicon.ico'])('%s is 404', async (path) => {
    const { url } = await serve([]);
    expect((await ask(url, path)).status).toBe(404);
  });
});

describe('/printer/NAME', () => {
  const titleAt = async ({ url }: TestExporter, path: string): Promise<string | undefined> => {
    const { status, body } = await ask(url, path);
    return status === 200 ? (/<h1>(.*?)<\/h1>/.exec(body)?.[1] ?? body) : `${status}`;
  };

  it('is found by name or address, and is 404 for any other printer', async () => {
    const printer = await simulate({ model: 'finder', name: 'a/b ü' });
    const exporter = await serve([configOf(printer)], { probeAllow: parseNetworks(['127.0.0.1']) });
    expect(await titleAt(exporter, '/printer/a%2Fb%20%C3%BC')).toBe('a/b ü');
    expect(await titleAt(exporter, `/printer/127.0.0.1:${printer.tcpPort}`)).toBe('a/b ü');
    for (const path of [
      '/printer/other',
      '/printer/',
      '/printer',
      '/printer/a/b',
      '/printer/%ff',
      '/printer/127.0.0.1',
    ]) {
      expect(await titleAt(exporter, path)).toBe('404');
    }
    expect(printer.stats.tcpConnections).toBe(1);
  });

  it('does not hide the JSON API of a printer named printer, and is then at the address', async () => {
    const [info, api] = [await simulate({ model: 'finder', name: 'info' }), await simulate({ model: 'finder' })];
    const alone = await serve([configOf(info)]);
    expect(await titleAt(alone, '/printer/info')).toBe('info');
    expect((await ask(alone.url, '/printer/temp')).body).toContain('unknown_printer');

    const both = await serve([configOf(info), { ...configOf(api), name: 'printer' }]);
    expect(await titleAt(both, '/printer/info')).toContain('{"Firmware"');
    expect(await titleAt(both, '/printer/printer')).toBe('printer');
    const [, link = ''] = /href="\.(\/printer\/127[^"]*)"/.exec((await ask(both.url, '/')).body) ?? [];
    expect(await titleAt(both, link)).toBe('info');
  });
});

describe('many scrapes', () => {
  it('over the limit are 503 and read no printer, while /-/healthy is served', async () => {
    const printer = await simulate({ model: 'finder', fault: { kind: 'silence' } });
    const { url } = await serve([configOf(printer)], { maxRequests: 1 });
    const gone = new AbortController();
    const waiting = ask(url, '/metrics', { signal: gone.signal });
    await expect.poll(() => printer.stats.commands).toHaveLength(1);
    expect((await ask(url, '/metrics')).status).toBe(503);
    expect((await ask(url, '/-/healthy')).status).toBe(200);
    expect((await ask(url, '/-/ready')).status).toBe(200);
    gone.abort();
    await expect(waiting).rejects.toThrow('aborted');
    expect(printer.stats.tcpConnections).toBe(1);
    await expect.poll(() => printer.stats.openTcpConnections, { timeout: 2 * ABANDONED_READ_MS }).toBe(0);
  });
});

describe('shutdown', () => {
  it('finishes the scrape in progress', async () => {
    const printer = await simulate({ model: 'finder', name: 'slow', latencyMs: 50 });
    const { log, lines } = collectLog();
    const exporter = await serve([configOf(printer)], { log });
    const scraped = scrape(exporter);
    await expect.poll(() => printer.stats.commands.length).toBeGreaterThan(0);
    await exporter.close(10_000);
    expect(valueIn(await scraped, 'flashforge_up', { printer: 'slow' })).toBe(1);
    await expect(ask(exporter.url, '/-/healthy')).rejects.toThrow('ECONNREFUSED');
    expect(lines.filter((line) => !line.startsWith('level=info'))).toEqual([]);
  });

  it('responds to unfinished scrapes with what was read, and closes the connections to printers', async () => {
    const well = await simulate({ model: 'finder', name: 'well' });
    const half = await simulate({ model: 'finder', name: 'half', fault: { kind: 'silence', at: 'M27' } });
    const mute = await simulate({ model: 'finder', name: 'mute', fault: { kind: 'silence' } });
    const stranger = await simulate({ model: 'finder', fault: { kind: 'silence' } });
    const exporter = await serve(
      [well, half, mute].map((printer) => configOf(printer)),
      {
        probeAllow: parseNetworks(['127.0.0.1']),
      },
    );
    const scrapes = [scrape(exporter), scrape(exporter)];
    const probed = ask(exporter.url, `/probe?target=127.0.0.1:${stranger.tcpPort}`);
    await expect.poll(() => half.stats.commands).toContain('~M27');
    await expect.poll(() => [mute, stranger].map(({ stats }) => stats.commands.length)).toEqual([1, 1]);
    await exporter.close(0);
    for (const page of await Promise.all(scrapes)) {
      expect(['well', 'half', 'mute'].map((name) => valueIn(page, 'flashforge_up', { printer: name }))).toEqual([
        1, 1, 0,
      ]);
      expect(samplesOf(page, 'flashforge_temperature_celsius').map(({ labels }) => labels['printer'])).toEqual([
        'well',
        'half',
      ]);
    }
    expect(await probed).toMatchObject({ status: 200, body: expect.stringMatching(/^flashforge_up\{.*\} 0$/m) });
    for (const { stats } of [half, mute, stranger]) await expect.poll(() => stats.openTcpConnections).toBe(0);
  });
});
