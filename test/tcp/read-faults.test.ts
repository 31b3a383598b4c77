// Printers that reset, hang up and flood.

import { describe, expect, it } from 'vitest';
import {
  commandsIn,
  hangUp,
  pump,
  reply,
  replyWithoutOk,
  reset,
  type Script,
  type ScriptedReply,
  silence,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, LONG, partsOf, problemsOf, readPrinter, SHORT } from './reading.ts';

/** Half a reply, and then something else. */
function halfThen(command: string, end: ScriptedReply): ScriptedReply {
  return async (client) => {
    const bytes = String(IDLE[command]);
    await client.part(bytes.slice(0, bytes.length / 2));
    if (typeof end === 'function') await end(client);
  };
}

describe('a reset', () => {
  it.each<readonly [title: string, answers: Script, again: readonly string[]]>([
    ['at the first command', { M119: reset }, ['M119', 'M105', 'M27', 'M114', 'M115']],
    ['in mid-reply', { M105: halfThen('M105', reset) }, ['M105', 'M27', 'M114', 'M115']],
    ['at M27', { M27: reset }, ['M27', 'M114', 'M115']],
    ['at the last command', { M115: halfThen('M115', reset) }, ['M115']],
  ])('%s: asks once more only what was not answered', async (_title, answers, again) => {
    await using printer = await startScriptedPrinter((connection) => ({ ...IDLE, ...(connection === 1 && answers) }));
    const reading = await readPrinter(printer, { identity: true });
    await printer.allClosed();
    expect(partsOf(reading)).toHaveLength(5);
    expect(problemsOf(reading)).toEqual({});
    expect(printer.received.slice(1).map(commandsIn)).toEqual([again]);
  });

  it('right after connecting', async () => {
    await using printer = await startScriptedPrinter(IDLE, (client) => {
      if (client.number === 1) client.socket.resetAndDestroy();
    });
    expect(problemsOf(await readPrinter(printer))).toEqual({});
    expect(printer.received).toHaveLength(2);
  });

  it('at the same command again costs that command', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M27: reset });
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105', 'M27'], ['M27'], ['M114']]);
    expect(partsOf(reading)).toEqual(['m119', 'm105', 'm114']);
    expect(problemsOf(reading)).toEqual({ M27: 'closed | M27: ECONNRESET' });
    expect(reading.failure).toBeUndefined();
  });

  it('at every command ends the read after the second command: it is the printer, not the commands', async () => {
    await using printer = await startScriptedPrinter({ M119: reset, M105: reset, M27: reset, M114: reset });
    expect((await readPrinter(printer)).failure).toMatchObject({ code: 'closed', message: 'M119: ECONNRESET' });
    expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M119'], ['M105']]);
  });

  it('and then silence: reports the last reason', async () => {
    await using printer = await startScriptedPrinter((connection) => ({
      ...IDLE,
      M27: connection === 1 ? reset : silence,
    }));
    const reading = await readPrinter(printer, { limits: SHORT });
    expect(reading.problems.get('M27')?.code).toBe('timeout');
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
  });
});

