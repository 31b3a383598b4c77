// Replies that stall, stop short or never come, from one read to the next.

import { expect, it } from 'vitest';
import type { Command } from '../../src/tcp/commands.ts';
import { NO_HABITS } from '../../src/tcp/habits.ts';
import type { TcpReadOptions } from '../../src/tcp/read.ts';
import type { TcpReading } from '../../src/tcp/replies.ts';
import { snapshotFromTcp } from '../../src/tcp/snapshot.ts';
import { createDeferred } from '../support/deferred.ts';
import {
  commandsIn,
  hangUp,
  reply,
  replyWithoutOk,
  reset,
  type Script,
  type ScriptedPrinter,
  type ScriptedReply,
  silence,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, LONG, partsOf, problemsOf, readPrinter, SHORT as SHORTEST } from './reading.ts';

// Long enough for a loaded machine, since a slow reply must not look like a missing one.
const SHORT = { ...SHORTEST, commandMs: 500 };

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;

/** Reads the printer several times, 15 s apart, each time with the habits that the last read learned. */
async function readRepeatedly(
  printer: ScriptedPrinter,
  count: number,
  options: Partial<TcpReadOptions> = {},
): Promise<TcpReading[]> {
  const readings: TcpReading[] = [];
  for (let index = 0; index < count; index++) {
    const habits = readings.at(-1)?.habits;
    readings.push(
      await readPrinter(printer, { limits: SHORT, nowMs: NOW + index * 15_000, ...(habits && { habits }), ...options }),
    );
    await printer.allClosed();
  }
  return readings;
}

const PAUSED = ['MachineStatus: BUILDING_FROM_SD', 'MoveMode: PAUSED', 'CurrentFile: a.gx'];

/** Sends the first lines, and the rest after far more than the silence limit. */
function stalled(command: string, lines: readonly string[], before: number): ScriptedReply {
  return async ({ part, send }) => {
    const [head = '', ...body] = reply(command, ...lines).split(/(?<=\n)/);
    await part(head + body.slice(0, before).join(''));
    await new Promise((resolve) => setTimeout(resolve, 3 * SHORT.silenceMs));
    await send(body.slice(before).join(''));
  };
}

it.each([0, 1, 2, 3])('waits for the rest of a reply that stalls after %i lines', async (before) => {
  await using printer = await startScriptedPrinter({ ...IDLE, M119: stalled('M119', PAUSED, before) });
  const reading = await readPrinter(printer, { limits: { ...LONG, silenceMs: SHORT.silenceMs } });
  expect(snapshotFromTcp(reading.replies)).toMatchObject({ state: 'paused', file: 'a.gx' });
  expect(printer.pipelined).toEqual([]);
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm27', 'm114']);
});

it('publishes no state, and no file, that a missing line could change', async () => {
  const half = replyWithoutOk('M119', 'Endstop: X-max:0 Y-max:0 Z-max:0', 'MachineStatus: BUILDING_FROM_SD');
  await using printer = await startScriptedPrinter({ ...IDLE, M119: half });
  for (const reading of await readRepeatedly(printer, 2)) {
    const snapshot = snapshotFromTcp(reading.replies);
    expect(snapshot).toMatchObject({
      isFileUnknown: true,
      statusWords: [{ protocol: 'tcp', status: 'BUILDING_FROM_SD' }],
    });
    expect(snapshot.state).toBeUndefined();
    expect(snapshot.endstops?.get('x_max')).toBe(false);
  }
});

it('publishes the state, and no file, of a status that stops after its MoveMode', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M119: replyWithoutOk('M119', ...PAUSED.slice(0, 2)) });
  const [reading] = await readRepeatedly(printer, 1);
  expect(snapshotFromTcp(reading?.replies ?? {})).toMatchObject({ state: 'paused', isFileUnknown: true });
});

it('does not count half an identity', async () => {
  const half = replyWithoutOk('M115', 'Machine Type: Flashforge Finder', 'Machine Name: My Finder');
  await using printer = await startScriptedPrinter({ ...IDLE, M115: half });
  for (const reading of await readRepeatedly(printer, 2, { identity: true })) {
    expect(reading.replies.m115).toBeUndefined();
    expect(reading.problems.get('M115')?.code).toBe('timeout');
  }
});

