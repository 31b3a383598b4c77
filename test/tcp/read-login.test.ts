// Logging in locks FlashPrint out: only if the printer requires it or the configuration says so, and always followed by a logout.

import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/printer/exchange.ts';
import {
  commandsIn,
  hangUp,
  reply,
  replyWithoutOk,
  reset,
  type Script,
  type ScriptedReply,
  silence,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, LONG, partsOf, problemsOf, readPrinter, SHORT } from './reading.ts';

const REFUSED = 'Control failed.';
const GRANTED: Script = { M601: reply('M601', 'Control Success V2.1.'), M602: reply('M602', 'Control Release.') };
const ALL_PARTS = ['m119', 'm105', 'm27', 'm114'];

/** Refuses the command the first time it is sent on a connection. */
function refusedOnce(command: string): ScriptedReply {
  return ({ times, send }) => send(times === 1 ? reply(command, REFUSED) : String(IDLE[command]));
}

describe('login: auto', () => {
  it('logs in when a read is refused, asks it again, and gives control back at the end', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED, M119: refusedOnce('M119') });
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(printer.received).toEqual(['~M119\r\n~M601 S1\r\n~M119\r\n~M105\r\n~M27\r\n~M114\r\n~M602\r\n']);
    expect(printer.pipelined).toEqual([]);
    expect(partsOf(reading)).toEqual(ALL_PARTS);
    expect(problemsOf(reading)).toEqual({});
  });

  it('logs in when only a later read is refused', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED, M27: refusedOnce('M27') });
    expect(partsOf(await readPrinter(printer))).toEqual(ALL_PARTS);
    await printer.allClosed();
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105', 'M27', 'M601 S1', 'M27', 'M114', 'M602']);
  });

  it('counts any answer to the login except a refusal as success', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M601: reply('M601'), M119: refusedOnce('M119') });
    expect(partsOf(await readPrinter(printer, { limits: SHORT }))).toEqual(ALL_PARTS);
    await printer.allClosed();
    expect(commandsIn(printer.received[0]).at(-1)).toBe('M602');
  });

  it('tries one login, and reports what stays refused as denied', async () => {
    const refusing: Script = { M119: reply('M119', REFUSED), M27: reply('M27', REFUSED), M601: reply('M601', REFUSED) };
    await using printer = await startScriptedPrinter({ ...IDLE, ...refusing });
    const reading = await readPrinter(printer);
    await printer.allClosed();
    // Control is another client's: none of ours to give back.
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M601 S1', 'M105', 'M27', 'M114']);
    expect(problemsOf(reading)).toEqual({
      M119: 'denied | M119: "Control failed", and the login was refused: close FlashPrint',
      M27: 'denied | M27: "Control failed", and the login was refused: close FlashPrint',
    });
    expect(reading.failure).toBeUndefined();
  });

  it('logs out when a read is refused although the login succeeded', async () => {
    const refusing: Script = { M119: reply('M119', REFUSED), M105: reply('M105', REFUSED) };
    await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED, ...refusing });
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(reading.failure?.code).toBe('denied');
    expect(commandsIn(printer.received[0]).at(-1)).toBe('M602');
  });

  it.each(['CurrentFile: Control failed.gx', 'Machine Name: control failed', 'Current File : Control failed'])(
    'does not take a name for a refusal: %s',
    async (line) => {
      await using printer = await startScriptedPrinter({ ...IDLE, M119: reply('M119', 'MachineStatus: READY', line) });
      expect((await readPrinter(printer)).replies.m119?.machineStatus).toBe('READY');
      await printer.allClosed();
      expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105', 'M27', 'M114']);
    },
  );
});

describe('login: never', () => {
  it('does not log in, and reports what is refused as denied', async () => {
    await using printer = await startScriptedPrinter({
      ...IDLE,
      M119: reply('M119', REFUSED),
      M105: reply('M105', REFUSED),
    });
    const reading = await readPrinter(printer, { login: 'never' });
    await printer.allClosed();
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105', 'M27', 'M114']);
    expect(reading.failure).toMatchObject({
      code: 'denied',
      message: 'M119: "Control failed", and login is set to never',
    });
    expect(partsOf(reading)).toEqual(['m27', 'm114']);
  });
});

