// Refusals and logins in all their forms, and printers that say nothing before a login.

import { describe, expect, it } from 'vitest';
import { NO_HABITS } from '../../src/tcp/habits.ts';
import {
  commandsIn,
  hangUp,
  reply,
  replyWithoutOk,
  type Script,
  type ScriptedReply,
  silence,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, partsOf, problemsOf, readPrinter, SHORT as SHORTEST } from './reading.ts';

// Long enough for a loaded machine, since a slow reply must not look like a missing one.
const SHORT = { ...SHORTEST, commandMs: 500 };

const ALL_PARTS = ['m119', 'm105', 'm27', 'm114'];
const LOGGED_IN = ['M119', 'M105', 'M27', 'M114', 'M602'];

/** A printer whose reads get this refusal until M601 was answered on the connection. */
function untilLogin(refusal: string, login: string): (connection: number) => Script {
  return () => {
    let isLoggedIn = false;
    const guarded = Object.entries(IDLE).map(([command, bytes]): [string, ScriptedReply] => [
      command,
      ({ send }) => send(isLoggedIn ? String(bytes) : refusal.replaceAll('$', command)),
    ]);
    const M601: ScriptedReply = ({ send }) => {
      isLoggedIn = true;
      return send(login);
    };
    return { ...Object.fromEntries(guarded), M601, M602: reply('M602', 'Control Release.') };
  };
}

const REFUSALS = {
  'with its CMD line': 'CMD $ Received.\r\nControl failed.\r\nok\r\n',
  'without its CMD line': 'Control failed.\r\nok\r\n',
  'without its CMD line, LF only': 'Control failed.\nok\n',
  'without its CMD line, ok without a line end': 'Control failed.\r\nok',
  'without CMD line and ok': 'Control failed.\r\n',
  'in other words': 'CMD $ Received.\r\nPlease login first.\r\nok\r\n',
  'in other words without its CMD line': 'Please login first.\r\nok\r\n',
  'in other words without its CMD line, to somebody': 'You must login first.\r\nok\r\n',
  'in other words without its CMD line, as a state': 'Not logged in\r\nok\r\n',
  'in other words without its CMD line, of control': 'Error: control refused.\r\nok\r\n',
  'as a connection of another client': 'Error: have been connected\r\nok\r\n',
};
const LOGINS = {
  whole: reply('M601', 'Control Success.'),
  'in two replies': 'CMD M601 Received.\r\nok\r\nControl Success V2.1.\r\nok\r\n',
  'without a CMD line': 'Control Success V2.1.\r\nok\r\n',
};

describe.each(Object.entries(REFUSALS))('a refusal %s', (_title, refusal) => {
  it.each(Object.entries(LOGINS))('and a login %s: logs in and reads everything', async (_login, login) => {
    await using printer = await startScriptedPrinter(untilLogin(refusal, login));
    const reading = await readPrinter(printer, { limits: SHORT });
    await printer.allClosed();
    expect(problemsOf(reading)).toEqual({});
    expect(partsOf(reading)).toEqual(ALL_PARTS);
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M601 S1', ...LOGGED_IN]]);
    expect(printer.pipelined).toEqual([]);
    expect(reading.habits.login).toBe('needed');
    // Whoever knows that pays no more for finding out.
    const next = await readPrinter(printer, { limits: SHORT, habits: reading.habits });
    await printer.allClosed();
    expect(partsOf(next)).toEqual(ALL_PARTS);
    expect(commandsIn(printer.received[1])).toEqual(['M601 S1', ...LOGGED_IN]);
  });

  it('is denied when login is never', async () => {
    await using printer = await startScriptedPrinter(untilLogin(refusal, ''));
    const { failure } = await readPrinter(printer, { login: 'never', limits: SHORT });
    expect(failure).toMatchObject({
      code: 'denied',
      message: expect.stringMatching(
        /^M119: "(Control failed|Please login first|You must login first|Not logged in|Error: (control refused|have been connected))", and login/,
      ),
    });
  });
});

