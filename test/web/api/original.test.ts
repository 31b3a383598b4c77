// The JSON API of flashforge-finder-api: its five documents, its errors, which printers it reads, and which web pages may use it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseNetworks } from '../../../src/common/networks.ts';
import type { PrinterConfig } from '../../../src/printer/config.ts';
import { startSimulatedPrinter } from '../../../src/simulator/printer.ts';
import { chromiumPath, launchBrowser, openPage } from '../../support/browser.ts';
import { createDeferred } from '../../support/deferred.ts';
import { startTestExporter } from '../../support/exporter.ts';
import { DOCUMENTS, type DocumentName, EXPECTED, FINDER } from '../../support/finder.ts';
import { collectLog, configOf } from '../../support/fleet.ts';
import { ask, type HttpOptions, type HttpResponse } from '../../support/http.ts';
import {
  closedPort,
  commandsIn,
  hangUp,
  reply,
  type Script,
  type ScriptedPrinter,
  silence,
  startScriptedPrinter,
} from '../../support/scripted-printer.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function printerWith(script: Script): Promise<ScriptedPrinter> {
  const printer = await startScriptedPrinter(script);
  closing.push(() => printer[Symbol.asyncDispose]());
  return printer;
}

function configAt(port: number, name = 'finder', host = '127.0.0.1'): PrinterConfig {
  return { name, address: `${host}:${port}`, tcp: { host, port, login: 'auto' } };
}

async function serve(...args: Parameters<typeof startTestExporter>): Promise<string> {
  const exporter = await startTestExporter(...args);
  closing.push(() => exporter.close(0));
  return exporter.url;
}

async function document(url: string, path: string, options: HttpOptions = {}): Promise<unknown> {
  const { status, headers, body } = await ask(url, path, options);
  expect([status, headers['content-type'], body.at(-1)]).toEqual([200, 'application/json', '\n']);
  return JSON.parse(body);
}

/** A printer that says this and nothing else of note, and where its documents are. */
async function serveScript(script: Script): Promise<(name: DocumentName) => Promise<unknown>> {
  const { target } = await printerWith({ ...FINDER, ...script });
  const url = await serve([configAt(target.port)]);
  return (name) => document(url, `/finder/${name}`);
}

describe('a replayed Finder', () => {
  it.each(DOCUMENTS)('%s equals the response of flashforge-finder-api, with keys in the same order', async (name) => {
    const { target } = await printerWith(FINDER);
    const url = await serve([configAt(target.port)]);
    const { status, headers, body } = await ask(url, `/finder/${name}`);
    expect([status, body]).toEqual([200, `${EXPECTED[name]}\n`]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      vary: 'accept-encoding',
    });
    expect(Object.keys(headers).filter((header) => header.startsWith('access-control'))).toEqual([]);
  });

  it('keeps the M115 reply, which not every read asks for', async () => {
    const clock = { nowMs: 1_700_000_000_000 };
    const printer = await printerWith(FINDER);
    const url = await serve([configAt(printer.target.port)], { now: () => clock.nowMs });
    for (let read = 1; read <= 3; read++) {
      expect(await document(url, '/finder/info')).toEqual(JSON.parse(EXPECTED.info));
      clock.nowMs += 3000;
    }
    expect(printer.received.map((commands) => commands.includes('M115'))).toEqual([true, false, false]);
  });
});

