// `probe`: one printer read once, for people, programs and bug reports.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { parseExposition, valueIn } from '../support/exposition-parser.ts';
import { temporaryFolder } from '../support/for-test.ts';
import { commandsIn, reply, startScriptedPrinter } from '../support/scripted-printer.ts';
import { run, startCli } from './run.ts';

const printers: SimulatedPrinter[] = [];

async function start(options: Parameters<typeof startSimulatedPrinter>[0]): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter(options);
  printers.push(printer);
  return printer;
}

afterEach(async () => {
  await Promise.all(printers.splice(0).map((printer) => printer.close()));
});

describe('probe', () => {
  it('prints a table', async () => {
    const { tcpPort } = await start({ model: 'finder', name: 'My Finder' });
    const { exitCode, out, err } = await run(['probe', `living room=127.0.0.1:${tcpPort}`]);
    expect([exitCode, err]).toEqual([0, '']);
    const rows = Object.fromEntries(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/, 2)),
    );
    expect(rows).toMatchObject({
      printer: 'living room',
      address: `127.0.0.1:${tcpPort}`,
      'read over': 'tcp',
      model: 'Flashforge Finder',
      name: 'My Finder',
      state: 'ready',
      'in its words': 'READY (tcp)',
    });
    expect(rows['tool0']).toMatch(/^\d+(?:\.\d+)? °C/);
    expect(out).not.toContain('undefined');
  });

  it('prints what is told over HTTP only', async () => {
    const { host, tcpPort, httpPort, serialNumber, checkCode } = await start({
      model: 'ad5x',
      quirks: ['runout'],
      job: { file: 'cube.gx', durationMs: 3_600_000, heatMs: 1000, headStartMs: 600_000 },
    });
    const file = join(await temporaryFolder(), 'ad5x.yml');
    const entry = {
      name: 'ad5x',
      address: `${host}:${tcpPort}`,
      http_port: httpPort,
      serial_number: serialNumber,
      check_code: checkCode,
    };
    await writeFile(file, stringify({ printers: [entry] }));
    const { exitCode, out } = await run(['probe', 'ad5x', '--config.file', file]);
    expect(exitCode).toBe(0);
    for (const row of [
      /^estimate {2,}tool0 3\.14 m 28\.11 g$/m,
      /^speed {2,}100\.0 %$/m,
      /^material {2,}tool0 PLA$/m,
      /^filament {2,}tool0 run out$/m,
      /^slots {2,}1 PLA #FF0000 in use, .*, 3 empty, /m,
      /^disk free {2,}[\d.]+ GB$/m,
    ]) {
      expect(out).toMatch(row);
    }
  });

  it('prints JSON with the raw texts', async () => {
    const { tcpPort } = await start({ model: 'finder' });
    const { exitCode, out, err } = await run(['probe', `127.0.0.1:${tcpPort}`, '--output', 'json']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      name: `127.0.0.1:${tcpPort}`,
      address: `127.0.0.1:${tcpPort}`,
      up: true,
      snapshot: { state: 'ready', identity: { model: 'Flashforge Finder' }, heaters: { tool0: {} } },
      replies: { m119: {}, m115: {} },
    });
  });

  it('prints metrics', async () => {
    const { tcpPort } = await start({ model: 'finder' });
    const { exitCode, out, err } = await run(['probe', `finder=127.0.0.1:${tcpPort}`, '--output=metrics']);
    expect([exitCode, err]).toEqual([0, '']);
    const page = parseExposition(out);
    expect(valueIn(page, 'flashforge_up', { printer: 'finder' })).toBe(1);
    expect(valueIn(page, 'flashforge_state', { printer: 'finder', state: 'ready' })).toBe(1);
    expect(out).not.toMatch(/^(?:process|nodejs|flashforge_exporter)_/m);
  });

  it('reads once, and hangs up', async () => {
    await using printer = await startScriptedPrinter({
      M119: reply('M119', 'MachineStatus: READY', 'MoveMode: READY'),
    });
    await run(['probe', `127.0.0.1:${printer.target.port}`]);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105', 'M27', 'M114', 'M115']]);
  });

  it('says why a dead printer was not read', async () => {
    const printer = await start({ model: 'finder' });
    await printer.switchOff();
    const { tcpPort } = printer;
    for (const output of ['table', 'json', 'metrics']) {
      const { exitCode, out, err } = await run(['probe', `gone=127.0.0.1:${tcpPort}`, '--output', output]);
      expect(exitCode).toBe(1);
      expect(err).toMatch(
        new RegExp(`^gone: not read over tcp: refused: connect 127\\.0\\.0\\.1:${tcpPort}: ECONNREFUSED\\n$`),
      );
      if (output === 'table') expect(out).toMatch(new RegExp(`^TCP ${tcpPort} +refused$`, 'm'));
      if (output === 'json')
        expect(JSON.parse(out)).toMatchObject({ up: false, endpoints: [{ failure: { code: 'refused' } }] });
      if (output === 'metrics') expect(out).toContain('flashforge_up{printer="gone"} 0\n');
    }
  });

  it('says why a silent printer was not read, when the time is over', async () => {
    const { tcpPort } = await start({ model: 'finder', fault: { kind: 'silence' } });
    const { exitCode, out, err } = await run(['probe', `mute=127.0.0.1:${tcpPort}`, '--timeout', '50ms']);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^mute: not read over tcp: timeout: [^\n]+\n$/);
    expect(out).toMatch(/^next: [^\n]+\.$/m);
  });

  it('prints a name with control characters as the log does', async () => {
    const { tcpPort } = await start({ model: 'finder' });
    const { out } = await run(['probe', `a\u001b[2Jb=127.0.0.1:${tcpPort}`]);
    expect(out).toMatch(/^printer +"a\\u001b\[2Jb"\n/);
    const { err } = await run(['probe', 'a\u001b[2Jb=127.0.0.1:1']);
    expect(err).toMatch(/^"a\\u001b\[2Jb": not read over tcp: refused: /);
  });

  it('says which parts are missing', async () => {
    const { tcpPort } = await start({ model: 'finder', fault: { kind: 'garbage', ok: true, at: 'M27' } });
    const { exitCode, out } = await run(['probe', `127.0.0.1:${tcpPort}`]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^M27 missing {2,}\S/m);
  });

  it('says so when it is told to end before the printer was read', async () => {
    const { tcpPort } = await start({ model: 'finder', fault: { kind: 'silence' } });
    for (const output of ['table', 'json', 'metrics']) {
      const cli = startCli(['probe', `mute=127.0.0.1:${tcpPort}`, '--output', output]);
      expect(await cli.stop()).toEqual({ exitCode: 1, out: '', err: 'mute: interrupted\n' });
    }
  });
});

