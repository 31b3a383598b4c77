// Reads of printers that answer, each in its own way.

import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/tcp/target.ts';
import {
  commandsIn,
  reply,
  replyWithoutOk,
  type Script,
  type ScriptedReply,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, LONG, partsOf, problemsOf, readPrinter, SHORT } from './reading.ts';

it('sends four commands, one at a time, over one connection, and closes it', async () => {
  await using printer = await startScriptedPrinter(IDLE);
  const reading = await readPrinter(printer);
  await printer.allClosed();
  expect(printer.received).toEqual(['~M119\r\n~M105\r\n~M27\r\n~M114\r\n']);
  expect(printer.pipelined).toEqual([]);
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm27', 'm114']);
  expect(problemsOf(reading)).toEqual({});
  expect(reading.failure).toBeUndefined();
});

it('asks for the identity last, and only when told to', async () => {
  await using printer = await startScriptedPrinter(IDLE);
  const reading = await readPrinter(printer, { identity: true });
  await printer.allClosed();
  expect(printer.received).toEqual(['~M119\r\n~M105\r\n~M27\r\n~M114\r\n~M115\r\n']);
  expect(reading.replies.m115).toEqual({ machineType: 'Flashforge Finder', serial: '62B08883' });
});

it('has the limits of docs/architecture.md#data-flow by default', () => {
  expect(DEFAULT_LIMITS).toEqual({
    connectMs: 3000,
    commandMs: 5000,
    silenceMs: 1000,
    okTailMs: 50,
    replyBytes: 16384,
    floodBytes: 1024 ** 2,
  });
});

it('leaves no listener on the signal', async () => {
  await using printer = await startScriptedPrinter(IDLE);
  const { signal } = new AbortController();
  await readPrinter(printer, {}, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('never sends the next command while a reply is still coming', async () => {
  const inTwo = Object.entries(IDLE).map(([command, bytes]): [string, ScriptedReply] => [
    command,
    async ({ part, send }) => {
      await part(String(bytes).slice(0, -5));
      await send(String(bytes).slice(-5));
    },
  ]);
  await using printer = await startScriptedPrinter(Object.fromEntries(inTwo));
  const reading = await readPrinter(printer);
  expect(printer.pipelined).toEqual([]);
  expect(problemsOf(reading)).toEqual({});
});

it('reads a printer that sends one byte at a time', async () => {
  const dripping = Object.entries(IDLE).map(([command, bytes]): [string, ScriptedReply] => [
    command,
    async ({ part }) => {
      for (const byte of String(bytes)) await part(byte);
    },
  ]);
  await using printer = await startScriptedPrinter(Object.fromEntries(dripping));
  expect(partsOf(await readPrinter(printer))).toEqual(['m119', 'm105', 'm27', 'm114']);
});

const MISSING: readonly (readonly [
  title: string,
  answers: Script,
  problems: Record<string, string>,
  parts: string[],
])[] = [
  [
    'an acknowledgement without data',
    { M27: reply('M27') },
    { M27: 'protocol | M27: reply not understood: ""' },
    ['m119', 'm105', 'm114'],
  ],
  [
    'words that are not known',
    { M114: reply('M114', 'here', 'and there') },
    { M114: 'protocol | M114: reply not understood: "here | and there"' },
    ['m119', 'm105', 'm27'],
  ],
  [
    'bytes that are no text',
    { M27: Buffer.concat([Buffer.from('CMD M27 Received.\r\n'), Buffer.alloc(3, 0xff), Buffer.from('\r\nok\r\n')]) },
    { M27: 'protocol | M27: reply not understood: "\ufffd\ufffd\ufffd"' },
    ['m119', 'm105', 'm114'],
  ],
  [
    'no status',
    { M119: reply('M119', 'hello') },
    { M119: 'protocol | M119: reply not understood: "hello"' },
    ['m105', 'm27', 'm114'],
  ],
  [
    'no temperature',
    { M105: reply('M105', 'T0:nan/0') },
    { M105: 'protocol | M105: reply not understood: "T0:nan/0"' },
    ['m119', 'm27', 'm114'],
  ],
];

it.each(MISSING)('%s costs that part, not the printer', async (_title, answers, problems, parts) => {
  await using printer = await startScriptedPrinter({ ...IDLE, ...answers });
  const reading = await readPrinter(printer);
  expect(problemsOf(reading)).toEqual(problems);
  expect(partsOf(reading)).toEqual(parts);
  expect(reading.failure).toBeUndefined();
  await printer.allClosed();
  expect(printer.received).toEqual(['~M119\r\n~M105\r\n~M27\r\n~M114\r\n']);
});

it('fails if neither M119 nor M105 is understood, for the reason of M119', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M119: reply('M119', 'a'), M105: reply('M105', 'b') });
  const reading = await readPrinter(printer);
  expect(reading.failure).toMatchObject({ code: 'protocol', message: 'M119: reply not understood: "a"' });
  expect(partsOf(reading)).toEqual(['m27', 'm114']);
});

