// The HTTP side: captured bodies, refusals, a job, and every fault as a client sees it.

import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/faults.ts';
import {
  DEFAULT_CHECK_CODE,
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  startSimulatedPrinter,
} from '../../src/simulator/printer.ts';
import type { HttpQuirk } from '../../src/simulator/quirks.ts';
import { capture, captureJson, openWire } from './wire.ts';

const printers: SimulatedPrinter[] = [];
afterEach(async () => {
  await Promise.all(printers.splice(0).map((printer) => printer.close()));
});

async function start(options: SimulatedPrinterOptions): Promise<SimulatedPrinter> {
  const printer = await startSimulatedPrinter(options);
  printers.push(printer);
  return printer;
}

interface Exchange {
  readonly head: string;
  readonly body: string;
  readonly how: 'fin' | 'reset';
}

/** POST over a bare socket, until the printer ends the connection. */
async function post(printer: SimulatedPrinter, body?: string, path = '/detail'): Promise<Exchange> {
  const credentials = { serialNumber: printer.serialNumber, checkCode: printer.checkCode };
  const text = body ?? JSON.stringify(credentials);
  const wire = await openWire(printer.httpPort);
  wire.send(
    `POST ${path} HTTP/1.1\r\nHost: printer\r\nContent-Length: ${Buffer.byteLength(text)}\r\nContent-Type: application/json\r\n\r\n${text}`,
  );
  const { how, rest } = await wire.ended;
  const end = rest.indexOf('\r\n\r\n');
  return { head: rest.slice(0, end), body: rest.slice(end + 4), how };
}

async function detail(printer: SimulatedPrinter): Promise<Record<string, unknown>> {
  const { body } = await post(printer);
  return JSON.parse(body).detail;
}