describe('a hang-up', () => {
  it('instead of a reply: asked once more, first on a new connection, then it costs that command', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M27: hangUp });
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105', 'M27'], ['M27'], ['M114']]);
    expect(partsOf(reading)).toEqual(['m119', 'm105', 'm114']);
    expect(problemsOf(reading)).toEqual({ M27: 'closed | M27: the printer closed the connection, 0 bytes came' });
  });

  it('after every reply costs nothing: each command has a connection of its own', async () => {
    const closing = Object.entries(IDLE).map(([command, bytes]): [string, ScriptedReply] => [
      command,
      ({ socket }) => void socket.end(String(bytes)),
    ]);
    await using printer = await startScriptedPrinter(Object.fromEntries(closing));
    expect(partsOf(await readPrinter(printer))).toEqual(['m119', 'm105', 'm27', 'm114']);
  });

  // A reset right behind data reaches Node.js as a hang-up, so this one is tried again as a reset is.
  it.each<readonly [title: string, answer: ScriptedReply, bytes: number]>([
    ['in mid-reply', halfThen('M105', hangUp), 20],
    ['instead of the ok', ({ socket }) => void socket.end(replyWithoutOk('M105', 'T0:24/0')), 29],
  ])('%s: asked once more, then it costs that command', async (_title, M105, bytes) => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105 });
    const reading = await readPrinter(printer);
    expect(partsOf(reading)).toEqual(['m119', 'm27', 'm114']);
    const message = `M105: the printer closed the connection, ${bytes} bytes came`;
    expect(problemsOf(reading)).toEqual({ M105: `closed | ${message}` });
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105'], ['M105'], ['M27', 'M114']]);
  });

  it('after a reply costs nothing', async () => {
    const answer: ScriptedReply = ({ socket }) => void socket.end(String(IDLE['M105']));
    await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
    const reading = await readPrinter(printer);
    expect(partsOf(reading)).toEqual(['m119', 'm105', 'm27', 'm114']);
    expect(problemsOf(reading)).toEqual({});
  });

  it('at the first command costs that command: it is not sent again', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M119: hangUp });
    const reading = await readPrinter(printer);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M105', 'M27', 'M114']]);
    expect(partsOf(reading)).toEqual(['m105', 'm27', 'm114']);
    expect(reading.failure).toBeUndefined();
  });

  it('at every command ends the read after the second command', async () => {
    await using printer = await startScriptedPrinter({ M119: hangUp, M105: hangUp, M27: hangUp, M114: hangUp });
    const { failure } = await readPrinter(printer);
    expect(failure).toMatchObject({ code: 'closed', message: 'M119: the printer closed the connection, 0 bytes came' });
    expect(printer.received.map(commandsIn)).toEqual([['M119'], ['M105']]);
  });

  it('right after connecting', async () => {
    await using printer = await startScriptedPrinter(IDLE, hangUp);
    expect((await readPrinter(printer)).failure?.code).toBe('closed');
    expect(printer.received).toHaveLength(2);
  });
});