it('quotes no more than 100 characters of a reply', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M27: reply('M27', 'x'.repeat(5000)) });
  expect(problemsOf(await readPrinter(printer))).toEqual({
    M27: `protocol | M27: reply not understood: "${'x'.repeat(100)}"`,
  });
});

it('discards replies to other commands, and acknowledgements of an upload', async () => {
  const foreign = `${reply('M105', 'T0:99/99')}N0001 ok.\r\n${reply('M114', 'X:9')}${reply('M601', 'Control failed.')}`;
  await using printer = await startScriptedPrinter({
    ...IDLE,
    M119: `${foreign}${IDLE['M119']}`,
    M27: `${foreign}${IDLE['M27']}`,
  });
  const reading = await readPrinter(printer);
  expect(reading.replies.m105?.get('tool0')?.celsius).toBe(24);
  expect(reading.replies.m114?.get('x')?.text).toBe('1');
  expect(problemsOf(reading)).toEqual({});
});

it('discards what comes after a reply, up to the next one', async () => {
  const late = `${reply('M105', 'T0:99/99')}X:9\r\n`;
  await using printer = await startScriptedPrinter({ ...IDLE, M119: `${IDLE['M119']}ok\r\n${late}` });
  const reading = await readPrinter(printer);
  expect(reading.replies.m105?.get('tool0')?.celsius).toBe(24);
  expect(problemsOf(reading)).toEqual({});
});

it('takes a reply to the same command that was meant for another client', async () => {
  await using printer = await startScriptedPrinter({
    ...IDLE,
    M119: `${reply('M119', 'MachineStatus: BUSY')}${IDLE['M119']}`,
  });
  expect((await readPrinter(printer)).replies.m119?.machineStatus).toBe('BUSY');
});

it('takes a reply without its ok once the time of the command is over', async () => {
  const printing = replyWithoutOk('M27', 'SD printing byte 5/100');
  await using printer = await startScriptedPrinter({ ...IDLE, M27: printing });
  const reading = await readPrinter(printer, { limits: SHORT });
  expect(reading.replies.m27?.ratio).toBe(0.05);
  expect(problemsOf(reading)).toEqual({});
  expect(reading.replies.m114?.get('x')?.text).toBe('1');
});

it('ends the read at a reply that stops in the middle of a line: the rest of it is still to come', async () => {
  const torn = 'CMD M105 Received.\r\nT0:24/0\r\nT1:220.3/22';
  await using printer = await startScriptedPrinter({ ...IDLE, M105: torn });
  const reading = await readPrinter(printer, { limits: SHORT });
  await printer.allClosed();
  expect(partsOf(reading)).toEqual(['m119']);
  expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105']);
  expect([...reading.habits.unfinished]).toEqual([]);
});

it('continues after an M27 that is only a CMD line, as from a Dremel', async () => {
  await using printer = await startScriptedPrinter({ ...IDLE, M27: replyWithoutOk('M27') });
  const reading = await readPrinter(printer, { limits: SHORT });
  expect(problemsOf(reading)).toEqual({ M27: 'timeout | M27: no "ok", and not understood: ""' });
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm114']);
});