/** Keys in order with their types, objects and arrays all the way down. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
}

describe('the body', () => {
  it('is the captured one of an idle Creator 5 Pro', async () => {
    const printer = await start({
      model: 'creator5-pro',
      identity: { ip: '10.0.0.10', mac: '<redacted>' },
    });
    const expected = captureJson('http-creator5pro-fw1.9.9-idle/detail.json');
    const { body } = await post(printer);
    expect(JSON.parse(body)).toEqual(expected);
    expect(shape(JSON.parse(body))).toEqual(shape(expected));
  });

  it('is the captured one of a printing 5M Pro', async () => {
    const expected = captureJson('http-5m-pro-fw2.7.2-printing/detail.json');
    const printer = await start({
      model: 'adventurer5m-pro',
      identity: { ip: '192.168.0.205', mac: 'REDACTED', firmware: 'v2.7.2' },
      override: {
        httpStatus: 'printing',
        active: true,
        file: 'Lego Flower Stem Straight.3mf',
        tools: [{ celsius: 220.149993896484, target: 220 }],
        bed: { celsius: 49.9799995422363, target: 50 },
        progress: 0.256462097167969,
        layer: 75,
        layers: 552,
        elapsedSeconds: 1160,
        remainingSeconds: 3664.89832305908,
      },
    });
    const { body } = await post(printer);
    expect(JSON.parse(body)).toEqual(expected);
    expect(shape(JSON.parse(body))).toEqual(shape(expected));
  });

  it('has the keys and types of the captured ones of an AD5X', async () => {
    const said = await detail(await start({ model: 'ad5x' }));
    const { detail: captured = {} } = captureJson('http-fixtures-ff-5mp-api-py/detail-ad5x.json');
    const missing = Object.entries(captured).filter(([key, value]) => typeof said[key] !== typeof value);
    expect(missing).toEqual([]);
    expect(said).toMatchObject({ pid: 38, matlStationInfo: { slotCnt: 4 }, hasMatlStation: true });
  });

  it('of a Creator 5 is the one of a Creator 5 Pro without what it lacks', async () => {
    const pro = await detail(await start({ model: 'creator5-pro' }));
    const said = await detail(await start({ model: 'creator5' }));
    expect(shape(said)).toEqual(shape(pro));
    expect(said).toMatchObject({ pid: 40, model: 'Creator 5', chamberTemp: -108, chamberTargetTemp: -108 });
  });

  it('of /product has a switch for each thing that can be controlled', async () => {
    const { body } = await post(await start({ model: 'adventurer5m-pro' }), undefined, '/product');
    const { code, product } = JSON.parse(body);
    expect([code, product]).toEqual([0, expect.objectContaining({ lightCtrlState: 1, chamberTempCtrlState: 0 })]);
    const refused = await post(await start({ model: 'creator5' }), '{}', '/product');
    expect(JSON.parse(refused.body)).toEqual(captureJson('http-error-replies/bad-parameters.json'));
  });

  it('has the misspelt head of the captures', async () => {
    const printer = await start({ model: 'adventurer5m' });
    const { head, body } = await post(printer);
    const captured = capture('http-error-replies/http-headers.txt').trimEnd();
    expect(head).toBe(captured.replace('Content-Length: 31', `Content-Length: ${body.length}`));
    expect(printer.stats.httpRequests).toBe(1);
  });

  it('takes fields laid over it', async () => {
    const printer = await start({ model: 'creator5-pro', override: { detail: { chamberTemp: -109, news: 1 } } });
    expect(await detail(printer)).toMatchObject({ chamberTemp: -109, news: 1, status: 'ready' });
  });
});

describe('refusals', () => {
  it.each([
    ['a wrong check code', { checkCode: 'x' }, 'wrong-checkcode.json'],
    ['a wrong serial', { serialNumber: 'SNX' }, 'wrong-serial.json'],
    ['a number for a serial', { serialNumber: 1 }, 'bad-parameters.json'],
    ['no check code', { checkCode: undefined }, 'bad-parameters.json'],
  ])('%s', async (_what, change, file) => {
    const printer = await start({ model: 'adventurer5m-pro' });
    const right = { serialNumber: printer.serialNumber, checkCode: DEFAULT_CHECK_CODE };
    const { head, body } = await post(printer, JSON.stringify({ ...right, ...change }));
    expect(head).toContain('HTTP/1.1 200 OK');
    expect(JSON.parse(body)).toEqual(captureJson(`http-error-replies/${file}`));
  });

  it.each(['', '{', 'null', '[]', '"x"'])('a body that is no object: %j', async (body) => {
    const answer = await post(await start({ model: 'ad5x' }), body);
    expect(JSON.parse(answer.body).code).toBe(-1);
  });

  it('another path or method', async () => {
    const printer = await start({ model: 'ad5x' });
    for (const [line, status] of [
      ['GET /detail', 405],
      ['POST /control', 404],
    ]) {
      const wire = await openWire(printer.httpPort);
      wire.send(`${line} HTTP/1.1\r\nHost: printer\r\nContent-Length: 0\r\n\r\n`);
      expect((await wire.ended).rest).toContain(`HTTP/1.1 ${status} `);
    }
  });
});

it('follows the job', async () => {
  let nowMs = 0;
  const printer = await start({
    model: 'adventurer5m-pro',
    now: () => nowMs,
    job: { file: 'x.3mf', heatMs: 1000, durationMs: 100_000, layers: 400, pausingMs: 1000, cancellingMs: 1000 },
  });
  expect(await detail(printer)).toMatchObject({ status: 'heating', printDuration: 0, printFileName: 'x.3mf' });
  nowMs = 26_000;
  const quarter = { printProgress: 0.25, printLayer: 100, targetPrintLayer: 400, printDuration: 25, estimatedTime: 75 };
  expect(await detail(printer)).toMatchObject({ status: 'printing', ...quarter, cumulativePrintTime: 8810 });
  printer.pause('E0163');
  expect(await detail(printer)).toMatchObject({ status: 'pausing', ...quarter });
  nowMs = 96_000;
  expect(await detail(printer)).toMatchObject({ status: 'pause', ...quarter, errorCode: 'E0163' });
  printer.resume();
  nowMs = 171_000;
  expect(await detail(printer)).toMatchObject({
    status: 'completed',
    printProgress: 1,
    estimatedTime: 0,
    errorCode: '',
    cumulativePrintTime: 8811,
  });
  printer.clear();
  expect(await detail(printer)).toMatchObject({ status: 'ready', printProgress: 0, printFileName: '' });
  printer.start({ heatMs: 0, cancellingMs: 1000 });
  // The printer's own counters never fall.
  expect(await detail(printer)).toMatchObject({ status: 'printing', cumulativePrintTime: 8811 });
  printer.cancel();
  expect(await detail(printer)).toMatchObject({ status: 'canceling' });
});

it('says printing in the warm-up of a Creator 5 Pro, and the total as estimate', async () => {
  const printer = await start({
    model: 'creator5-pro',
    now: () => 0,
    job: { heatMs: 1000, durationMs: 1_751_000, layers: 545 },
  });
  const captured = captureJson('http-creator5pro-fw1.9.9-job-start/detail-first-printing.json');
  const { status, printDuration, printProgress, estimatedTime, targetPrintLayer } = captured['detail'] ?? {};
  expect(await detail(printer)).toMatchObject({
    status,
    printDuration,
    printProgress,
    estimatedTime,
    targetPrintLayer,
  });
});

describe('quirks', () => {
  const HALF = { file: 'a.3mf', heatMs: 0, durationMs: 1000, layers: 10, headStartMs: 500 };

  it.each<[HttpQuirk, object]>([
    ['error-number', { errorCode: 163 }],
    ['no-estimates', { estimatedTime: 0, estimatedRightLen: 0, estimatedRightWeight: 0 }],
    ['estimate-left', { estimatedTime: 0.5 }],
    ['estimate-total', { estimatedTime: 1 }],
    ['estimate-elapsed', { estimatedTime: 0 }],
    ['runout', { hasRightFilament: false }],
  ])('%s', async (quirk, expected) => {
    const printer = await start({ model: 'ad5x', now: () => 0, job: HALF, quirks: [quirk] });
    printer.pause('E0163');
    expect(await detail(printer)).toMatchObject(expected);
    printer.setQuirks([]);
    expect(await detail(printer)).not.toMatchObject(quirk === 'estimate-left' ? { errorCode: 163 } : expected);
  });

  it('of words and progress, several at once', async () => {
    let nowMs = 0;
    const quirks: HttpQuirk[] = ['other-words', 'completed-at-zero', 'no-filament-sensor'];
    const printer = await start({ model: 'ad5x', now: () => nowMs, job: HALF, quirks });
    const printing = await detail(printer);
    expect(printing).toMatchObject({ status: 'building', printProgress: 0.5 });
    expect(printing).not.toHaveProperty('hasRightFilament');
    nowMs = 2000;
    expect(await detail(printer)).toMatchObject({ status: 'finish', printProgress: 0, printLayer: 10 });
    printer.clear();
    expect(await detail(printer)).toMatchObject({ status: 'ready' });
    printer.start({ heatMs: 0 });
    printer.setQuirks(['unknown-word']);
    expect(await detail(printer)).toMatchObject({ status: 'extruding' });
  });

  it('leave the errors of none at 0', async () => {
    expect(await detail(await start({ model: 'creator5', quirks: ['error-number'] }))).toMatchObject({ errorCode: 0 });
  });
});

describe('faults', () => {
  const meet = (fault: Fault): Promise<SimulatedPrinter> => start({ model: 'creator5-pro', fault });

  it.each<[Fault, string]>([
    [{ kind: 'wrong-code' }, 'wrong-checkcode.json'],
    [{ kind: 'lan-mode-off' }, 'lan-mode-off.json'],
  ])('%j', async (fault, file) => {
    const { body } = await post(await meet(fault));
    expect(JSON.parse(body)).toEqual(captureJson(`http-error-replies/${file}`));
  });

  it('busy', async () => {
    expect(JSON.parse((await post(await meet({ kind: 'busy' }))).body)).toMatchObject({ code: 2 });
  });

  it('html', async () => {
    const { head, body } = await post(await meet({ kind: 'html' }));
    expect(head).toContain('Content-Type: text/html');
    expect(body).toMatch(/^<html>/u);
  });

  it('truncated-json', async () => {
    const { head, body, how } = await post(await meet({ kind: 'truncated-json' }));
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(() => JSON.parse(body)).toThrow();
    expect(how).toBe('fin');
  });

  it('huge-body', async () => {
    const { body } = await post(await meet({ kind: 'huge-body' }));
    expect(body).toHaveLength(10 * 1024 * 1024);
    expect(JSON.parse(body).code).toBe(0);
  });

  it('huge-body: a client that goes is no trouble', async () => {
    const printer = await meet({ kind: 'huge-body' });
    const wire = await openWire(printer.httpPort);
    wire.send('POST /detail HTTP/1.1\r\nHost: printer\r\nContent-Length: 2\r\n\r\n{}');
    await wire.receive((text) => text.length > 1000);
    wire.destroy();
    await printer.setFault(undefined);
    expect((await detail(printer))['status']).toBe('ready');
  });

  it('wrong-types', async () => {
    const wrong = await detail(await meet({ kind: 'wrong-types' }));
    const right = await detail(await start({ model: 'creator5-pro' }));
    expect(Object.keys(wrong)).toEqual(Object.keys(right));
    for (const [key, value] of Object.entries(right)) {
      expect([key, Array.isArray(wrong[key]) || typeof wrong[key] !== typeof value || wrong[key] === null]).toEqual([
        key,
        true,
      ]);
    }
  });

  it('job-start-garbage', async () => {
    const printer = await meet({ kind: 'job-start-garbage' });
    const { detail: captured = {} } = captureJson('http-creator5pro-fw1.9.9-job-start/detail-downloading.json');
    const said = await detail(printer);
    for (const key of [
      'status',
      'printProgress',
      'printLayer',
      'chamberFanSpeed',
      'coolingFanSpeed',
      'zAxisCompensation',
    ]) {
      expect([key, said[key]]).toEqual([key, captured[key]]);
    }
    await printer.setFault({ kind: 'job-start-garbage', variant: 'wild' });
    expect(await detail(printer)).toMatchObject({ targetPrintLayer: 8_065_023 });
  });

  it.each<Fault>([
    { kind: 'slow-head', ms: 30 },
    { kind: 'late', ms: 30 },
  ])('%j', async (fault) => {
    const beganMs = performance.now();
    expect((await post(await meet(fault))).body).toContain('"status":"ready"');
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(29);
  });

  it('slow-body: the head at once, the body byte by byte', async () => {
    const printer = await meet({ kind: 'slow-body', intervalMs: 3_600_000 });
    const wire = await openWire(printer.httpPort);
    const body = JSON.stringify({ serialNumber: printer.serialNumber, checkCode: printer.checkCode });
    wire.send(`POST /detail HTTP/1.1\r\nHost: printer\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect(await wire.receive((text) => text.includes('\r\n\r\n{'))).toMatch(/\r\n\r\n\{$/u);
    await printer.close();
    await wire.ended;
  });

  it('slow-body: whole in the end', async () => {
    const printer = await meet({ kind: 'slow-body', intervalMs: 0 });
    expect((await detail(printer))['status']).toBe('ready');
  });

  it('silence', async () => {
    const printer = await meet({ kind: 'silence' });
    const silent = post(printer);
    const wire = await openWire(printer.httpPort);
    wire.send('POST /control HTTP/1.1\r\nHost: printer\r\nContent-Length: 0\r\n\r\n');
    await wire.ended;
    await printer.close();
    expect(await silent).toMatchObject({ body: '', head: '' });
  });

  it.each<[Fault, 'fin' | 'reset']>([
    [{ kind: 'reset' }, 'reset'],
    [{ kind: 'close', side: 'http' }, 'fin'],
  ])('%j: in mid-body', async (fault, how) => {
    const answer = await post(await meet(fault));
    expect(answer.how).toBe(how);
    const [, length] = /Content-Length: (\d+)/u.exec(answer.head) ?? [];
    expect(answer.body.length).toBe(Number(length) >> 1);
  });

  it('reset-once: the next connection is served', async () => {
    const printer = await meet({ kind: 'reset-once' });
    await post(printer).catch(() => undefined);
    expect((await detail(printer))['status']).toBe('ready');
  });

  it.each<Fault>([
    { kind: 'drip', intervalMs: 1 },
    { kind: 'reset', side: 'tcp' },
    { kind: 'silence', at: 'M105' },
  ])('%j leaves HTTP alone', async (fault) => {
    const printer = await start({ model: 'adventurer5m', fault });
    expect((await detail(printer))['status']).toBe('ready');
  });

  it('busy leaves TCP alone', async () => {
    const printer = await start({ model: 'adventurer5m', fault: { kind: 'busy' } });
    const wire = await openWire(printer.tcpPort);
    expect(await wire.ask('M119')).toContain('READY');
    wire.destroy();
  });
});