it('learns which reply has no ok: silence ends it from the second read on, until an ok comes', async () => {
  const withoutOk = replyWithoutOk('M27', 'SD printing byte 5/100');
  let isMended = false;
  await using printer = await startScriptedPrinter({
    ...IDLE,
    M27: ({ send }) => send(isMended ? reply('M27', 'SD printing byte 6/100') : withoutOk),
  });
  const [first] = await readRepeatedly(printer, 1);
  expect(first?.replies.m27?.printed).toBe(5);
  expect([...(first?.habits.unfinished ?? [])]).toEqual(['M27']);
  // Only silence can end it now.
  const limits = { ...LONG, silenceMs: SHORT.silenceMs };
  const second = await readPrinter(printer, { limits, habits: first?.habits });
  expect(second.replies.m27?.printed).toBe(5);
  expect(second.habits).toBe(first?.habits);
  isMended = true;
  const third = await readPrinter(printer, { limits, habits: second.habits });
  expect(third.replies.m27?.printed).toBe(6);
  expect([...third.habits.unfinished]).toEqual([]);
});

it('forgets that a reply has no ok when the rest of it comes after the next command', async () => {
  const asked = createDeferred();
  const ended = createDeferred();
  let isSlow = true;
  const status = reply('M119', ...PAUSED);
  const at = status.indexOf('MoveMode');
  await using printer = await startScriptedPrinter({
    ...IDLE,
    M119: async ({ part, send }) => {
      await part(status.slice(0, at));
      if (isSlow) await asked.promise;
      await send(status.slice(at));
      ended.resolve();
    },
    M105: async ({ send }) => {
      asked.resolve();
      await ended.promise;
      await send(reply('M105', 'T0:210 /210 B:60 /60'));
    },
  });
  const habits = { ...NO_HABITS, unfinished: new Set<Command>(['M119', 'M27']) };
  const first = await readPrinter(printer, { limits: { ...LONG, silenceMs: SHORT.silenceMs }, habits });
  const { state, heaters } = snapshotFromTcp(first.replies);
  expect(state).toBeUndefined();
  expect(heaters?.get('tool0')).toEqual({ celsius: 210, targetCelsius: 210 });
  expect([...first.habits.unfinished]).toEqual([]);
  isSlow = false;
  const second = await readPrinter(printer, { limits: LONG, habits: first.habits });
  expect(snapshotFromTcp(second.replies)).toMatchObject({ state: 'paused', file: 'a.gx' });
});

it('keeps in mind that a reply has no ok when the one after it ends in two', async () => {
  const M27 = replyWithoutOk('M27', 'SD printing byte 5/100');
  await using printer = await startScriptedPrinter({ ...IDLE, M27, M114: `${reply('M114', 'X:1 Y:2 Z:3')}ok\r\n` });
  const habits = { ...NO_HABITS, unfinished: new Set<Command>(['M27']) };
  const reading = await readPrinter(printer, { limits: { ...LONG, silenceMs: SHORT.silenceMs }, habits });
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm27', 'm114']);
  expect([...reading.habits.unfinished]).toEqual(['M27']);
});

it('learns nothing from a reply that another client cut short', async () => {
  const M119 = replyWithoutOk('M119', ...PAUSED.slice(0, 1)) + reply('M105', 'T0:210 /210');
  await using printer = await startScriptedPrinter({ ...IDLE, M119 });
  const [reading] = await readRepeatedly(printer, 1);
  expect(snapshotFromTcp(reading?.replies ?? {}).state).toBeUndefined();
  expect([...(reading?.habits.unfinished ?? [])]).toEqual([]);
  expect(printer.pipelined).toEqual([]);
});

it('takes the whole reply that comes after another client cut one short', async () => {
  const M119 = `${replyWithoutOk('M119', 'MachineStatus: READY')}${reply('M105', 'T0:9 /9')}${reply('M119', ...PAUSED)}`;
  await using printer = await startScriptedPrinter({ ...IDLE, M119 });
  expect(snapshotFromTcp((await readPrinter(printer)).replies)).toMatchObject({ state: 'paused', file: 'a.gx' });
});

it('says that another client talks to the printer where only its replies come, and blames no command', async () => {
  await using printer = await startScriptedPrinter({ M119: reply('M105', 'T0:210 /210 B:60 /60').repeat(2) });
  for (const { failure, habits } of await readRepeatedly(printer, 2)) {
    expect(failure).toMatchObject({
      code: 'timeout',
      detail: 'other_client',
      message:
        'M119: no whole reply within 500 ms, 92 bytes came, all in reply to another client: close whatever else talks to the printer',
    });
    expect(habits.failures.size).toBe(0);
  }
  expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M119']]);
});

it('says so too while another client uploads a file', async () => {
  await using printer = await startScriptedPrinter({ M119: 'N0001 ok.\r\nN0002 ok.\r\n' });
  expect((await readPrinter(printer, { limits: SHORT })).failure?.detail).toBe('other_client');
});

