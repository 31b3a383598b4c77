// Ten scrapes of printers that stall, refuse, require a login or do not reply to one command: what /metrics shows, how long
// the first and the fifth scrape take, what the log says, and every byte sent to a printer.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/common/log.ts';
import type { LoginMode, PrinterConfig } from '../../src/printer/config.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { type Page, samplesOf, valueIn } from '../support/exposition-parser.ts';
import {
  reply,
  replyWithoutOk,
  type Script,
  type ScriptedReply,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';

const SCRAPES = 10;
const JOB = { file: 'a.gx', durationMs: 36_000_000, heatMs: 1000, headStartMs: 7_200_000 };

const FINDER: Script = {
  M119: reply('M119', 'MachineStatus: BUILDING_FROM_SD', 'MoveMode: PAUSED', 'LED: 1', 'CurrentFile: a.gx'),
  M105: reply('M105', 'T0:210 /210 B:0 /0'),
  M27: reply('M27', 'SD printing byte 10/100'),
  M114: reply('M114', 'X:1 Y:2 Z:3 A:0 B:0'),
  M115: reply('M115', 'Machine Type: Flashforge Finder', 'Machine Name: My Finder', 'Firmware: V1.5', 'SN: 6A000001'),
};

/** A reply in two parts, the second one after a delay. */
function late(first: string, ms: number, second: string): ScriptedReply {
  return async ({ part, send }) => {
    await part(first);
    await delay(ms);
    await send(second);
  };
}

const M119_HEAD = replyWithoutOk('M119', 'Endstop: X-max:0 Y-max:0 Z-max:0', 'MachineStatus: BUILDING_FROM_SD');
const M119_REST = 'MoveMode: PAUSED\r\nStatus: S:1 L:0 J:0 F:0\r\nLED: 1\r\nCurrentFile: a.gx\r\nok\r\n';
const M115_HEAD = replyWithoutOk('M115', 'Machine Type: Flashforge Finder', 'Machine Name: My Finder');
const M115_REST = 'Firmware: V1.5\r\nSN: 6A000001\r\nok\r\n';

/** Scripted printers. */
const SCRIPTED: Readonly<Record<string, Script>> = {
  'half M119, the rest 1.2 s later': { ...FINDER, M119: late(M119_HEAD, 1200, M119_REST) },
  'half M119, the rest never': { ...FINDER, M119: M119_HEAD },
  'M119 up to its MoveMode, the rest never': { ...FINDER, M119: `${M119_HEAD}MoveMode: PAUSED\r\n` },
  'M119 1.4 s after its CMD line': {
    ...FINDER,
    M119: late(replyWithoutOk('M119'), 1400, String(FINDER['M119']).replace(/^.*\r\n/, '')),
  },
  'half M115, the rest 1.3 s later': { ...FINDER, M115: late(M115_HEAD, 1300, M115_REST) },
  'half M115, the rest never': { ...FINDER, M115: M115_HEAD },
  'M27 without its ok': { ...FINDER, M27: replyWithoutOk('M27', 'SD printing byte 10/100') },
  'M115 never': { ...FINDER, M115: () => {} },
  'login refused, connection closed': {
    M119: reply('M119', 'Please login first.'),
    M601: async ({ send, socket }) => {
      await send(reply('M601', 'Error: have been connected'));
      socket.end();
    },
  },
};

/** Simulated printers with a fault. */
const SIMULATED: Readonly<Record<string, readonly [fault: Fault, login?: LoginMode]>> = {
  'M27 closes': [{ kind: 'drop', how: 'close', at: 'M27' }],
  'M27 resets': [{ kind: 'drop', how: 'reset', at: 'M27' }],
  'M27 gets no reply': [{ kind: 'silence', side: 'tcp', at: 'M27' }],
  'M119 closes': [{ kind: 'drop', how: 'close', at: 'M119' }],
  'bare refusals': [{ kind: 'control-refused', login: 'accepted', bare: true }],
  'refusals in other words': [{ kind: 'control-refused', login: 'accepted', words: 'Please login first.' }],
  'bare refusals, never': [{ kind: 'control-refused', login: 'accepted', bare: true }, 'never'],
  'silent until a login': [{ kind: 'mute-until-login' }],
  'silent until a login, never': [{ kind: 'mute-until-login' }, 'never'],
  'silent until a login, always': [{ kind: 'mute-until-login' }, 'always'],
  'only replies of another client': [{ kind: 'foreign-only' }],
};
const MODEL: SimulatedModel = 'adventurer4';

/** A proxy that records every byte sent to the printer and ends its connections in the same way as the printer. */
async function record(port: number, onBytes: (bytes: string) => void): Promise<{ port: number; close(): void }> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const printer = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    for (const socket of [client, printer]) open.add(socket);
    client.on('data', (bytes) => {
      onBytes(bytes.toString('latin1'));
      printer.write(bytes);
    });
    client.on('end', () => printer.end());
    client.on('error', () => printer.destroy());
    printer.on('data', (bytes) => client.write(bytes));
    printer.on('end', () => client.end());
    printer.on('error', () => client.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

const pages: Page[] = [];
const logged: { readonly level: string; readonly msg: string; readonly printer?: string; readonly reason?: string }[] =
  [];
const sent = new Map<string, string>();
/** Commands that were sent before the reply to the previous one ended. */
const pipelined: string[] = [];

const labelled = (name: string) => ({ printer: name });
const pageAt = (index: number): Page => pages.at(index) ?? expect.fail('no such scrape');
function up(name: string): (number | undefined)[] {
  return pages.map((page) => valueIn(page, 'flashforge_up', labelled(name)));
}
function seconds(name: string): number[] {
  return pages.map((page) => valueIn(page, 'flashforge_scrape_duration_seconds', labelled(name)) ?? Number.NaN);
}
function stateIn(page: Page, name: string): string | undefined {
  return samplesOf(page, 'flashforge_state', labelled(name)).find(({ value }) => value === 1)?.labels['state'];
}
function infoIn(page: Page, family: string, name: string): Readonly<Record<string, string>> | undefined {
  return samplesOf(page, family, labelled(name))[0]?.labels;
}
function linesOf(name: string): string[] {
  return logged
    .filter(({ level, printer }) => printer === name && level !== 'debug')
    .map(({ level, msg, reason }) => [level, msg, reason].filter(Boolean).join(' | '))
    .filter((line) => !/print(er found| started| under way)/.test(line));
}
const commandsTo = (name: string): number => sent.get(name)?.split('~M').length ?? 0;

beforeAll(async () => {
  const closing: (() => unknown)[] = [];
  const configs: PrinterConfig[] = [];
  const add = async (name: string, port: number, login: LoginMode): Promise<void> => {
    const proxy = await record(port, (bytes) => sent.set(name, (sent.get(name) ?? '') + bytes));
    closing.push(proxy.close);
    configs.push({ name, address: `127.0.0.1:${proxy.port}`, tcp: { host: '127.0.0.1', port: proxy.port, login } });
  };
  for (const [name, script] of Object.entries(SCRIPTED)) {
    const printer = await startScriptedPrinter(script);
    closing.push(() => {
      pipelined.push(...printer.pipelined);
      return printer[Symbol.asyncDispose]();
    });
    await add(name, printer.target.port, 'auto');
  }
  for (const [name, [fault, login = 'auto']] of Object.entries(SIMULATED)) {
    const printer = await startSimulatedPrinter({ model: MODEL, name, job: JOB, fault });
    closing.push(() => printer.close());
    await add(name, printer.tcpPort ?? 0, login);
  }
  let nowMs = 1_700_000_000_000;
  const write = (line: string): void => void logged.push(JSON.parse(line));
  const log = createLogger({ level: 'debug', format: 'json', write, now: () => 0 });
  const exporter = await startTestExporter(configs, { log, now: () => nowMs, scrapeTimeoutMs: 20_000 });
  for (let count = 0; count < SCRAPES; count++) {
    pages.push(await scrape(exporter));
    nowMs += 30_000;
  }
  await exporter.close(0);
  for (const close of closing) await close();
}, 300_000);

afterAll(() => {
  if (process.env['SHOW_TEN_SCRAPES'] === undefined) return;
  for (const name of [...Object.keys(SCRIPTED), ...Object.keys(SIMULATED)]) {
    const [first = 0, , , , fifth = 0] = seconds(name);
    console.log(`${name}: up ${up(name).join('')}, first ${first.toFixed(2)} s, fifth ${fifth.toFixed(2)} s`);
    for (const line of linesOf(name)) console.log(`    ${line}`);
  }
});

describe('a reply that stalls', () => {
  it('is waited for before anything else is sent', () => {
    expect(pipelined).toEqual([]);
  });

  it.each(['half M119, the rest 1.2 s later', 'M119 1.4 s after its CMD line'])('%s: paused, and its file', (name) => {
    expect(up(name)).toEqual(Array(SCRAPES).fill(1));
    for (const page of pages) {
      expect(stateIn(page, name)).toBe('paused');
      expect(infoIn(page, 'flashforge_print_info', name)?.['file']).toBe('a.gx');
    }
    expect(linesOf(name)).toEqual([]);
  });

  it('publishes no state and no file that the missing half could change', () => {
    const name = 'half M119, the rest never';
    for (const page of pages) {
      expect(stateIn(page, name)).toBeUndefined();
      expect(infoIn(page, 'flashforge_print_info', name)).toBeUndefined();
      expect(infoIn(page, 'flashforge_machine_status_info', name)?.['status']).toBe('BUILDING_FROM_SD');
      expect(valueIn(page, 'flashforge_temperature_celsius', { ...labelled(name), heater: 'tool0' })).toBe(210);
    }
  });

  it('publishes the state, but no empty file name, if only the file is missing', () => {
    const name = 'M119 up to its MoveMode, the rest never';
    for (const page of pages) {
      expect(stateIn(page, name)).toBe('paused');
      expect(infoIn(page, 'flashforge_print_info', name)).toBeUndefined();
    }
  });

  it('publishes the complete identity or none', () => {
    const whole = { model: 'Flashforge Finder', name: 'My Finder', firmware: 'V1.5', serial: '6A000001' };
    expect(infoIn(pageAt(0), 'flashforge_printer_info', 'half M115, the rest 1.3 s later')).toMatchObject(whole);
    for (const page of pages)
      expect(infoIn(page, 'flashforge_printer_info', 'half M115, the rest never')).toBeUndefined();
    for (const page of pages) expect(infoIn(page, 'flashforge_printer_info', 'M115 never')).toBeUndefined();
  });

  it.each(['M27 without its ok', 'M115 never', 'half M115, the rest never', 'half M119, the rest never'])(
    '%s costs the time of the command once',
    (name) => {
      const [first = 0, , , , fifth = 0] = seconds(name);
      expect(first).toBeGreaterThan(4.9);
      expect(fifth).toBeLessThan(4);
    },
  );

  it('publishes the progress of an M27 without its ok', () => {
    for (const page of pages) expect(stateIn(page, 'M27 without its ok')).toBe('paused');
    expect(linesOf('M27 without its ok')).toEqual([]);
  });
});

describe('a command on which the printer fails', () => {
  it.each(['M27 closes', 'M27 resets', 'M27 gets no reply'])('%s: the others are read at every scrape', (name) => {
    expect(up(name)).toEqual(Array(SCRAPES).fill(1));
    const isSilent = name === 'M27 gets no reply';
    for (const [index, page] of pages.entries()) {
      expect(stateIn(page, name)).toBe('printing');
      expect(valueIn(page, 'flashforge_temperature_celsius', { ...labelled(name), heater: 'tool0' })).toBeGreaterThan(
        0,
      );
      // A command without any reply ends the read, so the first scrape lacks the commands after it.
      if (isSilent && index === 0) continue;
      expect(infoIn(page, 'flashforge_printer_info', name)?.['serial'], `scrape ${index + 1}`).toBeDefined();
      expect(valueIn(page, 'flashforge_position_meters', { ...labelled(name), axis: 'x' })).toBeDefined();
    }
    expect(seconds(name)[4]).toBeLessThan(4);
    expect(sent.get(name)?.match(/~M27/g)).toHaveLength(isSilent ? 3 : 4);
    expect(linesOf(name)).toEqual([expect.stringMatching(/^info \| command not answered \| M27: /)]);
  });

  it('M119 closes: the printer is up by its reply to M105', () => {
    expect(up('M119 closes')).toEqual(Array(SCRAPES).fill(1));
    expect(linesOf('M119 closes')).toEqual([expect.stringMatching(/^info \| command not answered \| M119: /)]);
  });
});

describe('a login', () => {
  it.each(['bare refusals', 'refusals in other words', 'silent until a login', 'silent until a login, always'])(
    '%s: read in full at every scrape',
    (name) => {
      expect(up(name)).toEqual(Array(SCRAPES).fill(1));
      for (const page of pages) {
        expect(stateIn(page, name)).toBe('printing');
        expect(infoIn(page, 'flashforge_printer_info', name)?.['serial']).toBeDefined();
      }
      expect(seconds(name)[4]).toBeLessThan(4);
      expect(linesOf(name)).toEqual([]);
      // Each login is followed by a logout.
      expect(sent.get(name)?.match(/~M602/g)).toHaveLength(sent.get(name)?.match(/~M601 S1/g)?.length ?? 0);
      expect(sent.get(name)?.endsWith('~M602\r\n')).toBe(true);
    },
  );

  it('is detected once and then sent first', () => {
    expect(seconds('silent until a login')[0]).toBeGreaterThan(4.9);
    // After one command without a reply, every read starts with a login.
    expect(sent.get('silent until a login')).toMatch(/^~M119\r\n~M601 S1\r\n~M119\r\n/);
    expect(commandsTo('silent until a login')).toBe(1 + commandsTo('silent until a login, always'));
    expect(sent.get('bare refusals')).toMatch(/^~M119\r\n~M601 S1\r\n~M119\r\n/);
  });

  it('set to never: the log says what to change', () => {
    expect(up('bare refusals, never')).toEqual(Array(SCRAPES).fill(0));
    expect(linesOf('bare refusals, never')).toEqual([
      'warn | printer not read | M119: "Control failed", and login is set to never',
    ]);
    expect(linesOf('silent until a login, never')).toEqual([
      expect.stringMatching(/^warn \| printer not read \| M119: .* 0 bytes came; .*login is set to never$/),
    ]);
  });

  it('that is refused before the connection closes counts as denied', () => {
    const name = 'login refused, connection closed';
    const failures = samplesOf(pageAt(-1), 'flashforge_scrape_failures_total', labelled(name));
    expect(failures.map(({ labels, value }) => [labels['code'], value])).toEqual([['denied', SCRAPES]]);
  });
});

it('says that another client talks to the printer', () => {
  expect(linesOf('only replies of another client')).toEqual([
    expect.stringMatching(/^warn \| printer not read \| M119: .* bytes came, all in reply to another client: close/),
  ]);
});

it('sends the five reads and the two logins, and nothing else', () => {
  expect(sent.size).toBe(Object.keys(SCRIPTED).length + Object.keys(SIMULATED).length);
  for (const [name, bytes] of sent)
    expect([name, bytes]).toEqual([
      name,
      expect.stringMatching(/^(?:~M119\r\n|~M105\r\n|~M27\r\n|~M114\r\n|~M115\r\n|~M601 S1\r\n|~M602\r\n)+$/),
    ]);
  const all = new Set([...sent.values()].flatMap((bytes) => bytes.split('\r\n')));
  expect(all).toEqual(new Set(['~M119', '~M105', '~M27', '~M114', '~M115', '~M601 S1', '~M602', '']));
});
