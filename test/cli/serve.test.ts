// `serve` inside the test's process: what it listens on, what it logs, and how it ends.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { listeningSockets, startCli } from './run.ts';

const LOOPBACK = ['--web.listen-address', '127.0.0.1:0'];
const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

const LISTENING = /msg=listening url=(\S+)/;

async function textAt(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return await response.text();
}

let printer: SimulatedPrinter;
let address = '';

beforeAll(async () => {
  printer = await startSimulatedPrinter({ model: 'finder' });
  address = `127.0.0.1:${printer.tcpPort}`;
});

afterAll(() => printer.close());

describe('serve', () => {
  it.each([[[]], [['serve']]])('reads the printer it is given, as %j', async (command) => {
    await using cli = startCli([...command, ...LOOPBACK, `finder=${address}`]);
    const [line = '', url] = await cli.see('err', /.*msg=listening url=(\S+) printers=1 version=.*\n/);
    expect(line).toMatch(
      /^time=\S+ level=info msg=listening url=http:\/\/127\.0\.0\.1:\d+ printers=1 version=\d\S*\n$/,
    );
    expect(await textAt(`${url}/metrics`)).toContain('flashforge_up{printer="finder"} 1\n');
    const { exitCode, out, err } = await cli.stop();
    expect([exitCode, out]).toEqual([0, '']);
    expect(err).toMatch(/ msg=stopping\n$/);
  });

  it('stops listening when it is told to stop', async () => {
    const before = await listeningSockets();
    await using cli = startCli(LOOPBACK);
    const [, url = ''] = await cli.see('err', LISTENING);
    expect(await listeningSockets()).toBe(before + 1);
    await cli.stop();
    expect(await listeningSockets()).toBe(before);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('ends at once when it was told to stop before it started', async () => {
    const cli = startCli(LOOPBACK);
    expect((await cli.stop()).exitCode).toBe(0);
  });

  it('takes the environment', async () => {
    await using cli = startCli(LOOPBACK, { FLASHFORGE_PRINTERS: `one=${address},two=127.0.0.1:1` });
    const [, url] = await cli.see('err', /url=(\S+) printers=2/);
    const page = await textAt(`${url}/metrics`);
    expect(page).toContain('flashforge_up{printer="one"} 1\n');
    expect(page).toContain('flashforge_up{printer="two"} 0\n');
  });

  it('starts without printers and says so', async () => {
    await using cli = startCli(LOOPBACK);
    await cli.see('err', /level=warn msg="no printers: [^"]*--config\.file[^"]*\$FLASHFORGE_PRINTERS[^"]*"\n/);
    const [, url] = await cli.see('err', LISTENING);
    expect(await textAt(`${url}/metrics`)).toContain('flashforge_exporter_build_info{');
  });

  it('keeps metrics of the process unless told otherwise', async () => {
    for (const [flags, isThere] of [
      [[], true],
      [['--web.disable-exporter-metrics'], false],
      [['--no-web.disable-exporter-metrics'], true],
    ] as const) {
      await using cli = startCli([...LOOPBACK, ...flags]);
      const [, url] = await cli.see('err', LISTENING);
      const page = await textAt(`${url}/metrics`);
      expect(page.includes('\nprocess_resident_memory_bytes '), flags.join()).toBe(isThere);
      expect(page.includes('\nnodejs_'), flags.join()).toBe(isThere);
      await cli.stop();
    }
  });

  it('serves the metrics at another path', async () => {
    await using cli = startCli([...LOOPBACK, '--web.telemetry-path=/deep/metrics.txt', address]);
    const [, url] = await cli.see('err', LISTENING);
    expect(await textAt(`${url}/deep/metrics.txt`)).toContain(`flashforge_up{printer="${address}"} 1\n`);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect(await textAt(`${url}/`)).toContain('/deep/metrics.txt');
  });

  it('listens on every address', async () => {
    await using cli = startCli([...LOOPBACK, '--web.listen-address=localhost:0', 'p=127.0.0.1:1']);
    await cli.see('err', /(?:msg=listening url=\S+ printers=1.*\n.*){2}/);
    const urls = [...cli.err.matchAll(/url=(\S+)/g)].map(([, url]) => url);
    expect(new Set(urls).size).toBe(2);
    for (const url of urls) expect(await textAt(`${url}/-/healthy`)).toMatch(/healthy/i);
  });

  it.skipIf(!HAS_IPV6)('listens on [::1]', async () => {
    await using cli = startCli(['--web.listen-address', '[::1]:0', ...LOOPBACK]);
    await cli.see('err', /msg=listening url=http:\/\/127\.0\.0\.1:/);
    const [, url] = await cli.see('err', /msg=listening url=(http:\/\/\[::1\]:\d+) /);
    expect(await textAt(`${url}/-/ready`)).toMatch(/ready/i);
  });

  it('listens on all interfaces where no host is given', async () => {
    await using cli = startCli(['--web.listen-address=:0']);
    const [, port] = await cli.see('err', /url=http:\/\/localhost:(\d+)/);
    expect(await textAt(`http://127.0.0.1:${port}/-/healthy`)).toMatch(/healthy/i);
  });

  it('says in one line that a port is in use, and keeps none of the others', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const before = await listeningSockets();
      const bound = taken.address();
      const wanted = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
      const { exitCode, out, err } = await startCli([...LOOPBACK, `--web.listen-address=${wanted}`]).ended;
      expect(err).toBe(
        `flashforge-exporter: cannot listen on ${wanted}: the port is in use; see --web.listen-address\n`,
      );
      expect([exitCode, out, await listeningSockets()]).toEqual([2, '', before]);
    } finally {
      taken.close();
    }
  });

  it('says in one line that an address is not its own', async () => {
    // TEST-NET-1, which no interface has.
    const { exitCode, err } = await startCli(['--web.listen-address', '192.0.2.1:0']).ended;
    expect(err).toMatch(/^flashforge-exporter: cannot listen on 192\.0\.2\.1:0: [^\n]*EADDRNOTAVAIL[^\n]*\n$/);
    expect(exitCode).toBe(2);
  });

  it('says at the start that the state file cannot be written, and serves all the same', async () => {
    await using cli = startCli([...LOOPBACK, '--state.file=/nowhere/state.json']);
    const [, url] = await cli.see('err', LISTENING);
    expect(cli.err).toMatch(/ level=error msg="state file not written" path=\/nowhere\/state\.json reason=ENOENT\n/);
    expect(await textAt(`${url}/-/ready`)).toMatch(/ready/i);
  });

  it.each([
    [[], true],
    [['--probe.allow=10.0.0.0/8'], false],
  ])('says that it has no printers unless it may read others: %j', async (flags, isWarned) => {
    await using cli = startCli([...LOOPBACK, ...flags]);
    await cli.see('err', LISTENING);
    const { err } = await cli.stop();
    expect(err.includes('no printers: name them')).toBe(isWarned);
  });

  it('logs as it is told', async () => {
    await using json = startCli([...LOOPBACK, '--log.format=json', 'dead=127.0.0.1:1']);
    const [line = '', url] = await json.see('err', /.*"url":"([^"]+)".*\n/);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'listening', url, printers: 1 });

    await using quiet = startCli([...LOOPBACK, '--log.level', 'error']);
    const { exitCode, err } = await quiet.stop();
    expect([exitCode, err]).toEqual([0, '']);
  });
});