describe('a document', () => {
  it('has null for fields that the printer does not send', async () => {
    const get = await serveScript({
      M119: reply('M119', 'MachineStatus: READY'),
      M105: reply('M105', 'B:24/0'),
      M27: reply('M27'),
      M114: reply('M114'),
      M115: reply('M115', 'Machine Type: FlashForge Guider II'),
    });
    expect(await get('info')).toEqual({
      Firmware: null,
      Name: null,
      SN: null,
      'Tool Count': null,
      Type: 'FlashForge Guider II',
      X: null,
    });
    expect(await get('head-location')).toEqual({ X: null, Y: null, Z: null });
    expect(await get('temp')).toEqual({ TargetTemperature: null, Temperature: null });
    expect(await get('progress')).toEqual({ BytesPrinted: null, BytesTotal: null, PercentageCompleted: null });
    expect(await get('status')).toEqual({ Endstop: null, MachineStatus: 'READY', MoveMode: null, Status: null });
  });

  it('has numbers and inner spaces exactly as the printer sent them', async () => {
    const get = await serveScript({
      M105: reply('M105', 'T0:220.0/220.0 T1:0.0/0.0 B:50.0/50.0'),
      M114: reply('M114', 'X1:-10.50 Y:0 Z:3.700 X2:90'),
      M115: reply('M115', 'X: 140  Y: 140  Z: 140', 'Tool Count:2', 'Machine Name: "a"\\ ü 💡'),
    });
    expect(await get('temp')).toEqual({ TargetTemperature: '220.0', Temperature: '220.0' });
    expect(await get('head-location')).toEqual({ X: '-10.50', Y: '0', Z: '3.700' });
    expect(await get('info')).toMatchObject({ X: '140  Y: 140  Z: 140', 'Tool Count': '2', Name: '"a"\\ ü 💡' });
  });

  it.each([
    ['0/0', 0, 0, 0],
    ['7/0', 7, 0, 0],
    ['0/100', 0, 100, 0],
    ['29/100', 29, 100, 29],
    ['579/1000', 579, 1000, 57],
    ['4274/4275', 4274, 4275, 99],
    ['4275/4275', 4275, 4275, 100],
    ['9000/4275', 9000, 4275, 100],
  ])('progress of %s', async (counted, printed, total, percent) => {
    const get = await serveScript({ M27: reply('M27', `SD printing byte ${counted}`) });
    expect(await get('progress')).toEqual({
      BytesPrinted: printed,
      BytesTotal: total,
      PercentageCompleted: percent,
    });
  });

  it('of an HTTP-only printer has the values that HTTP provides', async () => {
    const printer = await startSimulatedPrinter({ model: 'creator5-pro', name: 'c5' });
    closing.push(() => printer.close());
    printer.start({ file: 'vase.3mf', heatMs: 0, durationMs: 1e9 });
    const url = await serve([configOf(printer, ['http'])]);
    const { serialNumber } = printer;
    expect(await document(url, '/c5/info')).toEqual({
      Firmware: expect.any(String),
      Name: 'c5',
      SN: expect.stringContaining(serialNumber.replace(/^SN/, '')),
      'Tool Count': null,
      Type: expect.stringContaining('Creator 5'),
      X: null,
    });
    expect(await document(url, '/c5/head-location')).toEqual({ X: null, Y: null, Z: null });
    expect(await document(url, '/c5/temp')).toEqual({
      TargetTemperature: expect.stringMatching(/^\d+(\.\d+)?$/),
      Temperature: expect.stringMatching(/^\d+(\.\d+)?$/),
    });
    expect(await document(url, '/c5/progress')).toEqual({
      BytesPrinted: null,
      BytesTotal: null,
      PercentageCompleted: 0,
    });
    expect(await document(url, '/c5/status')).toEqual({
      Endstop: null,
      MachineStatus: 'printing',
      MoveMode: null,
      Status: null,
    });
  });
});

describe('polling', () => {
  it('five routes every second is one read every two seconds', async () => {
    const clock = { nowMs: 1_700_000_000_000 };
    const printer = await printerWith(FINDER);
    const url = await serve([configAt(printer.target.port)], { now: () => clock.nowMs });
    const conversations: number[] = [];
    for (let second = 0; second < 7; second++) {
      const answers = await Promise.all(DOCUMENTS.map((name) => ask(url, `/finder/${name}`)));
      expect(answers.map(({ body }) => body.trim())).toEqual(DOCUMENTS.map((name) => EXPECTED[name]));
      conversations.push(printer.received.length);
      clock.nowMs += 1000;
    }
    expect(conversations).toEqual([1, 1, 1, 2, 2, 2, 3]);
  });

  it('does not make a scrape use a cached reading', async () => {
    const printer = await printerWith(FINDER);
    const url = await serve([configAt(printer.target.port)]);
    await document(url, '/finder/temp');
    await ask(url, '/metrics');
    expect(printer.received).toHaveLength(2);
  });

  it('does not read a dead printer more often', async () => {
    const clock = { nowMs: 1_700_000_000_000 };
    const printer = await printerWith({ M119: hangUp, M105: hangUp });
    // A read may take several connections, and asks for the status on the first of them only.
    const reads = (): number => commandsIn(printer.received.join('')).filter((command) => command === 'M119').length;
    const url = await serve([configAt(printer.target.port)], { now: () => clock.nowMs });
    for (let round = 0; round < 5; round++) expect((await ask(url, '/finder/temp')).status).toBe(502);
    expect(reads()).toBe(1);
    clock.nowMs += 2001;
    await ask(url, '/finder/temp');
    expect(reads()).toBe(2);
  });

  it('of a dead printer does not delay other printers', async () => {
    const asked = createDeferred();
    const dead = await printerWith({ M119: () => asked.resolve() });
    const { target } = await printerWith(FINDER);
    const url = await serve([configAt(dead.target.port, 'dead'), configAt(target.port)]);
    let isAnswered = false;
    const waiting = ask(url, '/dead/temp').finally(() => {
      isAnswered = true;
    });
    await asked.promise;
    expect(await document(url, '/finder/temp')).toEqual(JSON.parse(EXPECTED.temp));
    expect(isAnswered).toBe(false);
    await dead[Symbol.asyncDispose]();
    expect((await waiting).status).toBe(502);
  });
});