it.each<readonly [title: string, M27: ScriptedReply]>([
  ['closes', hangUp],
  ['resets', reset],
  ['says nothing', silence],
])('sends a command at which the printer %s last, and after three failures every ten minutes', async (title, M27) => {
  await using printer = await startScriptedPrinter({ ...IDLE, M27 });
  const readings = await readRepeatedly(printer, 5, { identity: true });
  const isSilent = title === 'says nothing';
  expect(readings.map(partsOf)).toEqual(
    readings.map((_, index) => (index === 0 && isSilent ? ['m119', 'm105'] : ['m119', 'm105', 'm114', 'm115'])),
  );
  // The fourth and fifth read do not send it, and say why it is missing.
  const sent = printer.received.map(commandsIn);
  expect(sent.slice(-2)).toEqual([
    ['M119', 'M105', 'M114', 'M115'],
    ['M119', 'M105', 'M114', 'M115'],
  ]);
  expect(sent.slice(-4, -2)).toEqual([
    ['M119', 'M105', 'M114', 'M115', 'M27'],
    ['M119', 'M105', 'M114', 'M115', 'M27'],
  ]);
  const last = readings.at(-1);
  expect(last?.problems.get('M27')?.message).toMatch(/failed 3 times in a row, sent every 10 minutes only/);
  expect([...(last?.unanswered ?? [])]).toEqual(['M27']);
  const later = await readPrinter(printer, { limits: SHORT, habits: last?.habits, nowMs: NOW + 12 * MINUTE });
  await printer.allClosed();
  expect(commandsIn(printer.received.at(-1)).at(-1)).toBe('M27');
  expect(later.habits.failures.get('M27')?.count).toBe(4);
});

it('sends the command again when the clock was set back', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M27: hangUp });
  const [, , third] = await readRepeatedly(printer, 3);
  await readPrinter(printer, { habits: third?.habits, nowMs: NOW - 60 * MINUTE });
  await printer.allClosed();
  expect(commandsIn(printer.received.at(-1)).at(-1)).toBe('M27');
});

it('forgets the failures of a command that is answered', async () => {
  await using printer = await startScriptedPrinter((connection) => ({
    ...IDLE,
    ...(connection <= 2 && { M27: hangUp }),
  }));
  const [first, second] = await readRepeatedly(printer, 2);
  expect(first?.habits.failures.get('M27')?.count).toBe(1);
  expect(second?.habits.failures.size).toBe(0);
});

it('asks a printer that never says what it is for M115 once', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M115: silence });
  const readings = await readRepeatedly(printer, 3, { identity: true });
  expect(printer.received.map(commandsIn)).toEqual([
    ['M119', 'M105', 'M27', 'M114', 'M115'],
    ['M119', 'M105', 'M27', 'M114'],
    ['M119', 'M105', 'M27', 'M114'],
  ]);
  expect(readings[2]?.problems.get('M115')?.message).toBe(
    'M115: no whole reply within 500 ms, 0 bytes came (failed once, sent every 10 minutes only)',
  );
});

it('reads a printer that answers all but M119 from the second read on', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M119: silence });
  const [first, second] = await readRepeatedly(printer, 2, { login: 'never' });
  expect(first?.failure?.message).toBe(
    'M119: no whole reply within 500 ms, 0 bytes came; some printers say nothing before a login, and login is set to never',
  );
  expect(second?.failure).toBeUndefined();
  expect(Object.keys(second?.replies ?? {})).toEqual(['m105', 'm27', 'm114']);
});

it('forgets what it learned when contact is lost', async () => {
  const script: Script = { ...IDLE, M27: replyWithoutOk('M27', 'SD printing byte 5/100'), M114: hangUp };
  await using printer = await startScriptedPrinter(script);
  const [first] = await readRepeatedly(printer, 1);
  expect(first?.habits.failures.size).toBe(1);
  printer.refuse();
  const lost = await readPrinter(printer, { habits: first?.habits });
  expect(lost.failure?.code).toBe('refused');
  expect(lost.habits).toMatchObject({ unfinished: new Set(), failures: new Map(), login: undefined });
});

it('keeps what it learned when a read was ended at once', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M114: hangUp });
  const [first] = await readRepeatedly(printer, 1);
  const ended = await readPrinter(printer, { habits: first?.habits }, AbortSignal.abort());
  expect(ended.habits).toBe(first?.habits);
});

it('takes at the deadline what a reply without its ok says', async () => {
  const deadline = new AbortController();
  const M27: ScriptedReply = async ({ part }) => {
    await part(replyWithoutOk('M27', 'SD printing byte 5/100'));
    setTimeout(() => deadline.abort(), 2 * SHORT.silenceMs);
  };
  await using printer = await startScriptedPrinter({ ...IDLE, M27 });
  const reading = await readPrinter(printer, { limits: { ...LONG, silenceMs: SHORT.silenceMs } }, deadline.signal);
  expect(reading.replies.m27?.printed).toBe(5);
  expect(problemsOf(reading)).toEqual({ M114: 'timeout | M27: no whole reply before the deadline, 43 bytes came' });
});
