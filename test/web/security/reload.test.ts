// Reloading the configuration at run time: by POST, PUT and SIGHUP, valid and invalid, and what is kept.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadPrinters } from '../../../src/config/load.ts';
import { startSimulatedPrinter } from '../../../src/simulator/printer.ts';
import { buildProgram, type Program } from '../../cli/program.ts';
import { createDeferred } from '../../support/deferred.ts';
import { scrape, startTestExporter, type TestExporter } from '../../support/exporter.ts';
import { type Page, parseExposition, samplesOf, valueIn } from '../../support/exposition-parser.ts';
import { collectLog } from '../../support/fleet.ts';
import { ask } from '../../support/http.ts';
import { commandsIn, reply, type Script, startScriptedPrinter } from '../../support/scripted-printer.ts';

const SUCCESSFUL = 'flashforge_exporter_config_last_reload_successful';
const SUCCESS_TIME = 'flashforge_exporter_config_last_reload_success_timestamp_seconds';

const closing: (() => unknown)[] = [];
let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reload-'));
  file = join(folder, 'printers.yml');
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await rm(folder, { recursive: true });
});

/** Writes the file: a line for each printer, or the text. */
async function write(printers: Readonly<Record<string, number>> | string): Promise<void> {
  const lines = Object.entries(printers).map(([name, port]) => `  - {name: ${name}, address: "127.0.0.1:${port}"}\n`);
  await writeFile(file, typeof printers === 'string' ? printers : `printers:\n${lines.join('')}`);
}

interface ReloadableExporter extends TestExporter {
  readonly lines: readonly string[];
  readonly clock: { nowMs: number };
}

/** An exporter of what the file says. */
async function serve(options: Parameters<typeof startTestExporter>[1] = {}): Promise<ReloadableExporter> {
  const { log, lines } = collectLog();
  const clock = { nowMs: 1_700_000_000_000 };
  const load = () => loadPrinters({ file, printers: [], env: {} });
  const exporter = await startTestExporter(await load(), {
    load,
    lifecycle: true,
    log,
    now: () => clock.nowMs,
    ...options,
  });
  closing.push(() => exporter.close(0));
  return { ...exporter, lines, clock };
}

function identity(name: string): string {
  return reply('M115', 'Machine Type: Flashforge Finder', `Machine Name: ${name}`, `SN: ${name}-1`);
}

async function printerWith(script: Script = {}) {
  const printer = await startScriptedPrinter({
    M119: reply('M119', 'MachineStatus: READY', 'MoveMode: READY'),
    M105: reply('M105', 'T0:24 /0'),
    M115: identity('mine'),
    ...script,
  });
  closing.push(() => printer[Symbol.asyncDispose]());
  return printer;
}

async function simulate(...[options]: Parameters<typeof startSimulatedPrinter>) {
  const printer = await startSimulatedPrinter(options);
  closing.push(() => printer.close());
  return printer;
}

function printersOn(page: Page): unknown {
  return samplesOf(page, 'flashforge_up').map(({ labels, value }) => `${labels['printer']} ${value}`);
}

function serialOn(page: Page): string | undefined {
  return samplesOf(page, 'flashforge_printer_info')[0]?.labels['serial'];
}