describe('errors', () => {
  function errorOf({ headers, body }: HttpResponse): unknown {
    expect(headers['content-type']).toBe('application/json');
    expect(Object.keys(JSON.parse(body))).toEqual(['error']);
    return JSON.parse(body).error;
  }

  it('404 for an unknown printer', async () => {
    const url = await serve([]);
    for (const [path, shown] of [
      ['/192.168.1.9/temp', '192.168.1.9'],
      ['/nobody/info', 'nobody'],
      ['/a%20b/info', 'a'],
      ['/192.168.1.9:0/info', '192.168.1.9:0'],
    ] as const) {
      const answer = await ask(url, path);
      expect(answer.status, path).toBe(404);
      expect(errorOf(answer)).toEqual({ code: 'unknown_printer', message: expect.stringContaining(shown) });
    }
  });

  it.each([
    ['refused', 502, async () => closedPort()],
    ['closed', 502, async () => (await printerWith({ M119: hangUp })).target.port],
    ['protocol', 502, async () => (await printerWith({ M119: reply('M119', 'hm'), M105: reply('M105') })).target.port],
    ['timeout', 504, async () => (await printerWith({ M119: silence })).target.port],
  ] as const)('%s is %d', async (code, status, port) => {
    const url = await serve([configAt(await port(), 'p', '127.0.0.1')], { scrapeTimeoutMs: 300 });
    const answer = await ask(url, '/p/progress');
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toEqual({ code, message: expect.stringMatching(/\S/) });
  });

  it('504 for a request whose deadline is before that of the read', async () => {
    const asked = createDeferred();
    const { target } = await printerWith({ M119: () => asked.resolve() });
    const url = await serve([configAt(target.port)]);
    const gone = new AbortController();
    const patient = ask(url, '/finder/temp', { signal: gone.signal }).catch(() => 'left');
    await asked.promise;
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.1' };
    const answer = await ask(url, '/finder/temp', { headers });
    expect(answer.status).toBe(504);
    expect(errorOf(answer)).toEqual({ code: 'timeout', message: 'the printer did not answer in time' });
    gone.abort();
    expect(await patient).toBe('left');
  });

  it('400 as JSON for an invalid timeout', async () => {
    const url = await serve([configAt(1)], { corsOrigin: '*' });
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': 'soon' };
    const answer = await ask(url, '/finder/temp', { headers });
    expect(answer.status).toBe(400);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(errorOf(answer)).toEqual({ code: 'bad_request', message: expect.stringContaining('"soon"') });
  });

  it('405 for anything but GET and HEAD, 404 for another document', async () => {
    const printer = await printerWith(FINDER);
    const url = await serve([configAt(printer.target.port)]);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask(url, '/finder/temp', { method });
      expect([status, headers['allow']], method).toEqual([405, 'GET, HEAD']);
    }
    for (const path of [
      '/finder',
      '/finder/',
      '/finder/Temp',
      '/finder/temp/',
      '/finder/temp/x',
      '//temp',
      '/%/temp',
    ]) {
      expect((await ask(url, path)).status, path).toBe(404);
    }
    expect(printer.received).toEqual([]);
  });

  it('contain no check code', async () => {
    const printer = await startSimulatedPrinter({ model: 'adventurer5m', name: 'm5', fault: { kind: 'wrong-code' } });
    closing.push(() => printer.close());
    const { log, lines } = collectLog('debug');
    const url = await serve([configOf(printer, ['http'])], { log });
    const answer = await ask(url, '/m5/temp');
    expect(answer.status).toBe(502);
    expect(errorOf(answer)).toMatchObject({ code: 'auth' });
    expect(answer.body + lines.join('')).not.toContain(printer.checkCode);
  });
});