it('waits for the second reply to a login, however it is cut', async () => {
  const M601: ScriptedReply = async ({ part, send }) => {
    await part('CMD M601 Received.\r\nok\r\n');
    await part('Control Suc');
    await send('cess V2.1.\r\nok\r\n');
  };
  await using printer = await startScriptedPrinter({ ...IDLE, M601 });
  expect(partsOf(await readPrinter(printer, { login: 'always' }))).toEqual(ALL_PARTS);
  expect(printer.pipelined).toEqual([]);
});

it.each<readonly [title: string, M601: ScriptedReply]>([
  ['in words', ({ socket }) => void socket.end(reply('M601', 'Control failed.'))],
  ['in words, without an ok', ({ socket }) => void socket.end(replyWithoutOk('M601', 'Control failed.'))],
  ['in words, without a line end', ({ socket }) => void socket.end('Error: have been connected')],
  ['by closing', hangUp],
])('a login refused %s, and the connection closed: denied, not closed', async (_title, M601) => {
  await using printer = await startScriptedPrinter({ M119: reply('M119', 'Control failed.'), M601 });
  const { failure, problems } = await readPrinter(printer, { limits: SHORT });
  expect(failure).toMatchObject({
    code: 'denied',
    message: expect.stringMatching(/^M119: ".+", and the login was refused: close FlashPrint$/),
  });
  expect([...problems.values()].map(({ code }) => code)).not.toContain('closed');
});

it('login: always reads over a new connection when the login is refused and the connection closed', async () => {
  const M601: ScriptedReply = ({ socket }) => void socket.end(reply('M601', 'Control failed.'));
  await using printer = await startScriptedPrinter({ ...IDLE, M601 });
  expect(partsOf(await readPrinter(printer, { login: 'always' }))).toEqual(ALL_PARTS);
  await printer.allClosed();
  // The first M119 and the printer's end of the connection cross each other.
  expect(printer.received.map((text) => commandsIn(text)[0])).toEqual(['M601 S1', 'M119']);
});

it('login: always is denied where the reads of such a printer are closed too', async () => {
  const M601: ScriptedReply = ({ socket }) => void socket.end(reply('M601', 'Control failed.'));
  await using printer = await startScriptedPrinter({ M119: hangUp, M105: hangUp, M27: hangUp, M114: hangUp, M601 });
  expect((await readPrinter(printer, { login: 'always' })).failure?.code).toBe('denied');
});

it('logs in over a new connection where a refusal closes the connection', async () => {
  const guarded = (connection: number): Script => {
    if (connection > 1) return { ...IDLE, M601: LOGINS.whole, M602: reply('M602', 'Control Release.') };
    return { M119: ({ socket }) => void socket.end(reply('M119', 'Control failed.')) };
  };
  await using printer = await startScriptedPrinter(guarded);
  const reading = await readPrinter(printer, { limits: SHORT });
  await printer.allClosed();
  expect(problemsOf(reading)).toEqual({});
  expect(partsOf(reading)).toEqual(ALL_PARTS);
  expect(commandsIn(printer.received[1])).toEqual(['M601 S1', ...LOGGED_IN]);
});

it('a printer that refuses each read and closes is asked once', async () => {
  const refuse: ScriptedReply = ({ socket }) => void socket.end(reply('M119', 'Control failed.'));
  await using printer = await startScriptedPrinter({ M119: refuse });
  const reading = await readPrinter(printer, { login: 'never' });
  expect(reading.failure?.code).toBe('denied');
  expect(printer.received).toHaveLength(1);
});

