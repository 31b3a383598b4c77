// /probe?debug=true and --log.level debug: each exchange with a printer, and never a secret.

import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/common/secret.ts';
import { createHttpReader } from '../../src/lan-http/read.ts';
import type { Exchange } from '../../src/printer/exchange.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { startTestExporter, type TestExporter } from '../support/exporter.ts';
import { collectLog, configOf, createPrinter, readByHand, readingOf } from '../support/fleet.ts';
import { ask } from '../support/http.ts';

const closing: { close(graceMs: number): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close(0)));
});

async function simulate(...[options]: Parameters<typeof startSimulatedPrinter>): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter(options);
  closing.push(printer);
  return printer;
}

async function serve(...args: Parameters<typeof startTestExporter>): Promise<TestExporter> {
  const exporter = await startTestExporter(...args);
  closing.push(exporter);
  return exporter;
}

/** What the log says was sent, without times. */
function sentIn(text: string): readonly string[] {
  return [...text.matchAll(/ msg=exchange (.*?) seconds=[\d.e-]+(.*)/g)].map(([, begin, end]) => `${begin}${end}`);
}

describe('/probe?debug=true', () => {
  it('is the log of a new read, with the metrics and the configuration', async () => {
    const printer = await simulate({ model: 'adventurer5m-pro', name: 'm5' });
    const { url } = await serve([configOf(printer, ['tcp', 'http'])]);
    const { status, headers, body } = await ask(url, '/probe?target=m5&debug=true');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    const address = (port: number | undefined): string => `127.0.0.1:${port}`;
    const sent = sentIn(body);
    expect(sent.filter((line) => line.startsWith('protocol=tcp'))).toEqual([
      `protocol=tcp sent="connect ${address(printer.tcpPort)}"`,
      ...['M119', 'M105', 'M27', 'M114', 'M115'].map((command) =>
        expect.stringMatching(new RegExp(`^protocol=tcp sent=${command} bytes=\\d+$`)),
      ),
    ]);
    expect(sent.filter((line) => line.startsWith('protocol=http'))).toEqual([
      expect.stringMatching(new RegExp(`^protocol=http sent="POST ${address(printer.httpPort)}/detail" bytes=\\d+$`)),
    ]);
    expect(body).toMatch(/^Log of the probe:\ntime=\S+ level=info msg="read begins" printer=m5 /);
    expect(body).toMatch(
      /level=info msg="endpoint read" protocol=tcp\n.* msg="endpoint read" protocol=http\n.* msg="printer read"/,
    );
    expect(body).toMatch(
      /\n\nMetrics that would have been returned:\n# HELP flashforge_up .*\nflashforge_up\{printer="m5"\} 1\n/s,
    );
    expect(body).toMatch(/\n\nConfiguration of the printer:\nprinters:\n {2}- name: m5\n/);
  });

  it('says what failed, why, and what to do', async () => {
    const printer = await simulate({ model: 'finder', name: 'mute', fault: { kind: 'silence' } });
    const { url } = await serve([configOf(printer)]);
    const { body } = await ask(url, '/probe?target=mute&debug=true', {
      headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '7' },
    });
    expect(sentIn(body)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^protocol=tcp sent=M119 code=timeout reason="M119: /)]),
    );
    expect(body).toMatch(/level=warn msg="endpoint not read" protocol=tcp code=timeout reason=".*" next=".*\."/);
    expect(body).toContain('flashforge_up{printer="mute"} 0');
  }, 20_000);

  it('never contains a check code, a register code or a password', async () => {
    const printer = await simulate({ model: 'adventurer5m-pro', name: 'm5' });
    const refused = configOf(printer, ['tcp', 'http']);
    const { http } = refused;
    if (!http) throw new Error('the printer has no HTTP endpoint');
    const { log, lines } = collectLog('debug');
    const { url } = await serve(
      [
        refused,
        { ...refused, name: 'wrong', address: 'wrong', http: { ...http, checkCode: new Secret('wr0ng-c0de') } },
      ],
      { log },
    );
    const authorization = `Basic ${Buffer.from('prometheus:pa55w0rd').toString('base64')}`;
    const bodies = await Promise.all(
      ['m5', 'wrong'].map((name) => ask(url, `/probe?target=${name}&debug=true`, { headers: { authorization } })),
    );
    const text = [...bodies.map(({ body }) => body), ...lines].join('\n');
    expect(text).toContain('code=auth');
    for (const secret of [printer.checkCode, 'wr0ng-c0de', 'pa55w0rd', authorization])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/registerCode/i);
  });

  it('is refused for a printer that may not be probed', async () => {
    const { url } = await serve([]);
    expect((await ask(url, '/probe?target=192.0.2.77&debug=true')).status).toBe(403);
  });
});

describe('a traced read', () => {
  it('waits for the read in progress, since a printer has one conversation at a time', async () => {
    const printer = await simulate({ model: 'finder', latencyMs: 20 });
    const traced = createPrinter(configOf(printer));
    const exchanges: Exchange[] = [];
    const [first, view] = await Promise.all([
      traced.read(10_000),
      traced.readTraced(10_000, (exchange) => exchanges.push(exchange)),
    ]);
    expect([first.up, view.up]).toEqual([true, true]);
    expect(printer.stats.tcpConnections).toBe(2);
    expect(exchanges.map(({ sent }) => sent)).toEqual([
      expect.stringContaining('connect'),
      'M119',
      'M105',
      'M27',
      'M114',
    ]);
  });

  it('leaves at its deadline if that read does not end', async () => {
    const reader = readByHand();
    const printer = createPrinter({ ...configOf(await simulate({ model: 'finder' })) }, { read: reader.read });
    const first = printer.read(10_000);
    expect((await printer.readTraced(20, () => {})).up).toBe(false);
    expect(reader.reads).toHaveLength(1);
    reader.reads[0]?.answer(readingOf({ state: 'ready' }));
    await first;
  });
});

describe('the log', () => {
  it('has each exchange at level debug, and none at level info', async () => {
    const printer = await simulate({ model: 'finder', name: 'finder' });
    for (const [level, expected] of [
      ['debug', 6],
      ['info', 0],
    ] as const) {
      const { log, lines } = collectLog(level);
      await createPrinter(configOf(printer), { log }).read(10_000);
      expect(lines.filter((line) => line.includes('msg=exchange printer=finder protocol=tcp'))).toHaveLength(expected);
    }
  });

  it('has the failure of a request, and the retry after it', async () => {
    const printer = await simulate({ model: 'adventurer5m-pro' });
    await printer.switchOff();
    const { http } = configOf(printer, ['http']);
    const exchanges: Exchange[] = [];
    const { signal } = new AbortController();
    if (!http) throw new Error('the printer has no HTTP endpoint');
    await expect(
      createHttpReader().readDetail(http, signal, (exchange) => exchanges.push(exchange)),
    ).rejects.toMatchObject({ code: 'refused' });
    expect(exchanges).toMatchObject([{ protocol: 'http', failure: { code: 'refused' } }]);
    expect(exchanges[0]).not.toHaveProperty('receivedBytes');
  });
});