describe('the printer', () => {
  it('is found by its name or its address', async () => {
    const { target } = await printerWith(FINDER);
    const url = await serve([configAt(target.port, 'left one')]);
    const temp = JSON.parse(EXPECTED.temp);
    for (const name of ['left%20one', `127.0.0.1:${target.port}`, `127.0.0.1%3A${target.port}`]) {
      expect(await document(url, `/${name}/temp`)).toEqual(temp);
    }
    expect((await ask(url, '/127.0.0.1/temp')).status).toBe(404);
  });

  it.each(['a/b', 'a%b', 'ü', '?', '#', '..', '\\', '-', 'info', '::'])('may be named %s', async (name) => {
    const { target } = await printerWith(FINDER);
    const url = await serve([configAt(target.port, name)]);
    // Clients resolve a path segment of dots, even if it is percent-encoded.
    const path = name === '..' ? `/127.0.0.1:${target.port}/temp` : `/${encodeURIComponent(name)}/temp`;
    expect(await document(url, path)).toEqual(JSON.parse(EXPECTED.temp));
  });

  it('may be an IPv6 address, in any spelling', async () => {
    const url = await serve([configAt(1, 'six', '::1')]);
    for (const path of ['/[::1]:1/temp', '/%5B::1%5D:1/temp', '/[0:0::0:1]:1/temp', '/%5b%3a%3A1%5d%3A1/temp']) {
      // Nothing listens there: a known printer that is not read.
      expect((await ask(url, path)).status, path).toBe(502);
    }
    expect((await ask(url, '/[::2]:1/temp')).status).toBe(404);
  });

  it('may be any address inside --probe.allow, and no other', async () => {
    const printer = await printerWith(FINDER);
    const { port } = printer.target;
    const url = await serve([], { probeAllow: parseNetworks(['127.0.0.0/29']) });
    expect(await document(url, `/127.0.0.1:${port}/status`)).toEqual(JSON.parse(EXPECTED.status));
    expect(await document(url, `/127.0.0.1:${port}/info`)).toEqual(JSON.parse(EXPECTED.info));
    expect(printer.received).toHaveLength(1);
    const denied = await ask(url, `/127.0.0.9:${port}/status`);
    expect(denied.status).toBe(404);
    expect(JSON.parse(denied.body).error.message).toContain('--probe.allow');
    expect(printer.received).toHaveLength(1);
  });
});