describe('/-/reload', () => {
  it.each(['POST', 'PUT'])('by %s applies the new file: printers are added and removed', async (method) => {
    const one = await printerWith();
    const two = await printerWith();
    await write({ one: one.target.port, old: 1 });
    const exporter = await serve();
    expect(printersOn(await scrape(exporter))).toEqual(['one 1', 'old 0']);
    await write({ two: two.target.port, one: one.target.port });
    exporter.clock.nowMs += 5000;
    expect(await ask(exporter.url, '/-/reload', { method })).toMatchObject({ status: 200, body: 'Reloaded\n' });
    const page = await scrape(exporter);
    expect(printersOn(page)).toEqual(['two 1', 'one 1']);
    // No family has a sample of the removed one.
    expect([...page.series.keys()].filter((key) => key.includes('"old"'))).toEqual([]);
    expect(valueIn(page, SUCCESSFUL)).toBe(1);
    expect(valueIn(page, SUCCESS_TIME)).toBe(1_700_000_005);
    expect((await ask(exporter.url, '/sd')).body).not.toContain('old');
    expect((await ask(exporter.url, '/config')).body).not.toContain('old');
    expect((await ask(exporter.url, '/old/temp')).status).toBe(404);
    expect((await ask(exporter.url, '/probe?target=old')).status).toBe(403);
  });

  it('is 403 without --web.enable-lifecycle, and loads nothing', async () => {
    await write({ one: 1 });
    const exporter = await serve({ lifecycle: false });
    await write({ two: 1 });
    for (const method of ['POST', 'PUT']) {
      const answer = await ask(exporter.url, '/-/reload', { method });
      expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('--web.enable-lifecycle') });
    }
    expect(printersOn(await scrape(exporter))).toEqual(['one 0']);
    // SIGHUP needs no flag.
    await exporter.reload();
    expect(printersOn(await scrape(exporter))).toEqual(['two 0']);
  });

  it.each([
    ['an unknown key', 'printers:\n  - adress: 192.0.2.1\n', 'printers.yml:2:5: unknown key "adress"'],
    ['no YAML', 'printers: [\n', 'printers.yml:2:1: '],
    ['a name twice', 'printers:\n  - {name: a, address: b}\n  - {name: a, address: c}\n', 'printers.yml:3:6: '],
    [
      'a check code that is nowhere',
      'printers:\n  - {address: a, serial_number: SN1, check_code_file: nowhere}\n',
      'check_code_file cannot be read',
    ],
  ])('keeps the old file for one with %s, says so, and goes on with the next good one', async (_, text, reason) => {
    const one = await printerWith();
    await write({ one: one.target.port });
    const exporter = await serve();
    await scrape(exporter);
    await write(text);
    exporter.clock.nowMs += 5000;
    const answer = await ask(exporter.url, '/-/reload', { method: 'POST' });
    expect(answer.status).toBe(500);
    expect(answer.body).toMatch(/^500: the old configuration stays: [^\n]+\n$/);
    expect(answer.body).toContain(reason);
    const kept = await scrape(exporter);
    expect(printersOn(kept)).toEqual(['one 1']);
    expect([valueIn(kept, SUCCESSFUL), valueIn(kept, SUCCESS_TIME)]).toEqual([0, 1_700_000_000]);
    expect(exporter.lines.filter((line) => line.startsWith('level=error'))).toHaveLength(1);

    await write({ one: one.target.port, two: 1 });
    exporter.clock.nowMs += 5000;
    expect((await ask(exporter.url, '/-/reload', { method: 'POST' })).status).toBe(200);
    const page = await scrape(exporter);
    expect(printersOn(page)).toEqual(['one 1', 'two 0']);
    expect([valueIn(page, SUCCESSFUL), valueIn(page, SUCCESS_TIME)]).toEqual([1, 1_700_000_010]);
    // It was not forgotten: its identity was requested once.
    expect(one.received.map((commands) => commandsIn(commands).includes('M115'))).toEqual([true, false, false]);
  });

  it('keeps the old configuration if the file is gone', async () => {
    await write({ one: 1 });
    const exporter = await serve();
    await rm(file);
    expect(await ask(exporter.url, '/-/reload', { method: 'POST' })).toMatchObject({
      status: 500,
      body: expect.stringContaining('--config.file cannot be read'),
    });
    expect(printersOn(await scrape(exporter))).toEqual(['one 0']);
    await write({ one: 1 });
  });

  it('does not reveal a check code of an invalid file', async () => {
    await write({ one: 1 });
    const exporter = await serve();
    await write('printers:\n  - {address: a, check_code: 5f3a9c1e, serial_numbre: SN1}\n');
    const answer = await ask(exporter.url, '/-/reload', { method: 'POST' });
    expect(answer.status).toBe(500);
    expect(answer.body + exporter.lines.join('')).not.toContain('5f3a9c1e');
  });

  it('reads check_code_file again', async () => {
    const m5 = await simulate({ model: 'adventurer5m', name: 'm5', checkCode: 'new-code' });
    const text = [
      'printers:',
      `  - {name: m5, address: 127.0.0.1, tcp: false, http_port: ${m5.httpPort},`,
      `     serial_number: ${m5.serialNumber}, check_code_file: code}\n`,
    ].join('\n');
    await write(text);
    await writeFile(join(folder, 'code'), 'old-code\n');
    const exporter = await serve();
    const before = await scrape(exporter);
    expect(printersOn(before)).toEqual(['m5 0']);
    expect(valueIn(before, 'flashforge_scrape_failures_total', { printer: 'm5', protocol: 'http', code: 'auth' })).toBe(
      1,
    );
    await writeFile(join(folder, 'code'), 'new-code\n');
    expect((await ask(exporter.url, '/-/reload', { method: 'POST' })).status).toBe(200);
    expect(printersOn(await scrape(exporter))).toEqual(['m5 1']);
  });
});

