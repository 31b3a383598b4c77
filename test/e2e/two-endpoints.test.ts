// Printers with a TCP and an HTTP endpoint, as /metrics shows them: what each endpoint contributes, and what remains when one
// fails.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { Secret } from '../../src/common/secret.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import type { SimulatedPrinter } from '../../src/simulator/printer.ts';
import { run } from '../cli/run.ts';
import { serveText } from '../lan-http/server.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { type Page, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { collectLog, configOf, type LogLines } from '../support/fleet.ts';
import { simulate, temporaryFolder } from '../support/for-test.ts';

const BOTH: readonly Protocol[] = ['tcp', 'http'];

interface Served extends LogLines {
  scrape(): Promise<Page>;
  /** The log lines since the last call, without those of every start. */
  newLines(): readonly string[];
}

async function serve(config: PrinterConfig): Promise<Served> {
  const collected = collectLog();
  const exporter = await startTestExporter([config], { log: collected.log });
  onTestFinished(() => exporter.close(0));
  let returned = 0;
  return {
    ...collected,
    scrape: () => scrape(exporter),
    newLines: () => {
      const lines = collected.lines.slice(returned);
      returned = collected.lines.length;
      return lines.filter((line) => !/msg="(printer found|print under way|print started)"/.test(line));
    },
  };
}

/** flashforge_endpoint_up by protocol. */
function endpointsUp(page: Page): Readonly<Record<string, number>> {
  return Object.fromEntries(
    samplesOf(page, 'flashforge_endpoint_up').map(({ labels, value }) => [labels['protocol'], value]),
  );
}

function failures(page: Page): Readonly<Record<string, number>> {
  return Object.fromEntries(
    samplesOf(page, 'flashforge_scrape_failures_total').map(({ labels, value }) => [
      `${labels['protocol']} ${labels['code']}`,
      value,
    ]),
  );
}

function stateIn(page: Page): readonly (string | undefined)[] {
  return samplesOf(page, 'flashforge_state').flatMap(({ labels, value }) => (value === 1 ? [labels['state']] : []));
}

function labelSets(page: Page, name: string): readonly object[] {
  return samplesOf(page, name).map(({ labels: { printer: _, ...labels } }) => labels);
}

// The endpoints report different values, so that each value shows its source.
const DIFFERENT = {
  httpStatus: 'printing',
  machineStatus: 'BUILDING_FROM_SD',
  moveMode: 'PAUSED',
  progress: 0.42,
  counts: { printed: 37, total: 100, layer: 7, layers: 90 },
  layer: 8,
  layers: 100,
  file: 'benchy.3mf',
  elapsedSeconds: 600,
  remainingSeconds: 800,
  endstop: 'X-max:1 Y-max:0 Z-min:0',
  position: { x: 10, y: 20, z: 30, a: 0, b: 0 },
  active: true,
} as const;

