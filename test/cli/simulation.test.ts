// `demo`, `simulate` and `discover`: what needs no printer at hand.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { loopbackAddress } from '../../src/cli/simulate.ts';
import { type DiscoveryResponder, startDiscoveryResponder } from '../../src/simulator/discovery.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { createDeferred } from '../support/deferred.ts';
import { parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { reply, startScriptedPrinter } from '../support/scripted-printer.ts';
import { listeningSockets, run, startCli } from './run.ts';

/** A reply, up to its `ok`. */
async function ask(host: string, port: number, command: string): Promise<string> {
  const socket = connect({ host, port });
  try {
    let heard = '';
    socket.setEncoding('utf8').write(`~${command}\r\n`);
    for await (const text of socket) {
      heard += text;
      if (heard.endsWith('ok\r\n')) break;
    }
    return heard;
  } finally {
    socket.destroy();
  }
}

describe('simulate', () => {
  it('prints the address of every printer, and each answers M115 by its name', async () => {
    await using cli = startCli(['simulate', '--count=3', '--port', '0', '--model', 'adventurer3']);
    await cli.see('out', /adventurer3-3=\S+\n/);
    const lines = cli.out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const [index, line] of lines.entries()) {
      const [, name = '', host = '', port] = /^(adventurer3-\d)=([\d.]+):(\d+)$/.exec(line) ?? [];
      expect([name, host]).toEqual([`adventurer3-${index + 1}`, `127.0.1.${index + 1}`]);
      expect(await ask(host, Number(port), 'M115')).toContain(`Machine Name: ${name}`);
    }
    expect((await cli.stop()).exitCode).toBe(0);
  });

  it('breaks printers as --fault says', async () => {
    await using simulated = startCli(['simulate', '--port=0', '--fault', 'drop@M27']);
    const [printer = ''] = await simulated.see('out', /\S+(?=\n)/);
    const { exitCode, out } = await run(['probe', printer]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^M27 missing +M27: the printer closed the connection, 0 bytes came$/m);
    expect(out).toMatch(/^model /m);
  });

  it('prints what `serve` takes', async () => {
    await using simulated = startCli(['simulate', '--port=0']);
    const [printer = ''] = await simulated.see('out', /\S+(?=\n)/);
    const { exitCode, out } = await run(['probe', printer]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^printer +finder-1$/m);
  });

  it.each([
    ['ad5x', 'tcp, http'],
    ['creator5-pro', 'http'],
  ])('prints the configuration with which the sides of %s are read', async (model, sides) => {
    await using simulated = startCli(['simulate', '--port=0', '--count=2', '--model', model]);
    const [yaml] = await simulated.see('out', /^printers:\n(?: .*\n)+$/m);
    const folder = await mkdtemp(join(tmpdir(), 'simulate-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'printers.yml');
    await writeFile(file, yaml);
    for (const name of [`${model}-1`, `${model}-2`]) {
      const { out, err } = await run(['probe', name, '--config.file', file]);
      expect(err).toBe('');
      expect(out).toMatch(new RegExp(`^read over +${sides}$`, 'm'));
    }
    // What `serve` takes as an argument is read over TCP.
    expect(simulated.out.includes('=')).toBe(sides.startsWith('tcp'));
  });

  it('answers discovery, each printer with its own serial number', async () => {
    await using simulated = startCli(['simulate', '--port=0', '--count=2', '--model=creator5', '--discovery']);
    const [, target = ''] = await simulated.see('out', /^# answers: discover --target (\S+)$/m);
    const { out } = await run(['discover', '--target', target, '--timeout=1s', '--output=json']);
    const found: unknown = JSON.parse(out);
    expect(found).toMatchObject([
      { address: '127.0.1.1', name: 'creator5-1', model: 'Creator 5', serial: 'SNMYYY0000000' },
      { address: '127.0.1.2', name: 'creator5-2', model: 'Creator 5', serial: 'SNMYYY0000000-2' },
    ]);
  });

  it('takes the quirks of firmware, and names them when there is no such one', async () => {
    await using simulated = startCli(['simulate', '--port=0', '--model=ad5x', '--quirk=runout', '--quirk=other-words']);
    const [yaml] = await simulated.see('out', /^printers:\n(?: .*\n)+$/m);
    const folder = await mkdtemp(join(tmpdir(), 'simulate-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'printers.yml');
    await writeFile(file, yaml);
    const { out } = await run(['probe', 'ad5x-1', '--config.file', file, '--output=metrics']);
    expect(out).toMatch(/^flashforge_filament_present\{.*\} 0$/m);
    expect(out).toMatch(/^flashforge_machine_status_info\{.*status="building".*\} 1$/m);
    const { exitCode, err } = await run(['simulate', '--quirk=none']);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/--quirk: "none" is not one of error-number, /)]);
    const withoutHttp = await run(['simulate', '--quirk=runout', '--model=finder']);
    expect([withoutHttp.exitCode, withoutHttp.err]).toEqual([
      2,
      expect.stringMatching(/: --quirk needs HTTP, which a finder does not have: use --model adventurer5m, [^\n]+\n$/),
    ]);
  });

  it('closes its ports when it ends', async () => {
    const before = await listeningSockets();
    const cli = startCli(['simulate', '--count', '2', '--port', '0']);
    await cli.see('out', /finder-2=/);
    expect(await listeningSockets()).toBe(before + 2);
    expect(await cli.stop()).toMatchObject({ exitCode: 0, err: '' });
    expect(await listeningSockets()).toBe(before);
  });

  it('says in one line that a port is in use, and keeps none', async () => {
    const taken = createServer().listen(0, loopbackAddress(1));
    await once(taken, 'listening');
    try {
      const before = await listeningSockets();
      const bound = taken.address();
      const port = typeof bound === 'object' ? bound?.port : '';
      const { exitCode, err } = await run(['simulate', '--count=2', `--port=${port}`]);
      expect(err).toMatch(
        /^flashforge-exporter: a simulated printer cannot start: [^\n]*EADDRINUSE[^\n]*; see --port\n$/,
      );
      expect([exitCode, await listeningSockets()]).toEqual([2, before]);
    } finally {
      taken.close();
    }
  });

  it('gives every printer another loopback address', () => {
    const all = Array.from({ length: 10_000 }, (_, index) => loopbackAddress(index));
    expect(new Set(all).size).toBe(10_000);
    for (const address of all) expect(address).toMatch(/^127\.0\.\d{1,2}\.(?!0$)\d{1,3}$/);
    expect([all[0], all[249], all[250]]).toEqual(['127.0.1.1', '127.0.1.250', '127.0.2.1']);
  });
});

describe('demo', () => {
  it('serves four printers in four states, and ends at once', async () => {
    const before = await listeningSockets();
    await using cli = startCli(['demo', '--web.listen-address', '127.0.0.1:0']);
    const [, url] = await cli.see('out', /curl -s (\S+)\/metrics\n/);
    await cli.see('out', /Ctrl-C ends it\n/);
    expect(cli.out).toMatch(/^4 simulated printers: finder, adventurer3, adventurer4, m5-pro\n/);
    const page = parseExposition(await (await fetch(`${url}/metrics`)).text());
    expect(samplesOf(page, 'flashforge_up').map(({ value }) => value)).toEqual([1, 1, 1, 1]);
    const holding = samplesOf(page, 'flashforge_state').filter(({ value }) => value === 1);
    expect(Object.fromEntries(holding.map(({ labels }) => [labels['printer'], labels['state']]))).toEqual({
      finder: 'ready',
      adventurer3: 'printing',
      adventurer4: 'paused',
      'm5-pro': 'completed',
    });
    expect((await cli.stop()).exitCode).toBe(0);
    expect(await listeningSockets()).toBe(before);
  });

  it('finishes the scrape under way before it ends', async () => {
    const asked = createDeferred();
    const released = createDeferred();
    await using printer = await startScriptedPrinter({
      M119: async ({ send }) => {
        asked.resolve();
        await released.promise;
        // Without its line end it is waited for a moment longer: a stop that does not wait would be over by then.
        await send(reply('M119', 'MachineStatus: READY', 'MoveMode: READY').trimEnd());
      },
    });
    await using cli = startCli(['demo', '--web.listen-address=127.0.0.1:0', '--probe.allow=127.0.0.1']);
    const [, url] = await cli.see('out', /curl -s (\S+)\/metrics\n/);
    const probed = fetch(`${url}/probe?target=127.0.0.1:${printer.target.port}`);
    await asked.promise;
    const stopped = cli.stop();
    await cli.see('err', /msg=stopping/);
    released.resolve();
    expect(await (await probed).text()).toMatch(/^flashforge_up\{.*\} 1$/m);
    expect((await stopped).exitCode).toBe(0);
  });

  it('closes its printers when it cannot listen', async () => {
    const before = await listeningSockets();
    const { exitCode, out, err } = await run(['demo', '--web.listen-address', '192.0.2.1:0']);
    expect([exitCode, out, await listeningSockets()]).toEqual([2, '', before]);
    expect(err).toMatch(/^flashforge-exporter: cannot listen on 192\.0\.2\.1:0: [^\n]+\n$/);
  });
});

describe('discover', () => {
  const running: (DiscoveryResponder | SimulatedPrinter)[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });

  async function startDiscoverable(): Promise<string> {
    const printer = await startSimulatedPrinter({ model: 'adventurer5m-pro', name: 'My 5M' });
    running.push(printer);
    const responder = await startDiscoveryResponder({ printers: [printer], groupPort: 0, broadcastPort: 0 });
    running.push(responder);
    return `127.0.0.1:${responder.broadcastPort}`;
  }

  it('prints a table, JSON, or a configuration file', async () => {
    const target = await startDiscoverable();
    const argv = ['discover', '--target', target, '--timeout', '1s', '--output'];
    const [table, json, yaml] = await Promise.all(['table', 'json', 'yaml'].map((output) => run([...argv, output])));
    expect([table?.exitCode, json?.exitCode, yaml?.exitCode]).toEqual([0, 0, 0]);
    expect(table?.out).toMatch(/^ADDRESS +NAME +MODEL +SERIAL +TCP +HTTP\n127\.0\.0\.1 +My 5M +/);
    expect(JSON.parse(json?.out ?? '')).toMatchObject([{ address: '127.0.0.1', name: 'My 5M' }]);
    expect(yaml?.out).toMatch(/^printers:$/m);
    expect(yaml?.out).toMatch(/^ *- name: My 5M$/m);
  });

  it('says that nothing answered, with exit code 1', async () => {
    const { exitCode, out, err } = await run(['discover', '--target', '127.0.0.1:9', '--timeout', '1ms']);
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toMatch(/no printer (?:answered|could be asked): [^\n]+\n$/);
  });
});