describe('login: always', () => {
  it('logs in first and out last', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED });
    const reading = await readPrinter(printer, { login: 'always', identity: true });
    await printer.allClosed();
    expect(printer.received).toEqual(['~M601 S1\r\n~M119\r\n~M105\r\n~M27\r\n~M114\r\n~M115\r\n~M602\r\n']);
    expect(problemsOf(reading)).toEqual({});
  });

  it('reads without control when the login is refused', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M601: reply('M601', REFUSED) });
    expect(partsOf(await readPrinter(printer, { login: 'always' }))).toEqual(ALL_PARTS);
    await printer.allClosed();
    expect(commandsIn(printer.received[0])).toEqual(['M601 S1', 'M119', 'M105', 'M27', 'M114']);
  });

  it.each<readonly [title: string, answers: Script]>([
    ['no answer', { M602: silence }],
    ['a hang-up', { M602: hangUp }],
    ['a reset', { M602: reset }],
    ['no ok', { M602: replyWithoutOk('M602') }],
  ])('costs nothing when the logout gets %s', async (_title, answers) => {
    await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED, ...answers });
    const reading = await readPrinter(printer, { login: 'always', limits: SHORT });
    await printer.allClosed();
    expect(partsOf(reading)).toEqual(ALL_PARTS);
    expect(problemsOf(reading)).toEqual({});
    expect(commandsIn(printer.received.join(''))).toEqual(['M601 S1', 'M119', 'M105', 'M27', 'M114', 'M602']);
  });
});

describe('logs out', () => {
  const M601 = GRANTED['M601'] ?? '';

  it.each<readonly [title: string, answers: Script, heard: readonly string[], code: string]>([
    ['a command without a reply', { M601, M105: silence }, ['M601 S1', 'M119', 'M105', 'M602'], 'timeout'],
    [
      'a reply over its limit',
      { M601, M105: replyWithoutOk('M105') + 'x'.repeat(20_000) },
      ['M601 S1', 'M119', 'M105', 'M602'],
      'protocol',
    ],
    ['a login that is not answered', { M601: silence }, ['M601 S1', 'M602'], 'timeout'],
  ])('after %s', async (_title, answers, heard, code) => {
    await using printer = await startScriptedPrinter({ ...IDLE, ...answers });
    const reading = await readPrinter(printer, { login: 'always', limits: { ...LONG, commandMs: 150 } });
    await printer.allClosed();
    expect(commandsIn(printer.received[0])).toEqual(heard);
    expect(reading.problems.get('M105')?.code).toBe(code);
  });

  it.each(['M601', 'M119', 'M27'])('at the deadline, during %s', async (command) => {
    const deadline = new AbortController();
    await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED, [command]: () => deadline.abort() });
    const reading = await readPrinter(printer, { login: 'always' }, deadline.signal);
    await printer.allClosed();
    expect(commandsIn(printer.received[0]).slice(-2)).toEqual([command === 'M601' ? 'M601 S1' : command, 'M602']);
    expect(reading.problems.get('M114')?.code).toBe('timeout');
  });

  it('on the second connection too, which logs in anew', async () => {
    await using printer = await startScriptedPrinter((connection) => ({
      ...IDLE,
      ...GRANTED,
      M119: refusedOnce('M119'),
      ...(connection === 1 && { M27: reset }),
    }));
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([
      ['M119', 'M601 S1', 'M119', 'M105', 'M27'],
      ['M601 S1', 'M27', 'M114', 'M602'],
    ]);
    expect(problemsOf(reading)).toEqual({});
  });

  it('after a login that a reset cut short and the second connection repeats', async () => {
    await using printer = await startScriptedPrinter((connection) => ({
      ...IDLE,
      ...GRANTED,
      M119: connection === 1 ? reply('M119', REFUSED) : String(IDLE['M119']),
      ...(connection === 1 && { M601: reset }),
    }));
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([
      ['M119', 'M601 S1'],
      ['M601 S1', 'M119', 'M105', 'M27', 'M114', 'M602'],
    ]);
    expect(problemsOf(reading)).toEqual({});
  });
});

it('traces the failure under the command that failed, and not under the logout after it', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, ...GRANTED, M119: silence });
  const exchanges: Exchange[] = [];
  const trace = (exchange: Exchange): void => void exchanges.push(exchange);
  await readPrinter(printer, { login: 'always', limits: { ...LONG, commandMs: 150 }, trace });
  expect(exchanges.map(({ sent, failure }) => [sent, failure?.code])).toEqual([
    [`connect 127.0.0.1:${printer.target.port}`, undefined],
    ['M601', undefined],
    ['M602', undefined],
    ['M119', 'timeout'],
  ]);
  expect(exchanges.at(-1)?.seconds).toBeGreaterThanOrEqual(0.14);
});