describe('too many bytes', () => {
  const LINES = 'T0:24 /0 B:0 /0\r\n'.repeat(500);
  const TOO_LONG = LINES.repeat(3);
  const ALL = ['m119', 'm105', 'm27', 'm114'];
  const WITHOUT_M105 = ['m119', 'm27', 'm114'];

  it.each<readonly [title: string, answer: ScriptedReply]>([
    ['a whole reply over the limit', `${replyWithoutOk('M105')}${TOO_LONG}ok\r\n`],
    ['one that silence ends', `${replyWithoutOk('M105')}${TOO_LONG}`],
    ['one whose ok has no line end', `${replyWithoutOk('M105')}${TOO_LONG}ok`],
    ['one line over the limit', `${replyWithoutOk('M105')}${'x'.repeat(50_000)}\r\nok\r\n`],
    [
      'one that comes in parts',
      async ({ part, send }) => {
        await part(replyWithoutOk('M105') + TOO_LONG);
        await part(TOO_LONG);
        await send('ok\r\n');
      },
    ],
  ])('%s costs that part, and the conversation goes on', async (_title, answer) => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
    const reading = await readPrinter(printer, { limits: { ...SHORT, commandMs: 300 } });
    expect(reading.problems.get('M105')).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/^M105: a reply of \d{5} bytes, more than is taken$/),
    });
    expect(partsOf(reading)).toEqual(WITHOUT_M105);
    expect(reading.failure).toBeUndefined();
    expect(printer.pipelined).toEqual([]);
  });

  it.each<readonly [title: string, answer: ScriptedReply]>([
    [
      'a line without an end',
      async (client) => {
        await client.part('CMD M105 Received.\r\n');
        await pump(client, 'x'.repeat(8192));
      },
    ],
    [
      'lines without an end',
      async (client) => {
        await client.part('CMD M105 Received.\r\n');
        await pump(client, LINES);
      },
    ],
  ])('%s: protocol when the time of the command is over', async (_title, answer) => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
    const reading = await readPrinter(printer, {
      limits: { ...LONG, commandMs: 300, silenceMs: 150, floodBytes: Infinity },
    });
    await printer.allClosed();
    expect(reading.problems.get('M105')).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/^M105: no whole reply within 300 ms, \d+ bytes came$/),
    });
    expect(partsOf(reading)).toEqual(['m119']);
    expect(reading.failure).toBeUndefined();
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105']);
  });

  it('without an end: closes the connection long before the time is over', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105: (client) => pump(client, LINES) });
    const reading = await readPrinter(printer, { limits: { ...LONG, floodBytes: 1_000_000 } });
    await printer.allClosed();
    expect(reading.problems.get('M105')).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/^M105: 1\d{6} bytes came, and no whole reply$/),
    });
    expect(partsOf(reading)).toEqual(['m119']);
    expect(reading.habits.failures.get('M105')?.count).toBe(1);
  });

  it.each<readonly [title: string, before: string | Uint8Array]>([
    ['lines', TOO_LONG],
    // More than is read at once.
    ['a line', `${'x'.repeat(1_000_000)}\r\n`],
    ['a reply to another command', `${replyWithoutOk('M661')}${TOO_LONG}ok\r\n`],
    ['one without its ok', `${replyWithoutOk('M661')}${TOO_LONG}`],
    // A file list comes after the ok (docs/protocol.md#tcp-framing).
    [
      'a list of bytes without a line end',
      Buffer.concat([Buffer.from(reply('M661')), Buffer.alloc(50_000, '::\u0000a.gx')]),
    ],
  ])('of other clients costs nothing: %s', async (_title, before) => {
    const after = Buffer.concat([Buffer.from(before), Buffer.from(String(IDLE['M105']))]);
    await using printer = await startScriptedPrinter({ ...IDLE, M105: after });
    const reading = await readPrinter(printer);
    expect(problemsOf(reading)).toEqual({});
    expect(partsOf(reading)).toEqual(ALL);
  });

  it('at M119 costs only the status', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M119: `${replyWithoutOk('M119')}${TOO_LONG}ok\r\n` });
    const reading = await readPrinter(printer);
    expect(reading.problems.get('M119')?.code).toBe('protocol');
    expect(partsOf(reading)).toEqual(['m105', 'm27', 'm114']);
    expect(reading.failure).toBeUndefined();
  });

  it('between two replies costs neither of them', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M119: `${IDLE['M119']}${'x'.repeat(20_000)}` });
    expect(partsOf(await readPrinter(printer))).toEqual(ALL);
  });

  it.each<readonly [title: string, bytes: string, said: RegExp]>([
    ['lines', LINES, /^M105: no whole reply within 150 ms, \d+ bytes came$/],
    [
      'replies to another command',
      replyWithoutOk('M661') + LINES,
      /^M105: no whole reply within 150 ms, \d+ bytes came, all in reply to another client: close whatever else/,
    ],
  ])('of other clients without an end takes no longer than a command: %s', async (_title, bytes, said) => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105: (client) => pump(client, bytes) });
    const reading = await readPrinter(printer, {
      limits: { ...LONG, commandMs: 150, silenceMs: 30, floodBytes: Infinity },
    });
    await printer.allClosed();
    expect(reading.problems.get('M105')).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(said),
    });
    expect(partsOf(reading)).toEqual(['m119']);
  });

  it('before the first command', async () => {
    await using printer = await startScriptedPrinter({ M119: silence }, (client) => pump(client, LINES));
    expect((await readPrinter(printer, { limits: LONG })).failure?.code).toBe('protocol');
    await printer.allClosed();
  });
});

it('does not take garbage for a reply', async () => {
  const garbage = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256));
  await using printer = await startScriptedPrinter({
    ...IDLE,
    M119: Buffer.concat([garbage, Buffer.from('\r\nok\r\n')]),
  });
  const { failure } = await readPrinter(printer, { limits: SHORT });
  expect(failure).toMatchObject({ code: 'timeout', message: 'M119: no whole reply within 150 ms, 518 bytes came' });
});