describe('pages of other origins', () => {
  const ORIGIN = 'http://192.168.1.5:8000';

  async function corsOf(corsOrigin: string | undefined, options: HttpOptions) {
    const { target } = await printerWith(FINDER);
    const url = await serve([configAt(target.port)], corsOrigin === undefined ? {} : { corsOrigin });
    const { status, headers, body } = await ask(url, '/finder/temp', options);
    const cors = Object.entries(headers).filter(([name]) => name.startsWith('access-control'));
    return { status, cors: Object.fromEntries(cors), vary: headers['vary'], body };
  }

  it.each([
    ['nobody', undefined, ORIGIN, {}, 'accept-encoding'],
    ['everybody', '*', ORIGIN, { 'access-control-allow-origin': '*' }, 'accept-encoding'],
    ['one origin', ORIGIN, ORIGIN, { 'access-control-allow-origin': ORIGIN }, 'origin, accept-encoding'],
    ['one origin, not another', ORIGIN, 'http://evil.example', {}, 'origin, accept-encoding'],
    ['one origin, not its other port', ORIGIN, 'http://192.168.1.5', {}, 'origin, accept-encoding'],
  ])('%s', async (_who, corsOrigin, origin, expected, vary) => {
    const { status, cors, vary: answered } = await corsOf(corsOrigin, { headers: { origin } });
    expect([status, cors, answered]).toEqual([200, expected, vary]);
  });

  it('may read errors too', async () => {
    const url = await serve([configAt(await closedPort())], { corsOrigin: ORIGIN });
    for (const [path, status] of [
      ['/finder/temp', 502],
      ['/nobody/temp', 404],
    ] as const) {
      const answer = await ask(url, path, { headers: { origin: ORIGIN } });
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, ORIGIN]);
    }
  });

  it('send a preflight request for custom headers, which reads no printer', async () => {
    const printer = await printerWith(FINDER);
    const url = await serve([configAt(printer.target.port)], { corsOrigin: ORIGIN });
    const preflight = {
      origin: ORIGIN,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-requested-with,cache-control',
    };
    const answer = await ask(url, '/finder/temp', { method: 'OPTIONS', headers: preflight });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers).toMatchObject({
      vary: 'origin',
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-requested-with,cache-control',
    });
    for (const name of ['content-length', 'transfer-encoding']) expect(answer.headers).not.toHaveProperty(name);
    const evil = await ask(url, '/finder/temp', {
      method: 'OPTIONS',
      headers: { ...preflight, origin: 'http://evil.example' },
    });
    expect(evil.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await ask(url, '/finder/temp', { method: 'POST' })).headers['allow']).toBe('GET, HEAD, OPTIONS');
    expect(printer.received).toEqual([]);
  });

  it('cannot read the other routes', async () => {
    const url = await serve([], { corsOrigin: '*', lifecycle: true });
    for (const path of ['/', '/metrics', '/probe', '/sd', '/config', '/-/healthy', '/-/reload']) {
      const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
      const asked = await ask(url, path, { method: 'OPTIONS', headers });
      expect(asked.status, path).toBe(405);
      const got = await ask(url, path, { headers });
      for (const answer of [asked, got]) expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe.skipIf(chromiumPath === undefined)('a page written for flashforge-finder-api', () => {
  // Like existing pages: it polls the five routes by the printer's address, some with a custom header.
  const PAGE = `<!doctype html><title>x</title><script>
    const base = new URLSearchParams(location.search).get('base');
    const names = ['info', 'head-location', 'temp', 'progress', 'status'];
    const get = async (name, i) => (await fetch(base + '/' + name, i % 2 ? { headers: { 'X-Requested-With': 'XMLHttpRequest' } } : {})).json();
    const show = (text) => { document.title = text; };
    Promise.all(names.map(get)).then((all) => show(JSON.stringify(all)), (error) => show(String(error)));
  </script>`;

  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(chromiumPath ?? '');
  });
  afterAll(() => browser.close());

  /** What the page got, served from an origin of its own. */
  async function load(corsOriginOf: (own: string) => string | undefined) {
    const pages = createServer((_request, response) => response.end(PAGE)).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    closing.push(() => pages.close());
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const printer = await printerWith(FINDER);
    const { port } = printer.target;
    const corsOrigin = corsOriginOf(origin);
    const allow = { probeAllow: parseNetworks(['127.0.0.1']) };
    const url = await serve([], corsOrigin === undefined ? allow : { ...allow, corsOrigin });
    const { page } = await openPage(browser);
    closing.push(() => page.context().close());
    await page.goto(`${origin}/?base=${encodeURIComponent(`${url}/127.0.0.1:${port}`)}`);
    await page.waitForFunction('document.title !== "x"');
    return { got: await page.title(), conversations: printer.received.length };
  }

  const ALL = JSON.stringify(DOCUMENTS.map((name) => JSON.parse(EXPECTED[name])));

  it('works once its base URL is changed', async () => {
    expect(await load(() => '*')).toEqual({ got: ALL, conversations: 1 });
    expect(await load((own) => own)).toEqual({ got: ALL, conversations: 1 });
  });

  it('is rejected from another origin', async () => {
    expect((await load(() => undefined)).got).toBe('TypeError: Failed to fetch');
    expect((await load((own) => own.replace('127.0.0.1', 'localhost'))).got).toBe('TypeError: Failed to fetch');
  });
});