describe('a printer that says nothing before a login', () => {
  const mute = (): Script => {
    let isLoggedIn = false;
    const guarded = Object.entries(IDLE).map(([command, bytes]): [string, ScriptedReply] => [
      command,
      ({ send }) => (isLoggedIn ? send(String(bytes)) : undefined),
    ]);
    const M601: ScriptedReply = ({ send }) => {
      isLoggedIn = true;
      return send(reply('M601', 'Control Success.'));
    };
    return { ...Object.fromEntries(guarded), M601, M602: reply('M602', 'Control Release.') };
  };

  it('login: auto finds out once, on a new connection, and remembers', async () => {
    await using printer = await startScriptedPrinter(mute);
    const first = await readPrinter(printer, { limits: SHORT });
    await printer.allClosed();
    expect(partsOf(first)).toEqual(ALL_PARTS);
    expect(problemsOf(first)).toEqual({});
    expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M601 S1', ...LOGGED_IN]]);
    const second = await readPrinter(printer, { habits: first.habits });
    await printer.allClosed();
    expect(partsOf(second)).toEqual(ALL_PARTS);
    expect(commandsIn(printer.received[2])).toEqual(['M601 S1', ...LOGGED_IN]);
  });

  it('login: auto begins with a login after a deadline that came before it could try one', async () => {
    await using printer = await startScriptedPrinter(mute);
    const deadline = AbortSignal.timeout(3 * SHORT.silenceMs);
    const first = await readPrinter(printer, { limits: { ...SHORT, commandMs: 60_000 } }, deadline);
    await printer.allClosed();
    expect(first.failure?.code).toBe('timeout');
    const second = await readPrinter(printer, { habits: first.habits });
    await printer.allClosed();
    expect(partsOf(second)).toEqual(ALL_PARTS);
    expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M601 S1', ...LOGGED_IN]]);
    expect(second.habits).toMatchObject({ login: 'needed', silence: undefined });
  });

  it('login: never says what to set', async () => {
    await using printer = await startScriptedPrinter(mute);
    const { failure } = await readPrinter(printer, { login: 'never', limits: SHORT });
    expect(failure).toMatchObject({ code: 'timeout', detail: 'mute' });
    expect(failure?.message).toMatch(/ and login is set to never$/);
    expect(printer.received).toHaveLength(1);
  });

  it('login: auto does not try a printer that was answering without one', async () => {
    await using printer = await startScriptedPrinter({ M119: silence });
    const habits = { ...NO_HABITS, login: 'not-needed' } as const;
    await readPrinter(printer, { limits: SHORT, habits });
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119']]);
  });

  it('login: auto tries one that stays silent only every ten minutes, and gives control back', async () => {
    await using printer = await startScriptedPrinter({ M119: silence, M105: silence, M601: silence });
    const first = await readPrinter(printer, { limits: SHORT, nowMs: 0 });
    await printer.allClosed();
    expect(first.failure).toMatchObject({
      code: 'timeout',
      detail: 'mute',
      message: 'M119: no whole reply within 500 ms, 0 bytes came, and none after a login (M601)',
    });
    expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M601 S1', 'M602']]);
    const second = await readPrinter(printer, { limits: SHORT, habits: first.habits, nowMs: 15_000 });
    await printer.allClosed();
    expect(printer.received).toHaveLength(3);
    await readPrinter(printer, { limits: SHORT, habits: second.habits, nowMs: 700_000 });
    expect(printer.received).toHaveLength(5);
  });

  it('login: auto does not remember a login if only M119 gets no reply', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M119: silence });
    const first = await readPrinter(printer, { limits: SHORT });
    expect(first.failure?.code).toBe('timeout');
    expect(first.habits.login).toBeUndefined();
    const second = await readPrinter(printer, { limits: SHORT, habits: first.habits });
    await printer.allClosed();
    expect(partsOf(second)).toEqual(['m105', 'm27', 'm114']);
    expect(second.habits.login).toBe('not-needed');
  });
});

it('does not wait for a logout that was not answered before', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M601: reply('M601', 'Control Success.'), M602: silence });
  const first = await readPrinter(printer, { login: 'always', limits: SHORT });
  expect([...first.habits.unfinished]).toEqual(['M602']);
  // No time limit may end this one.
  await readPrinter(printer, { login: 'always', habits: first.habits });
  await printer.allClosed();
  expect(commandsIn(printer.received[1]).at(-1)).toBe('M602');
});