describe('probe with a configuration file', () => {
  let folder = '';
  let file = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probe-'));
    file = join(folder, 'printers.yml');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function configure({ tcpPort, httpPort, serialNumber }: SimulatedPrinter, checkCode: string): Promise<void> {
    const yaml = `printers:
  - name: other
    address: 127.0.0.1:1
  - name: m5
    address: 127.0.0.1:${tcpPort}
    http_port: ${httpPort}
    serial_number: "${serialNumber}"
    check_code: "${checkCode}"
`;
    await writeFile(file, yaml);
  }

  it('reads both sides of the printer named', async () => {
    const printer = await start({ model: 'adventurer5m-pro' });
    await configure(printer, printer.checkCode);
    for (const named of ['m5', `127.0.0.1:${printer.tcpPort}`]) {
      // The environment is no part of it.
      const { exitCode, out, err } = await run(['probe', named, '--config.file', file], { FLASHFORGE_PRINTERS: '!' });
      expect([exitCode, err]).toEqual([0, '']);
      expect(out).toMatch(/^printer +m5$/m);
      expect(out).toMatch(/^read over +tcp, http$/m);
    }
  });

  it('never shows the check code', async () => {
    const printer = await start({ model: 'adventurer5m-pro', checkCode: 'c0ffee42' });
    for (const given of ['c0ffee42', 'badc0de5']) {
      await configure(printer, given);
      for (const output of ['table', 'json', 'metrics']) {
        const argv = ['probe', 'm5', '--config.file', file, '--output', output, '--log.level=debug'];
        const { exitCode, out, err } = await run(argv);
        expect(exitCode).toBe(0);
        expect(out + err).not.toMatch(/c0ffee42|badc0de5/);
        if (given === 'badc0de5') expect(err).toMatch(/^m5: not read over http: auth: /m);
      }
    }
  });

  it('says which printers there are', async () => {
    await configure(await start({ model: 'adventurer5m-pro' }), 'c0ffee42');
    const { exitCode, out, err } = await run(['probe', 'm6', '--config.file', file]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toBe(`flashforge-exporter: ${file} has no printer "m6"; it has other, m5\n`);
  });
});