describe('a printer that is kept', () => {
  it('keeps the read in progress, and the requester gets its result', async () => {
    const asked = createDeferred();
    const released = createDeferred();
    const printer = await printerWith({
      M119: async ({ send }) => {
        asked.resolve();
        await released.promise;
        await send(reply('M119', 'MachineStatus: READY', 'MoveMode: READY'));
      },
    });
    await write({ one: printer.target.port, old: 1 });
    const exporter = await serve();
    const scraped = scrape(exporter);
    await asked.promise;
    await write({ one: printer.target.port, two: 1 });
    expect((await ask(exporter.url, '/-/reload', { method: 'POST' })).status).toBe(200);
    // A new request shares it.
    const next = scrape(exporter);
    await expect.poll(async () => (await ask(exporter.url, '/probe?target=two')).status).toBe(200);
    released.resolve();
    expect(printersOn(await scraped)).toEqual(['one 1', 'old 0']);
    expect(printersOn(await next)).toEqual(['one 1', 'two 0']);
    expect(printer.received).toHaveLength(1);
  });

  it('keeps its identity and print results, also while it is off', async () => {
    let nowMs = 0;
    const printer = await simulate({ model: 'adventurer4', name: 'a4', now: () => nowMs });
    const { tcpPort = 0 } = printer;
    await write({ a4: tcpPort });
    const exporter = await serve();
    printer.start({ file: 'vase.gx', heatMs: 0, durationMs: 1000 });
    for (const at of [100, 400, 900, 1000]) {
      nowMs = at;
      exporter.clock.nowMs += 1000;
      await scrape(exporter);
    }
    printer.clear();
    exporter.clock.nowMs += 1000;
    const before = await scrape(exporter);
    await printer.switchOff();
    await write({ new: 1, a4: tcpPort });
    expect((await ask(exporter.url, '/-/reload', { method: 'POST' })).status).toBe(200);
    const after = await scrape(exporter);
    expect(printersOn(after)).toEqual(['new 0', 'a4 0']);
    const ended = samplesOf(after, 'flashforge_prints_total', { printer: 'a4' }).filter(({ value }) => value > 0);
    expect(ended).toHaveLength(1);
    for (const family of [
      'flashforge_prints_total',
      'flashforge_last_print_info',
      'flashforge_last_print_end_timestamp_seconds',
      'flashforge_printer_info',
    ]) {
      const samples = samplesOf(before, family, { printer: 'a4' });
      expect([family, samples.length > 0]).toEqual([family, true]);
      expect(samplesOf(after, family, { printer: 'a4' })).toEqual(samples);
    }
  });

  it('with a new address is read there and asked for its identity', async () => {
    const here = await printerWith({ M115: identity('here') });
    const there = await printerWith({ M115: identity('there') });
    await write({ one: here.target.port });
    const exporter = await serve();
    expect(serialOn(await scrape(exporter))).toBe('here-1');
    await write({ one: there.target.port });
    await exporter.reload();
    const page = await scrape(exporter);
    expect(printersOn(page)).toEqual(['one 1']);
    expect(samplesOf(page, 'flashforge_printer_info').map(({ labels }) => labels)).toEqual([
      expect.objectContaining({ serial: 'there-1', name: 'there', address: `127.0.0.1:${there.target.port}` }),
    ]);
    expect(JSON.parse((await ask(exporter.url, '/one/info')).body)).toMatchObject({ SN: 'there-1', Name: 'there' });
    expect([here.received.length, there.received.length]).toEqual([1, 1]);
  });

  it('with a new address ignores the result of a read at the old one', async () => {
    const asked = createDeferred();
    const released = createDeferred();
    const here = await printerWith({
      M119: async ({ send }) => {
        asked.resolve();
        await released.promise;
        await send(reply('M119', 'MachineStatus: BUILDING_FROM_SD', 'MoveMode: MOVING'));
      },
      M115: identity('here'),
    });
    const there = await printerWith({ M115: identity('there') });
    await write({ one: here.target.port });
    const exporter = await serve();
    const scraped = scrape(exporter);
    await asked.promise;
    await write({ one: there.target.port });
    await exporter.reload();
    const next = await scrape(exporter);
    expect(valueIn(next, 'flashforge_state', { printer: 'one', state: 'ready' })).toBe(1);
    released.resolve();
    await scraped;
    const last = await scrape(exporter);
    expect(valueIn(last, 'flashforge_state', { printer: 'one', state: 'ready' })).toBe(1);
    expect(serialOn(last)).toBe('there-1');
  });
});

