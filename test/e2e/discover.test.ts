// Printers are discovered by UDP on loopback, by the discover command and by a running exporter, which reads them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/common/secret.ts';
import type { SearchResult } from '../../src/discovery/search.ts';
import { searchPrinters } from '../../src/discovery/search.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import { startDiscoveryResponder } from '../../src/simulator/discovery.ts';
import type { SimulatedPrinter } from '../../src/simulator/printer.ts';
import { run, startCli } from '../cli/run.ts';
import { createDeferred, type Deferred } from '../support/deferred.ts';
import { scrape, startTestExporter, type TestExporter, upOf } from '../support/exporter.ts';
import { type Page, parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { collectLog, configOf } from '../support/fleet.ts';
import { simulate, temporaryFolder } from '../support/for-test.ts';
import { ask } from '../support/http.ts';

function rowsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

describe('the discover command', () => {
  test('finds three printers and writes YAML that serve accepts, also over HTTP once the check codes are filled in', async () => {
    const finder = await simulate({ model: 'finder', host: '127.0.62.1' });
    const m5 = await simulate({ model: 'adventurer5m-pro', host: '127.0.62.2', name: 'm5: "left" #1' });
    const creator = await simulate({ model: 'creator5-pro', host: '127.0.62.3' });
    const printers = [finder, m5, creator];
    const lan = await startDiscoveryResponder({ printers, groupPort: 0, broadcastPort: 0 });
    onTestFinished(() => lan.close());
    const targets = printers.flatMap(({ host }) => ['--target', `${host}:${lan.broadcastPort}`]);
    const discover = (output: string) => run(['discover', ...targets, '--timeout', '500ms', '--output', output]);
    const [table, json, yaml] = await Promise.all([discover('table'), discover('json'), discover('yaml')]);
    expect([table, json, yaml].map(({ exitCode, err }) => [exitCode, err])).toEqual(Array(3).fill([0, '']));

    expect(rowsOf(table.out)).toEqual([
      ['ADDRESS', 'NAME', 'MODEL', 'SERIAL', 'TCP', 'HTTP'],
      // The short reply of an old printer has no serial number.
      ['127.0.62.1', 'My Finder', 'Finder', String(finder.tcpPort), '-'],
      ['127.0.62.2', m5.name, 'Adventurer 5M Pro', m5.serialNumber, String(m5.tcpPort), String(m5.httpPort)],
      ['127.0.62.3', 'Creator 5 Pro', 'Creator 5 Pro', creator.serialNumber, '-', String(creator.httpPort)],
    ]);
    expect(JSON.parse(json.out)).toEqual([
      { address: '127.0.62.1', tcp: true, tcpPort: finder.tcpPort, name: 'My Finder', model: 'Finder', productId: 2 },
      {
        address: '127.0.62.2',
        tcp: true,
        tcpPort: m5.tcpPort,
        httpPort: m5.httpPort,
        name: m5.name,
        model: 'Adventurer 5M Pro',
        productId: 36,
        serial: m5.serialNumber,
      },
      {
        address: '127.0.62.3',
        tcp: false,
        httpPort: creator.httpPort,
        name: 'Creator 5 Pro',
        model: 'Creator 5 Pro',
        productId: 41,
        serial: creator.serialNumber,
      },
    ]);

    const file = join(await temporaryFolder(), 'printers.yml');
    const serve = async (text: string): Promise<Page> => {
      await writeFile(file, text);
      await using exporter = startCli(['--config.file', file, '--web.listen-address=127.0.0.1:0']);
      const [, url = ''] = await exporter.see('err', /msg=listening url=(\S+)/);
      return parseExposition((await ask(url, '/metrics')).body);
    };
    const check = async (): Promise<string> => (await run(['--config.file', file, '--config.check'])).out;

    expect(upOf(await serve(yaml.out))).toEqual([
      ['My Finder', 1],
      [m5.name, 1],
    ]);
    expect(await check()).toBe(`configuration is good: 2 printers: My Finder, ${m5.name}\n`);

    const filled = yaml.out
      .replace(/^ *# .*(?:uncomment|`flashforge).*\n/gm, '')
      .replace(/^( *)# /gm, '$1')
      .replaceAll('check_code: ""', `check_code: ${m5.checkCode}`);
    const page = await serve(filled);
    expect(await check()).toBe(`configuration is good: 3 printers: My Finder, ${m5.name}, Creator 5 Pro\n`);
    expect(upOf(page)).toEqual([
      ['My Finder', 1],
      [m5.name, 1],
      ['Creator 5 Pro', 1],
    ]);
    const endpoints = samplesOf(page, 'flashforge_endpoint_up').map(({ labels, value }) => [
      labels['printer'],
      labels['protocol'],
      value,
    ]);
    expect(endpoints).toEqual([
      ['My Finder', 'tcp', 1],
      [m5.name, 'tcp', 1],
      [m5.name, 'http', 1],
      ['Creator 5 Pro', 'http', 1],
    ]);
  });

  test('says that no printer replied, with a hint and exit code 1', async () => {
    // Something listens on the port, but does not reply.
    const off = await simulate({ model: 'finder', host: '127.0.62.9' });
    await off.switchOff();
    const lan = await startDiscoveryResponder({ printers: [off], groupPort: 0, broadcastPort: 0 });
    onTestFinished(() => lan.close());
    const argv = ['discover', '--target', `${off.host}:${lan.broadcastPort}`, '--timeout', '50ms', '--output'];
    const outcomes = await Promise.all(['table', 'json', 'yaml'].map((output) => run([...argv, output])));
    expect(lan.stats).toEqual({ probes: 9, replies: 0 });
    for (const { exitCode, err } of outcomes) {
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^no printer answered: [^\n]+name its address instead\n$/);
    }
    expect(outcomes.map(({ out }) => out)).toEqual([
      '',
      '[]\n',
      expect.stringMatching(/^# Printers found by [^\n]+\n\nprinters: \[\]\n$/),
    ]);
  });
});

/** A LAN on which the test decides when printers reply to a search. */
function createLan() {
  let searching = createDeferred();
  let replying: Deferred<readonly SimulatedPrinter[]> = createDeferred();
  return {
    search: async (signal: AbortSignal): Promise<SearchResult> => {
      searching.resolve();
      const stopped = createDeferred<readonly SimulatedPrinter[]>();
      signal.addEventListener('abort', () => stopped.resolve([]), { once: true });
      const printers = await Promise.race([replying.promise, stopped.promise]);
      const responder = await startDiscoveryResponder({ printers, groupPort: 0, broadcastPort: 0 });
      try {
        const targets = printers.map(({ host }) => ({ address: host, port: responder.broadcastPort }));
        return await searchPrinters({ targets, stopAfter: printers.length, waitMs: 20_000 }, signal);
      } finally {
        await responder.close();
      }
    },
    /** Lets these printers reply to one search. Resolves when the exporter has processed the replies. */
    async reply(...printers: readonly SimulatedPrinter[]): Promise<void> {
      await searching.promise;
      searching = createDeferred();
      const replied = replying;
      replying = createDeferred();
      replied.resolve(printers);
      await searching.promise;
    },
  };
}

describe('an exporter with discovery', () => {
  const lan5m = (host: string, serialNumber: string): Promise<SimulatedPrinter> =>
    simulate({ model: 'adventurer5m-pro', host, serialNumber });

  async function serve(printers: readonly PrinterConfig[], more: Parameters<typeof startTestExporter>[1] = {}) {
    const lan = createLan();
    const { log, lines } = collectLog();
    const exporter = await startTestExporter(printers, { discoveryIntervalMs: 1, search: lan.search, log, ...more });
    onTestFinished(() => exporter.close(0));
    return { lan, lines, exporter };
  }

  async function addressOf(exporter: TestExporter, printer: string): Promise<string | undefined> {
    const [info] = samplesOf(await scrape(exporter), 'flashforge_printer_info', { printer });
    return info?.labels['address'];
  }

  test('reads the printers it finds under unique names, and keeps those that stop replying', async () => {
    const configured = await simulate({ model: 'finder', host: '127.0.63.1', name: 'Adventurer 5M Pro' });
    const [left, right] = [await lan5m('127.0.63.2', 'SNLEFT1111'), await lan5m('127.0.63.3', 'SNRIGHT2222')];
    const ad5x = await simulate({ model: 'ad5x', host: '127.0.63.4' });
    const creator = await simulate({ model: 'creator5-pro', host: '127.0.63.5' });
    const { lan, lines, exporter } = await serve([configOf(configured)]);
    expect(upOf(await scrape(exporter))).toEqual([['Adventurer 5M Pro', 1]]);

    await lan.reply(configured, left, right, ad5x, creator);
    const all = ['Adventurer 5M Pro', 'Adventurer 5M Pro-1111', 'Adventurer 5M Pro-2222', 'AD5X'] as const;
    const page = await scrape(exporter);
    expect(upOf(page)).toEqual(all.map((name) => [name, 1]));
    // The configured name still belongs to the configured printer.
    const models = samplesOf(page, 'flashforge_printer_info').map(({ labels }) => labels['model']);
    expect(models[0]).toBe('Flashforge Finder');
    expect(lines.filter((line) => line.includes('check code'))).toEqual([
      expect.stringMatching(
        /level=warn msg="printer discovered that needs its check code[^"]*" address=127\.0\.63\.5 /,
      ),
    ]);

    const targets = JSON.parse((await ask(exporter.url, '/sd')).body);
    expect(targets.map(({ labels }: { labels: object }) => labels)).toMatchObject(
      all.map((name) => ({ __meta_flashforge_printer: name })),
    );
    const probed = await ask(exporter.url, `/probe?target=${left.host}:${left.tcpPort}`);
    expect(valueIn(parseExposition(probed.body), 'flashforge_up', { printer: all[1] })).toBe(1);

    // A printer that does not reply to a search is still read; one that is off is shown as down.
    await ad5x.switchOff();
    await lan.reply(right);
    await lan.reply();
    expect(upOf(await scrape(exporter))).toEqual(all.map((name) => [name, name === 'AD5X' ? 0 : 1]));
    await ad5x.switchOn();
    await lan.reply(left, right, ad5x);
    expect(upOf(await scrape(exporter))).toEqual(all.map((name) => [name, 1]));
    expect(lines.filter((line) => line.includes('msg="printer discovered"'))).toHaveLength(3);
  });

  test('follows a serial number to a new address, and treats a printer at the old address as another one', async () => {
    const before = await lan5m('127.0.64.1', 'SNMOVES1111');
    const { lan, exporter } = await serve([]);
    await lan.reply(before);
    const name = 'Adventurer 5M Pro';
    await scrape(exporter);
    await before.switchOff();
    expect(upOf(await scrape(exporter))).toEqual([[name, 0]]);

    const after = await lan5m('127.0.64.2', 'SNMOVES1111');
    await lan.reply(after);
    const page = await scrape(exporter);
    expect(upOf(page)).toEqual([[name, 1]]);
    expect(await addressOf(exporter, name)).toBe(`127.0.64.2:${after.tcpPort}`);
    // It is the same printer: its counters continue.
    expect(valueIn(page, 'flashforge_scrape_failures_total', { printer: name, protocol: 'tcp', code: 'refused' })).toBe(
      1,
    );

    const other = await lan5m('127.0.64.1', 'SNOTHER2222');
    await lan.reply(other, after);
    expect(upOf(await scrape(exporter))).toEqual([
      [name, 1],
      [`${name}-2222`, 1],
    ]);
    expect(await addressOf(exporter, name)).toBe(`127.0.64.2:${after.tcpPort}`);
    expect(await addressOf(exporter, `${name}-2222`)).toBe(`127.0.64.1:${other.tcpPort}`);
  });

  test('never replaces a configured printer, even if its address has changed', async () => {
    const workshop = await lan5m('127.0.65.1', 'SNWORK1111');
    const kitchen = await lan5m('127.0.65.2', 'SNKITCH2222');
    const configs = [
      { ...configOf(workshop, ['tcp', 'http']), name: 'workshop' },
      // Its serial number is not configured, but known after the first read.
      { ...configOf(kitchen), name: 'kitchen' },
    ];
    const { lan, exporter } = await serve(configs);
    await lan.reply(workshop, kitchen);
    const names = ['workshop', 'kitchen'];
    expect(upOf(await scrape(exporter))).toEqual(names.map((name) => [name, 1]));

    await Promise.all([workshop.switchOff(), kitchen.switchOff()]);
    const moved = [await lan5m('127.0.65.3', 'SNWORK1111'), await lan5m('127.0.65.4', 'SNKITCH2222')];
    await lan.reply(...moved);
    expect(upOf(await scrape(exporter))).toEqual(names.map((name) => [name, 0]));
    expect(moved.map(({ stats }) => stats.tcpConnections + stats.httpRequests)).toEqual([0, 0]);
  });

  test('reads a discovered printer once after a reload configures it too', async () => {
    const left = await simulate({ model: 'adventurer5m-pro', host: '127.0.66.1', name: 'left' });
    const right = await simulate({ model: 'adventurer5m-pro', host: '127.0.66.2', name: 'right', serialNumber: 'SNR' });
    let printers: readonly PrinterConfig[] = [];
    const { lan, exporter } = await serve([], { load: async () => printers });
    await lan.reply(left, right);
    expect(upOf(await scrape(exporter))).toEqual([
      ['left', 1],
      ['right', 1],
    ]);
    await left.setFault({ kind: 'refuse' });
    await scrape(exporter);
    await left.setFault(undefined);

    // One keeps its discovered name, one gets another; there is no search in between.
    const http = { host: left.host, port: left.httpPort ?? 0, serialNumber: left.serialNumber };
    printers = [
      { ...configOf(right), name: 'kitchen' },
      { ...configOf(left), http: { ...http, checkCode: new Secret(left.checkCode) } },
    ];
    await exporter.reload();
    const page = await scrape(exporter);
    expect(upOf(page)).toEqual([
      ['kitchen', 1],
      ['left', 1],
    ]);
    expect(valueIn(page, 'flashforge_endpoint_up', { printer: 'left', protocol: 'http' })).toBe(1);
    expect(
      valueIn(page, 'flashforge_scrape_failures_total', { printer: 'left', protocol: 'tcp', code: 'refused' }),
    ).toBe(1);
    await lan.reply(left, right);
    expect(upOf(await scrape(exporter)).map(([name]) => name)).toEqual(['kitchen', 'left']);

    // Both are discovered again once the configuration no longer lists them.
    printers = [];
    await exporter.reload();
    await lan.reply(left, right);
    expect(upOf(await scrape(exporter))).toEqual([
      ['left', 1],
      ['right', 1],
    ]);
  });
});