describe('a 5M Pro with both endpoints', () => {
  test('takes a value from HTTP if both report it, and from TCP what HTTP lacks', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5', override: DIFFERENT });
    const { scrape } = await serve(configOf(m5, BOTH));
    const page = await scrape();
    const value = (name: string, labels: Record<string, string> = {}) =>
      valueIn(page, name, { printer: 'm5', ...labels });

    expect(value('flashforge_up')).toBe(1);
    expect(endpointsUp(page)).toEqual({ tcp: 1, http: 1 });
    expect(failures(page)).toEqual({});
    expect(stateIn(page)).toEqual(['printing']);
    expect(labelSets(page, 'flashforge_machine_status_info')).toEqual([
      { protocol: 'tcp', status: 'BUILDING_FROM_SD' },
      { protocol: 'http', status: 'printing' },
    ]);
    expect(value('flashforge_print_progress_ratio')).toBe(0.42);
    expect([value('flashforge_print_layer'), value('flashforge_print_layers')]).toEqual([8, 100]);
    expect(value('flashforge_print_remaining_seconds')).toBe(800);
    expect(value('flashforge_tvoc_index')).toBe(23);
    // Only TCP reports these.
    expect(value('flashforge_position_meters', { axis: 'z' })).toBe(0.03);
    expect(value('flashforge_endstop', { endstop: 'x_max' })).toBe(1);
    expect(labelSets(page, 'flashforge_move_mode_info')).toEqual([{ mode: 'PAUSED' }]);
    // One info series, although both endpoints report the identity.
    expect(labelSets(page, 'flashforge_printer_info')).toEqual([
      expect.objectContaining({ model: 'Adventurer 5M Pro', firmware: '3.1.3', serial: 'SNMOMC9900728' }),
    ]);
  });

  test.each(['adventurer5m', 'adventurer5m-pro', 'ad5x'] as const)(
    'has the same model and MAC address whichever endpoints are read: %s',
    async (model) => {
      const printer = await simulate({ model, name: 'p', identity: { mac: '88a9a797b2bf ' } });
      const labels = await Promise.all(
        [BOTH, ['tcp'] as const, ['http'] as const].map(async (protocols) => {
          const { scrape } = await serve(configOf(printer, protocols));
          const [info] = samplesOf(await scrape(), 'flashforge_printer_info');
          return [info?.labels['model'], info?.labels['mac']];
        }),
      );
      const names = { adventurer5m: 'Adventurer 5M', 'adventurer5m-pro': 'Adventurer 5M Pro', ad5x: 'AD5X' };
      expect(labels).toEqual(Array(3).fill([names[model], '88:A9:A7:97:B2:BF']));
    },
  );

  test('has no job from either endpoint while it downloads one', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', override: { ...DIFFERENT, httpStatus: 'downloading' } });
    const { scrape } = await serve(configOf(m5, BOTH));
    const page = await scrape();
    expect(stateIn(page)).toEqual(['busy']);
    expect([...page.families.keys()].filter((name) => /flashforge_print_/.test(name))).toEqual([]);
    expect(samplesOf(page, 'flashforge_position_meters')).not.toEqual([]);
  });

  test('is up with one endpoint, counts each failure by protocol, and keeps its info labels', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5', override: DIFFERENT });
    const { scrape, newLines } = await serve(configOf(m5, BOTH));
    const info = labelSets(await scrape(), 'flashforge_printer_info');
    expect(info).toHaveLength(1);
    expect(newLines()).toEqual([]);
    const z = { printer: 'm5', axis: 'z' };

    await m5.setFault({ kind: 'close', side: 'http' });
    for (const count of [1, 2]) {
      const page = await scrape();
      expect(valueIn(page, 'flashforge_up', { printer: 'm5' })).toBe(1);
      expect(endpointsUp(page)).toEqual({ tcp: 1, http: 0 });
      expect(failures(page)).toEqual({ 'http closed': count });
      // The state and the progress now come from TCP.
      expect(stateIn(page)).toEqual(['paused']);
      expect(valueIn(page, 'flashforge_print_progress_ratio', { printer: 'm5' })).toBe(0.37);
      expect(valueIn(page, 'flashforge_position_meters', z)).toBe(0.03);
      expect(samplesOf(page, 'flashforge_tvoc_index')).toEqual([]);
      expect(labelSets(page, 'flashforge_printer_info')).toEqual(info);
    }
    expect(newLines()).toEqual([
      expect.stringMatching(/^level=warn msg="printer not read" printer=m5 protocol=http code=closed /),
    ]);

    await m5.setFault({ kind: 'garbage', ok: true });
    for (const count of [1, 2]) {
      const page = await scrape();
      expect(valueIn(page, 'flashforge_up', { printer: 'm5' })).toBe(1);
      expect(endpointsUp(page)).toEqual({ tcp: 0, http: 1 });
      expect(failures(page)).toEqual({ 'http closed': 2, 'tcp protocol': count });
      expect(stateIn(page)).toEqual(['printing']);
      expect(samplesOf(page, 'flashforge_position_meters')).toEqual([]);
      expect(samplesOf(page, 'flashforge_endstop')).toEqual([]);
      expect(valueIn(page, 'flashforge_tvoc_index', { printer: 'm5' })).toBe(23);
      expect(labelSets(page, 'flashforge_printer_info')).toEqual(info);
    }
    expect(newLines()).toEqual([
      expect.stringMatching(/^level=warn msg="printer not read" printer=m5 protocol=tcp code=protocol /),
      'level=info msg="printer answers again" printer=m5 protocol=http',
    ]);

    await m5.switchOff();
    const off = await scrape();
    expect(valueIn(off, 'flashforge_up', { printer: 'm5' })).toBe(0);
    expect(endpointsUp(off)).toEqual({ tcp: 0, http: 0 });
    expect(failures(off)).toEqual({ 'http closed': 2, 'http refused': 1, 'tcp protocol': 2, 'tcp refused': 1 });
    expect(labelSets(off, 'flashforge_printer_info')).toEqual(info);
    newLines();

    await m5.setFault(undefined);
    await m5.switchOn();
    const back = await scrape();
    expect(endpointsUp(back)).toEqual({ tcp: 1, http: 1 });
    expect(labelSets(back, 'flashforge_printer_info')).toEqual(info);
    expect([...newLines()].sort()).toEqual([
      'level=info msg="printer answers again" printer=m5 protocol=http',
      'level=info msg="printer answers again" printer=m5 protocol=tcp',
    ]);
  });

  test('that refuses TCP for a while is not treated as a printer without TCP', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5' });
    const { scrape, newLines } = await serve(configOf(m5, BOTH));
    await scrape();
    newLines();
    await m5.setFault({ kind: 'refuse', side: 'tcp' });
    await scrape();
    expect(endpointsUp(await scrape())).toEqual({ tcp: 0, http: 1 });
    expect(newLines()).toEqual([
      expect.stringMatching(/^level=warn msg="printer not read" printer=m5 protocol=tcp code=refused reason="connect /),
    ]);
    await m5.setFault(undefined);
    expect(endpointsUp(await scrape())).toEqual({ tcp: 1, http: 1 });
    expect(newLines()).toEqual(['level=info msg="printer answers again" printer=m5 protocol=tcp']);
  });

  test('with a wrong check code is up over TCP, and every read counts an auth failure', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5' });
    const config = configOf(m5, BOTH);
    if (!config.http) throw new Error('no HTTP endpoint');
    const wrong = { ...config, http: { ...config.http, checkCode: new Secret('00000000') } };
    const { scrape, newLines } = await serve(wrong);
    for (const count of [1, 2, 3]) {
      const page = await scrape();
      expect(valueIn(page, 'flashforge_up', { printer: 'm5' })).toBe(1);
      expect(endpointsUp(page)).toEqual({ tcp: 1, http: 0 });
      expect(failures(page)).toEqual({ 'http auth': count });
      expect(stateIn(page)).toEqual(['ready']);
    }
    expect(newLines()).toEqual([
      expect.stringMatching(
        /printer=m5 protocol=http code=auth reason=.*wrong check code or serial number" next="Copy the Printer ID [^"]+"$/,
      ),
    ]);
  });
});