describe('the program', () => {
  let program: Program;
  beforeAll(async () => {
    program = await buildProgram();
  });
  afterAll(() => program[Symbol.asyncDispose]());

  const LOOPBACK = '--web.listen-address=127.0.0.1:0';
  const LISTENING = /msg=listening url=(\S+)/;

  async function pageOf(url: string): Promise<Page> {
    const { status, body } = await ask(url, '/metrics');
    expect(status).toBe(200);
    return parseExposition(body);
  }

  it('reloads its file at SIGHUP: a valid one, an invalid one, a valid one', async () => {
    await write({ one: 1 });
    await using exporter = program.start([LOOPBACK, '--config.file', file]);
    const [, url = ''] = await exporter.see('err', LISTENING);

    await write({ one: 1, two: 2 });
    exporter.child.kill('SIGHUP');
    await exporter.see('err', /msg="configuration reloaded" printers=2\n/);
    expect(printersOn(await pageOf(url))).toEqual(['one 0', 'two 0']);

    await write('printers: 7\n');
    exporter.child.kill('SIGHUP');
    await exporter.see(
      'err',
      /level=error msg="configuration not reloaded, the old one stays" reason=\S*printers\.yml:1:1/,
    );
    const kept = await pageOf(url);
    expect([printersOn(kept), valueIn(kept, SUCCESSFUL)]).toEqual([['one 0', 'two 0'], 0]);
    // Without the flag, SIGHUP is the only way.
    expect((await ask(url, '/-/reload', { method: 'POST' })).status).toBe(403);

    await write({ three: 3, four: 4, five: 5 });
    exporter.child.kill('SIGHUP');
    await exporter.see('err', /msg="configuration reloaded" printers=3\n/);
    const page = await pageOf(url);
    expect([printersOn(page), valueIn(page, SUCCESSFUL)]).toEqual([['three 0', 'four 0', 'five 0'], 1]);
  });

  it('ignores SIGHUP if its printers are arguments', async () => {
    await using exporter = program.start([LOOPBACK, 'one=127.0.0.1:1']);
    const [, url = ''] = await exporter.see('err', LISTENING);
    exporter.child.kill('SIGHUP');
    await exporter.see('err', /msg="configuration reloaded" printers=1\n/);
    expect(printersOn(await pageOf(url))).toEqual(['one 0']);
  });

  it('exits at SIGTERM without waiting for clients that sent nothing or half a request', async () => {
    await using exporter = program.start([LOOPBACK]);
    const [, url = ''] = await exporter.see('err', LISTENING);
    const { hostname, port } = new URL(url);
    const sockets = await Promise.all(
      ['', 'GET /metrics HTTP/1.1\r\nHost: '].map(async (bytes) => {
        const socket = connect({ host: hostname, port: Number(port) });
        closing.push(() => socket.destroy());
        socket.on('error', () => {}).resume();
        await once(socket, 'connect');
        socket.write(bytes);
        return socket;
      }),
    );
    // Its response means that the two before it were accepted.
    await ask(url, '/-/healthy');
    const ends = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const beganAt = performance.now();
    exporter.child.kill('SIGTERM');
    expect((await exporter.ended).exitCode).toBe(0);
    // The grace time is 9 s.
    expect(performance.now() - beganAt).toBeLessThan(5000);
    await Promise.all(ends);
  });
});
