// Every TCP fault, as a client sees it.

import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/faults.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { capture, openWire, type Wire } from './wire.ts';

const REPLY = capture('finder1-v1.5-20160804-idle/M119.txt');
const HALF = REPLY.slice(0, REPLY.length >> 1);

let printer: SimulatedPrinter | undefined;
let wire: Wire | undefined;
afterEach(async () => {
  wire?.destroy();
  await printer?.close();
});

async function meet(fault: Fault): Promise<{ printer: SimulatedPrinter; wire: Wire }> {
  printer = await startSimulatedPrinter({ model: 'finder', fault });
  wire = await openWire(printer.tcpPort);
  return { printer, wire };
}

// Whether the RST comes before or after the client's connect() returned is a race.
async function isResetAtOnce({ tcpPort }: SimulatedPrinter): Promise<boolean> {
  try {
    const { ended } = await openWire(tcpPort);
    return (await ended).how === 'reset';
  } catch (error) {
    return error instanceof Error && error.message.includes('ECONNRESET');
  }
}

it('refuse: the port is closed, and the same one is back afterwards', async () => {
  const finder = await startSimulatedPrinter({ model: 'finder', fault: { kind: 'refuse' } });
  printer = finder;
  await expect(openWire(finder.tcpPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await finder.setFault(undefined);
  wire = await openWire(finder.tcpPort);
  expect(await wire.ask('M119')).toBe(REPLY);
  await finder.setFault({ kind: 'refuse' });
  await wire.ended;
});

it('refuse: leaves the other side alone', async () => {
  printer = await startSimulatedPrinter({ model: 'adventurer5m', fault: { kind: 'refuse', side: 'http' } });
  await expect(openWire(printer.httpPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  wire = await openWire(printer.tcpPort);
  expect(await wire.ask('M601')).toContain('Control Success');
});

it('silence: at one command, the others are answered', async () => {
  const { wire } = await meet({ kind: 'silence', at: 'M105' });
  wire.send('~M105\r\n~M119\r\n');
  expect(await wire.receive((text) => text.endsWith('ok\r\n'))).toBe(REPLY);
});

it.each<Fault>([{ kind: 'silence' }, { kind: 'silence', at: 'connect' }])(
  'silence: %j answers nothing',
  async (fault) => {
    const { printer, wire } = await meet(fault);
    wire.send('~M119\r\n~M105\r\n');
    // A second conversation in between shows that the first one had its chance.
    const other = await openWire(printer.tcpPort);
    other.send('~M119\r\n');
    await printer.setFault(undefined);
    const third = await openWire(printer.tcpPort);
    expect(await third.ask('M119')).toBe(REPLY);
    other.destroy();
    third.destroy();
    await printer.close();
    expect(await wire.ended).toMatchObject({ rest: '' });
  },
);

it('reset: half a reply, then RST', async () => {
  const { wire } = await meet({ kind: 'reset', at: 'M119' });
  expect(await wire.ask('M602')).toContain('Control Release.');
  wire.send('~M119\r\n');
  expect(await wire.ended).toEqual({ how: 'reset', rest: HALF });
});

it('reset: at connect before anything is asked', async () => {
  printer = await startSimulatedPrinter({ model: 'finder', fault: { kind: 'reset', at: 'connect' } });
  expect(await isResetAtOnce(printer)).toBe(true);
});

it('close: half a reply, then FIN', async () => {
  const { wire } = await meet({ kind: 'close' });
  wire.send('~M119\r\n');
  expect(await wire.ended).toEqual({ how: 'fin', rest: HALF });
});

it('close: at connect', async () => {
  const { wire } = await meet({ kind: 'close', at: 'connect' });
  expect(await wire.ended).toEqual({ how: 'fin', rest: '' });
});

describe('reset-once', () => {
  it('resets the first connection and serves the next', async () => {
    printer = await startSimulatedPrinter({ model: 'finder', fault: { kind: 'reset-once' } });
    expect(await isResetAtOnce(printer)).toBe(true);
    const next = await openWire(printer.tcpPort);
    expect(await next.ask('M119')).toBe(REPLY);
    next.destroy();
  });

  it('resets at a command of the first connection', async () => {
    const { printer, wire } = await meet({ kind: 'reset-once', at: 'M119' });
    wire.send('~M119\r\n');
    expect(await wire.ended).toEqual({ how: 'reset', rest: HALF });
    const next = await openWire(printer.tcpPort);
    expect(await next.ask('M119')).toBe(REPLY);
    next.destroy();
  });
});

it('late: the whole reply, after a while', async () => {
  const { wire } = await meet({ kind: 'late', ms: 30, at: 'M119' });
  const beganMs = performance.now();
  expect(await wire.ask('M119')).toBe(REPLY);
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(29);
});

it('drip: the whole reply, byte by byte', async () => {
  const { wire } = await meet({ kind: 'drip', intervalMs: 1 });
  wire.send('~M119\r\n');
  const first = await wire.receive((text) => text.length >= 1);
  // A slow client may find more than one byte, but not a reply that takes 125 ms.
  expect(first.length).toBeLessThan(REPLY.length / 2);
  expect(first + (await wire.receive((text) => text.endsWith('ok\r\n')))).toBe(REPLY);
});

it('endless-line: a line without an end', async () => {
  const { wire } = await meet({ kind: 'endless-line' });
  wire.send('~M105\r\n');
  const text = await wire.receive((bytes) => bytes.length > 1_000_000);
  expect(text.startsWith('CMD M105 Received.\r\n')).toBe(true);
  expect(text.indexOf('\n', 20)).toBe(-1);
});

it('flood: lines without an end', async () => {
  const { wire } = await meet({ kind: 'flood', at: 'connect' });
  const text = await wire.receive((bytes) => bytes.length > 1_000_000);
  expect(text.split('\r\n').length).toBeGreaterThan(50_000);
  expect(text).not.toContain('ok');
});

it.each([
  [false, 512],
  [true, 512 + '\r\nok\r\n'.length],
])('garbage: bytes that are no text, ok %s', async (ok, length) => {
  const { wire } = await meet({ kind: 'garbage', ok });
  wire.send('~M105\r\n');
  const head = 'CMD M105 Received.\r\n';
  const text = await wire.receive((bytes) => bytes.length >= head.length + length);
  expect(new Set(text.slice(head.length)).size).toBe(256);
  expect(text.endsWith('\r\nok\r\n')).toBe(ok);
});

it('no-ok: the reply without its last line', async () => {
  const { wire } = await meet({ kind: 'no-ok', at: 'M119' });
  wire.send('~M119\r\n~M999\r\n');
  expect(await wire.receive((text) => text.endsWith('ok\r\n'))).toBe(
    `${REPLY.slice(0, -4)}CMD M999 Received.\r\nok\r\n`,
  );
});

it('ok-without-line-end', async () => {
  const { wire } = await meet({ kind: 'ok-without-line-end' });
  wire.send('~M119\r\n');
  expect(await wire.receive((text) => text.endsWith('ok'))).toBe(REPLY.slice(0, -2));
});

it('foreign-blocks: what others asked comes first', async () => {
  const { wire } = await meet({ kind: 'foreign-blocks' });
  wire.send('~M119\r\n');
  const text = await wire.receive((bytes) => bytes.endsWith(REPLY));
  expect(text).toMatch(/^CMD M105 [\s\S]*ok\r\nN0001 ok\.\r\nCMD M27 [\s\S]*ok\r\nN0002 ok\.\r\nCMD M119 /u);
});

describe('control-refused', () => {
  it('answers reads after a login, on that connection', async () => {
    const { wire, printer } = await meet({ kind: 'control-refused', login: 'accepted' });
    const refused = 'CMD M119 Received.\r\nControl failed.\r\nok\r\n';
    expect(await wire.ask('M119')).toBe(refused);
    expect(await wire.ask('M601 S1')).toContain('Control Success.');
    expect(await wire.ask('M119')).toBe(REPLY);
    expect(await wire.ask('M602')).toContain('Control Release.');
    expect(await wire.ask('M119')).toBe(refused);
    const other = await openWire(printer.tcpPort);
    expect(await other.ask('M119')).toBe(refused);
    other.destroy();
  });

  it('never answers reads where the login is refused', async () => {
    const { wire } = await meet({ kind: 'control-refused', login: 'refused' });
    expect(await wire.ask('M601 S1')).toBe(capture('adventurer4-v2.0.9/M601-fail.txt'));
    expect(await wire.ask('M119')).toContain('Control failed.');
  });
});

it('changes at run time', async () => {
  const { printer, wire } = await meet({ kind: 'no-ok' });
  await printer.setFault(undefined);
  expect(await wire.ask('M119')).toBe(REPLY);
  await printer.setFault({ kind: 'ok-without-line-end' });
  wire.send('~M119\r\n');
  expect(await wire.receive((text) => text.endsWith('ok'))).toBe(REPLY.slice(0, -2));
});

it('closes although answers are due', async () => {
  const { printer, wire } = await meet({ kind: 'late', ms: 3_600_000 });
  wire.send('~M119\r\n');
  const other = await openWire(printer.tcpPort);
  other.send('~M119\r\n');
  await printer.close();
  expect(await wire.ended).toMatchObject({ rest: '' });
  await other.ended;
});

it('foreign-only: what others asked, and nothing else', async () => {
  const { wire, printer } = await meet({ kind: 'foreign-only', at: 'M119' });
  wire.send('~M119\r\n~M114\r\n');
  const text = await wire.receive((bytes) => bytes.includes('CMD M114'));
  expect(text).toMatch(/^CMD M105 /);
  expect(text).not.toContain('CMD M119');
  expect(printer.stats.commands).toEqual(['~M119', '~M114']);
});

it('stall: whole lines at once, the rest later', async () => {
  const { wire } = await meet({ kind: 'stall', ms: 20 });
  wire.send('~M119\r\n');
  const first = await wire.receive((text) => text.endsWith('\r\n'));
  expect(REPLY.startsWith(first)).toBe(true);
  expect(first).not.toContain('ok\r\n');
  expect(first + (await wire.receive((text) => text.endsWith('ok\r\n')))).toBe(REPLY);
});

it.each(['close', 'reset'] as const)('drop: the connection ends by %s, without a byte', async (how) => {
  const { wire } = await meet({ kind: 'drop', how, at: 'M27' });
  expect(await wire.ask('M119')).toBe(REPLY);
  wire.send('~M27\r\n');
  expect(await wire.ended).toEqual({ how: how === 'close' ? 'fin' : 'reset', rest: '' });
});

it('mute-until-login: no byte before M601, on that connection', async () => {
  const { wire, printer } = await meet({ kind: 'mute-until-login' });
  wire.send('~M119\r\n~M601 S1\r\n');
  expect(await wire.receive((text) => text.endsWith('ok\r\n'))).toMatch(/^CMD M601 Received.\r\nControl Success/);
  expect(await wire.ask('M119')).toBe(REPLY);
  const other = await openWire(printer.tcpPort);
  other.send('~M105\r\n');
  expect(await wire.ask('M119')).toBe(REPLY);
  other.destroy();
  expect(await other.ended).toMatchObject({ rest: '' });
});

it('control-refused: bare refusals, and a login in two replies', async () => {
  const { wire } = await meet({ kind: 'control-refused', login: 'accepted', bare: true, words: 'Please login first.' });
  wire.send('~M119\r\n');
  expect(await wire.receive((text) => text.endsWith('ok\r\n'))).toBe('Please login first.\r\nok\r\n');
  wire.send('~M601 S1\r\n');
  const login = 'CMD M601 Received.\r\nok\r\nControl Success.\r\nok\r\n';
  expect(await wire.receive((text) => text.length >= login.length)).toBe(login);
  expect(await wire.ask('M119')).toBe(REPLY);
});