it.each([
  'CMD M27 Received.',
  '\u0000\u0001CMD M27 Received.',
  `${replyWithoutOk('M105', 'T0:99/99')}CMD M27 Received.`,
])('continues after a CMD line without a line end: %j', async (M27) => {
  await using printer = await startScriptedPrinter({ ...IDLE, M27 });
  const reading = await readPrinter(printer, { limits: SHORT });
  expect(problemsOf(reading)).toEqual({ M27: 'timeout | M27: no "ok", and not understood: ""' });
  expect([...reading.unanswered]).toEqual(['M27']);
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm114']);
  expect(reading.replies.m105?.get('tool0')?.celsius).toBe(24);
});

it('waits on if what looked like a CMD line is a longer line', async () => {
  const answer: ScriptedReply = async ({ part }) => {
    await part('a CMD M105 Received.');
    await part('gx\r\n');
  };
  await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
  const beganAt = performance.now();
  const { problems } = await readPrinter(printer, { limits: SHORT });
  expect(performance.now() - beganAt).toBeGreaterThan(SHORT.commandMs - 5);
  expect(problems.get('M105')?.message).toBe('M105: no whole reply within 150 ms, 24 bytes came');
});

it('takes a reply right after bytes without a line end, such as the file list of another client', async () => {
  const M105 = Buffer.concat([Buffer.from(reply('M661')), Buffer.from([0x3a, 0x3a, 0xa3, 0xa3, 0, 0, 0, 1, 0x61])]);
  const answer = Buffer.concat([M105, Buffer.from(String(IDLE['M105']))]);
  await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
  const reading = await readPrinter(printer);
  expect(problemsOf(reading)).toEqual({});
  expect(reading.replies.m105?.get('tool0')?.celsius).toBe(24);
});

it('discards an ok that comes after the time of the command', async () => {
  const answers: Script = {
    M27: replyWithoutOk('M27', 'SD printing byte 5/100'),
    M114: `ok\r\n${IDLE['M114']}`,
  };
  await using printer = await startScriptedPrinter({ ...IDLE, ...answers });
  const reading = await readPrinter(printer, { limits: SHORT });
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm27', 'm114']);
});

it('takes an ok without a line end when nothing more comes for a moment', async () => {
  const script = Object.fromEntries(Object.entries(IDLE).map(([command, bytes]) => [command, String(bytes).trimEnd()]));
  await using printer = await startScriptedPrinter(script);
  // Long silence: it is the short wait that ends them.
  expect(partsOf(await readPrinter(printer, { limits: { ...LONG, okTailMs: 10 } }))).toEqual([
    'm119',
    'm105',
    'm27',
    'm114',
  ]);
});

it('waits for the rest of a line that begins with ok', async () => {
  const answer: ScriptedReply = async ({ part, send }) => {
    await part('CMD M119 Received.\r\nok');
    await send('ay\r\nMachineStatus: READY\r\nok\r\n');
  };
  await using printer = await startScriptedPrinter({ ...IDLE, M119: answer });
  expect((await readPrinter(printer)).replies.m119?.machineStatus).toBe('READY');
});

it('takes an ok without a line end from a printer that then hangs up', async () => {
  const answer: ScriptedReply = ({ socket }) => void socket.end(String(IDLE['M119']).trimEnd());
  await using printer = await startScriptedPrinter({ ...IDLE, M119: answer });
  const reading = await readPrinter(printer);
  expect(partsOf(reading)).toEqual(['m119', 'm105', 'm27', 'm114']);
  expect(problemsOf(reading)).toEqual({});
});

it('does not end a reply by silence before its CMD line has come', async () => {
  const answer: ScriptedReply = async ({ part }) => part('CMD M119 Rece');
  await using printer = await startScriptedPrinter({ ...IDLE, M119: answer });
  const reading = await readPrinter(printer, { limits: SHORT });
  expect(reading.failure?.message).toBe('M119: no whole reply within 150 ms, 13 bytes came');
});