test.each([
  ['{"code":1,"message":"Access code is different"}', 'auth'],
  ['{"code":"1","message":"SN is different"}', 'auth'],
  ['{"err":-2,"msg":"Lan mode error"}', 'lan_mode'],
  ['{"code":2}', 'busy'],
  ['{"code":-1,"message":"Parameters is error"}', 'protocol'],
  ['{"code":3}', 'protocol'],
  ['{"code":2001,"message":"?"}', 'protocol'],
])('the HTTP response %s next to a working TCP endpoint counts as http %s', async (text, code) => {
  const printer = await simulate({ model: 'ad5x', name: 'ad5x' });
  await using refusing = await serveText(text);
  const { scrape } = await serve({ ...configOf(printer, ['tcp']), http: refusing.target });
  const page = await scrape();
  expect(valueIn(page, 'flashforge_up', { printer: 'ad5x' })).toBe(1);
  expect(endpointsUp(page)).toEqual({ tcp: 1, http: 0 });
  expect(failures(page)).toEqual({ [`http ${code}`]: 1 });
  expect(valueIn(page, 'flashforge_state', { printer: 'ad5x', state: 'ready' })).toBe(1);
});

describe('a Creator 5 Pro', () => {
  test('without tcp: false is healthy; the TCP refusal is counted and logged once', async () => {
    const creator = await simulate({ model: 'creator5-pro', name: 'c5' });
    // Nothing listens on this port.
    const tcp = { host: creator.host, port: 1, login: 'auto' } as const;
    const { scrape, newLines } = await serve({ ...configOf(creator, ['http']), tcp });
    for (let scrapes = 0; scrapes < 4; scrapes++) {
      const page = await scrape();
      expect(valueIn(page, 'flashforge_up', { printer: 'c5' })).toBe(1);
      expect(endpointsUp(page)).toEqual({ tcp: 0, http: 1 });
      expect(failures(page)).toEqual({ 'tcp refused': 1 });
      expect(stateIn(page)).toEqual(['ready']);
      expect(samplesOf(page, 'flashforge_temperature_celsius')).toHaveLength(6);
    }
    expect(newLines()).toEqual([
      expect.stringMatching(
        /^level=info msg="no TCP side, only HTTP is read; tcp: false says so for good" printer=c5 protocol=tcp /,
      ),
    ]);

    // Switched off, the printer is down; switched on again, it is healthy as before.
    await creator.switchOff();
    expect(failures(await scrape())).toEqual({ 'tcp refused': 2, 'http refused': 1 });
    await creator.switchOn();
    for (let scrapes = 0; scrapes < 2; scrapes++) {
      const page = await scrape();
      expect(endpointsUp(page)).toEqual({ tcp: 0, http: 1 });
      expect(failures(page)).toEqual({ 'tcp refused': 2, 'http refused': 1 });
    }
    expect(newLines().map((line) => line.replace(/ reason=.*/, ''))).toEqual([
      'level=warn msg="printer not read" printer=c5 protocol=http code=refused',
      'level=info msg="printer answers again" printer=c5 protocol=http',
    ]);
  });
});

