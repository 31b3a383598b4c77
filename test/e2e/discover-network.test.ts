// The program finds printers over a virtual Ethernet link, by multicast and broadcast, on their official ports.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { buildProgram, type Program } from '../cli/program.ts';
import { createTranscript } from '../cli/run.ts';
import { upOf } from '../support/exporter.ts';
import { type Page, parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { temporaryFolder } from '../support/for-test.ts';
import { type Cable, layCable, type Place, requireNamespaces } from '../support/namespaces.ts';

// Runs in the printers' namespace. Each POST replaces the simulated printers, which use the official ports.
const PRINTERS_SCRIPT = `
import { createServer } from 'node:http';
import { startDiscoveryResponder } from './dist/simulator/discovery.js';
import { startSimulatedPrinter } from './dist/simulator/printer.js';

let open = [];
createServer(async (request, response) => {
  try {
    let body = '';
    for await (const chunk of request) body += chunk;
    await Promise.all(open.map((one) => one.close()));
    const printers = [];
    for (const printer of JSON.parse(body)) {
      printers.push(await startSimulatedPrinter({ tcpPort: 8899, httpPort: 8898, ...printer }));
    }
    const responding = printers.filter((_, index) => !JSON.parse(body)[index].silent);
    const lan = await startDiscoveryResponder({
      printers: responding,
      sharedAddresses: ['0.0.0.0'],
      multicast: { group: '225.0.0.9', interfaceAddress: '198.18.7.2' },
    });
    open = [...printers, lan];
    response.end('ok');
  } catch (error) {
    response.writeHead(500).end(String(error.stack));
  }
}).listen(80, '198.18.7.2', () => console.log('ready'));
`;

interface Placed {
  readonly model: string;
  readonly host: string;
  readonly name?: string;
  readonly serialNumber?: string;
  /** Does not reply to discovery probes. */
  readonly silent?: boolean;
}

const ip = requireNamespaces() ?? '';

describe.skipIf(ip === '')('in a separate network', { timeout: 60_000 }, () => {
  const host = (number: number): string => `198.18.7.${10 + number}`;
  const FINDER: Placed = { model: 'finder', host: host(1), name: 'finder' };
  const M5: Placed = { model: 'adventurer5m-pro', host: host(2), name: 'm5' };
  const AD5X: Placed = { model: 'ad5x', host: host(3), name: 'ad5x' };

  let program: Program;
  beforeAll(async () => {
    program = await buildProgram();
    await writeFile(join(program.main, '../../printers.mjs'), PRINTERS_SCRIPT);
  });
  afterAll(() => program?.[Symbol.asyncDispose]());

  interface Network extends AsyncDisposable {
    readonly cable: Cable;
    /** Replaces the printers on the network with these. */
    place(...printers: readonly Placed[]): Promise<void>;
    /** Fetches a URL from the exporter's namespace. */
    fetch(url: string): Promise<string>;
  }

  async function startNetwork(): Promise<Network> {
    const cable = await layCable(ip);
    for (const number of [1, 2, 3, 4]) {
      await cable.run('printers', [ip, 'addr', 'add', `${host(number)}/24`, 'dev', 'cable']);
    }
    const printers = cable.start('printers', [process.execPath, join(program.main, '../../printers.mjs')]);
    await new Promise((resolve, reject) => {
      printers.stdout.once('data', resolve);
      printers.stderr.once('data', (text) => reject(new Error(String(text))));
    });
    const ask = (place: Place, url: string, body?: string): Promise<string> => {
      const options = JSON.stringify(body === undefined ? {} : { method: 'POST', body });
      const code = `fetch('${url}', ${options}).then(async (response) => {
        process.stdout.write(await response.text());
        if (!response.ok) process.exitCode = 1;
      })`;
      return cable.run(place, [process.execPath, '-e', code]);
    };
    return {
      cable,
      place: async (...placed) => void (await ask('printers', 'http://198.18.7.2/', JSON.stringify(placed))),
      fetch: (url) => ask('exporter', url),
      [Symbol.asyncDispose]: () => cable[Symbol.asyncDispose](),
    };
  }

  /** Writes a file for --config.file and returns its path. */
  async function writeConfig(text: string): Promise<string> {
    const folder = await temporaryFolder();
    const file = join(folder, 'printers.yml');
    await writeFile(file, text);
    return file;
  }

  /** Runs the program in the exporter's namespace. It is killed with the cable at the latest. */
  function runProgram({ cable }: Network, ...argv: readonly string[]) {
    const child = cable.start('exporter', [process.execPath, program.main, ...argv]);
    const streams = { out: createTranscript(), err: createTranscript() };
    child.stdout.setEncoding('utf8').on('data', streams.out.write);
    child.stderr.setEncoding('utf8').on('data', streams.err.write);
    const ended = once(child, 'close').then(() => {
      streams.out.end();
      streams.err.end();
      return { exitCode: child.exitCode, out: streams.out.text, err: streams.err.text };
    });
    return { child, ended, see: streams.err.see };
  }

  test('discover finds printers by multicast, broadcast or address, and serve accepts its YAML', async () => {
    await using network = await startNetwork();
    const discover = (...argv: readonly string[]) => runProgram(network, 'discover', '--timeout=500ms', ...argv).ended;
    expect(await discover()).toEqual({
      exitCode: 1,
      out: '',
      err: expect.stringMatching(/^no printer answered: [^\n]+\n$/),
    });

    await network.place(FINDER, M5, AD5X);
    const [table, json, yaml, named] = await Promise.all([
      discover(),
      discover('--output=json'),
      discover('--output=yaml'),
      discover('--output=json', '--target', M5.host),
    ]);
    expect([table, json, yaml, named].map(({ exitCode, err }) => [exitCode, err])).toEqual(Array(4).fill([0, '']));
    expect(table.out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ADDRESS', 'NAME', 'MODEL', 'SERIAL', 'TCP', 'HTTP'],
      [FINDER.host, 'finder', 'Finder', '8899', '-'],
      [M5.host, 'm5', 'Adventurer 5M Pro', 'SNMOMC9900728', '8899', '8898'],
      [AD5X.host, 'ad5x', 'AD5X', 'SNMSRE9600000', '8899', '8898'],
      [''],
    ]);
    expect(JSON.parse(json.out)).toMatchObject([{ name: 'finder' }, { name: 'm5' }, { name: 'ad5x' }]);
    // A unicast probe, as in the README.
    expect(JSON.parse(named.out)).toMatchObject([{ address: M5.host, name: 'm5', serial: 'SNMOMC9900728' }]);

    const file = await writeConfig(yaml.out);
    expect(await runProgram(network, '--config.file', file, '--config.check').ended).toEqual({
      exitCode: 0,
      out: 'configuration is good: 3 printers: finder, m5, ad5x\n',
      err: '',
    });
    const exporter = runProgram(network, '--config.file', file, '--web.listen-address=127.0.0.1:80');
    await exporter.see(/msg=listening/);
    expect(upOf(parseExposition(await network.fetch('http://127.0.0.1/metrics')))).toEqual([
      ['finder', 1],
      ['m5', 1],
      ['ad5x', 1],
    ]);
  });

  test('serve --discovery.interval reads the printers it finds, keeps silent ones and follows moved ones', async () => {
    await using network = await startNetwork();
    const file = await writeConfig(stringify({ printers: [{ name: 'configured', address: FINDER.host }] }));
    await network.place(FINDER, M5, AD5X);
    const argv = ['--config.file', file, '--discovery.interval=1ms', '--web.listen-address=127.0.0.1:80'];
    const exporter = runProgram(network, ...argv);
    const metrics = async (): Promise<Page> => parseExposition(await network.fetch('http://127.0.0.1/metrics'));
    await exporter.see(/msg="printer discovered" printer=m5 [\s\S]*msg="printer discovered" printer=ad5x /);
    // A search is in progress: the one after it is the first to see only the new printers.
    const moved = { ...M5, host: host(4) };
    const other = { ...M5, serialNumber: 'SNNEWONE7777' };
    await network.place(FINDER, moved, { ...AD5X, silent: true }, other);
    expect(upOf(await metrics()).slice(0, 2)).toEqual([
      ['configured', 1],
      ['m5', 1],
    ]);
    await exporter.see(/msg="printer discovered" printer=m5 address=198\.18\.7\.14 [\s\S]*printer=m5-7777 /);
    const page = await metrics();
    expect(upOf(page)).toEqual([
      ['configured', 1],
      ['m5', 1],
      ['ad5x', 1],
      ['m5-7777', 1],
    ]);
    const info = samplesOf(page, 'flashforge_printer_info').map(({ labels }) => labels);
    expect(info.map(({ printer, address, serial }) => [printer, address, serial])).toEqual([
      ['configured', FINDER.host, '62B08883'],
      ['m5', moved.host, 'SNMOMC9900728'],
      ['ad5x', AD5X.host, 'SNMSRE9600000'],
      ['m5-7777', other.host, 'SNNEWONE7777'],
    ]);
    exporter.child.kill('SIGTERM');
    const { exitCode, err } = await exporter.ended;
    expect(exitCode).toBe(0);
    expect(err).not.toMatch(/level=(?:warn|error)/);
  });
});