describe('the probe command', () => {
  async function configure(printer: SimulatedPrinter, more: object): Promise<string> {
    const folder = await temporaryFolder();
    const file = join(folder, 'printers.yml');
    const { name, host, tcpPort = 1, httpPort, serialNumber, checkCode } = printer;
    const entry = {
      name,
      address: `${host}:${tcpPort}`,
      http_port: httpPort,
      serial_number: serialNumber,
      check_code: checkCode,
      ...more,
    };
    await writeFile(file, stringify({ printers: [entry] }));
    return file;
  }

  const probe = (printer: string, file: string, output: string) =>
    run(['probe', printer, '--config.file', file, '--output', output]);

  test('reads only HTTP and opens no TCP connection with tcp: false', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5' });
    const file = await configure(m5, { tcp: false });
    const { exitCode, out, err } = await probe('m5', file, 'metrics');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('flashforge_endpoint_up{protocol="http",printer="m5"} 1\n');
    expect(out).not.toContain('protocol="tcp"');
    expect([m5.stats.tcpConnections, m5.stats.httpRequests]).toEqual([0, 1]);
  });

  test('accepts a serial number without its SN prefix', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5' });
    const file = await configure(m5, { serial_number: m5.serialNumber.replace('SN', '') });
    const { err, out } = await probe('m5', file, 'table');
    expect(err).toBe('');
    expect(out).toMatch(/^read over +tcp, http$/m);
  });

  test.each([
    [{ kind: 'lan-mode-off' }, 'http', 'tcp', /lan_mode: POST [^\n]*LAN mode is off/],
    [{ kind: 'wrong-code' }, 'http', 'tcp', /auth: POST [^\n]*wrong check code or serial number/],
    [{ kind: 'html' }, 'http', 'tcp', /protocol: POST [^\n]*the response is a web page, not JSON[^\n]*/],
    [{ kind: 'garbage', ok: true }, 'tcp', 'http', /protocol: \S[^\n]*/],
    [{ kind: 'refuse', side: 'tcp' }, 'tcp', 'http', /refused: connect 127\.0\.0\.1:\d+: ECONNREFUSED/],
  ] as const)('shows, with %j, why %s failed and the values of %s', async (fault, failed, read, why) => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5', fault });
    const file = await configure(m5, {});
    const reason = new RegExp(`^m5: not read over ${failed}: ${why.source}\\n$`);

    const table = await probe('m5', file, 'table');
    expect(table.exitCode).toBe(0);
    expect(table.err).toMatch(reason);
    expect(table.out).toMatch(new RegExp(`^read over +${read}$`, 'm'));
    expect(table.out).toMatch(/^state +ready$/m);

    const json = await probe('m5', file, 'json');
    expect([json.exitCode, json.err]).toEqual([0, expect.stringMatching(reason)]);
    const { up, endpoints } = JSON.parse(json.out);
    expect(up).toBe(true);
    expect(endpoints).toEqual([
      expect.objectContaining({ protocol: 'tcp' }),
      expect.objectContaining({ protocol: 'http' }),
    ]);
    for (const { protocol, failure } of endpoints) {
      if (protocol === failed) expect(`${failure.code}: ${failure.message}`).toMatch(why);
      else expect(failure).toBeUndefined();
    }

    const metrics = await probe('m5', file, 'metrics');
    expect(metrics.out).toContain('flashforge_up{printer="m5"} 1\n');
    for (const protocol of BOTH) {
      expect(metrics.out).toContain(
        `flashforge_endpoint_up{protocol="${protocol}",printer="m5"} ${Number(protocol === read)}\n`,
      );
    }
  });

  test('says why each endpoint failed and exits with 1 if both fail', async () => {
    const m5 = await simulate({ model: 'adventurer5m-pro', name: 'm5', fault: { kind: 'close' } });
    const { exitCode, out, err } = await probe('m5', await configure(m5, {}), 'table');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^read over +nothing$/m);
    expect(err).toMatch(/^m5: not read over tcp: closed: [^\n]+\nm5: not read over http: closed: [^\n]+\n$/);
  });
});
