// Printers that reset, hang up and flood.

import { describe, expect, it } from 'vitest';
import {
  type Answer,
  commandsIn,
  hangUp,
  pump,
  replyWithoutOk,
  reset,
  type Script,
  silence,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, partsOf, problemsOf, SHORT, visit } from './reading.ts';

/** Half a reply, and then something else. */
function halfThen(command: string, end: Answer): Answer {
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
    const reading = await visit(printer, { identity: true });
    await printer.allClosed();
    expect(partsOf(reading)).toHaveLength(5);
    expect(problemsOf(reading)).toEqual({});
    expect(printer.received.slice(1).map(commandsIn)).toEqual([again]);
  });

  it('as soon as the connection stands', async () => {
    await using printer = await startScriptedPrinter(IDLE, (client) => {
      if (client.number === 1) client.socket.resetAndDestroy();
    });
    expect(problemsOf(await visit(printer))).toEqual({});
    expect(printer.received).toHaveLength(2);
  });

  it('a second time is the end: closed, what was read is kept', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M27: reset });
    const reading = await visit(printer);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105', 'M27'], ['M27']]);
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
    expect(problemsOf(reading)).toEqual({ M27: 'closed | M27: ECONNRESET', M114: 'closed | M27: ECONNRESET' });
    expect(reading.failure).toBeUndefined();
  });

  it('twice at the first command: not read', async () => {
    await using printer = await startScriptedPrinter({ M119: reset });
    expect((await visit(printer)).failure).toMatchObject({ code: 'closed', message: 'M119: ECONNRESET' });
    expect(printer.received).toHaveLength(2);
  });

  it('and then silence: the reason is the last one', async () => {
    await using printer = await startScriptedPrinter((connection) => ({
      ...IDLE,
      M27: connection === 1 ? reset : silence,
    }));
    const reading = await visit(printer, { limits: SHORT });
    expect(reading.problems.get('M27')?.code).toBe('timeout');
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
  });
});

describe('a hang-up', () => {
  it('instead of a reply: closed, without a second try', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M27: hangUp });
    const reading = await visit(printer);
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
    const message = 'M27: the printer closed the connection, 0 bytes came';
    expect(reading.problems.get('M114')).toMatchObject({ code: 'closed', message });
    expect(printer.received).toHaveLength(1);
  });

  // A reset right behind data reaches Node.js as a hang-up, so this one is tried again as a reset is.
  it.each<readonly [title: string, answer: Answer, bytes: number]>([
    ['in mid-reply', halfThen('M105', hangUp), 20],
    ['instead of the ok', ({ socket }) => void socket.end(replyWithoutOk('M105', 'T0:24/0')), 29],
  ])('%s: a second try, then closed', async (_title, M105, bytes) => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105 });
    const reading = await visit(printer);
    expect(partsOf(reading)).toEqual(['m119']);
    const message = `M105: the printer closed the connection, ${bytes} bytes came`;
    expect(reading.problems.get('M114')).toMatchObject({ code: 'closed', message });
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105'], ['M105']]);
  });

  it('after a reply costs the rest', async () => {
    const answer: Answer = ({ socket }) => void socket.end(String(IDLE['M105']));
    await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
    const reading = await visit(printer);
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
    expect(reading.problems.get('M27')?.code).toBe('closed');
    expect(reading.failure).toBeUndefined();
  });

  it('as soon as the connection stands', async () => {
    await using printer = await startScriptedPrinter(IDLE, hangUp);
    expect((await visit(printer)).failure?.code).toBe('closed');
    expect(printer.received).toHaveLength(1);
  });
});

describe('too much', () => {
  const LINES = 'T0:24 /0 B:0 /0\r\n'.repeat(500);

  it.each<readonly [title: string, answer: Answer, message: RegExp]>([
    [
      'a line without an end',
      async (client) => {
        await client.part('CMD M105 Received.\r\n');
        await pump(client, 'x'.repeat(8192));
      },
      /^M105: \d+ bytes in the reply to M105 came, more than 16384$/,
    ],
    [
      'lines without an end',
      async (client) => {
        await client.part('CMD M105 Received.\r\n');
        await pump(client, LINES);
      },
      /^M105: \d+ bytes in the reply to M105 came, more than 16384$/,
    ],
    [
      'bytes that are no reply',
      (client) => pump(client, LINES),
      /^M105: \d+ bytes that are no reply came, more than 16384$/,
    ],
    [
      'a whole reply over the limit',
      `${replyWithoutOk('M105')}${LINES}${LINES}${LINES}ok\r\n`,
      /^M105: \d+ bytes in the reply to M105 came, more than 16384$/,
    ],
  ])('%s: protocol, and the connection is closed', async (_title, answer, message) => {
    await using printer = await startScriptedPrinter({ ...IDLE, M105: answer });
    const reading = await visit(printer);
    await printer.allClosed();
    expect(reading.problems.get('M105')).toMatchObject({ code: 'protocol', message: expect.stringMatching(message) });
    expect(partsOf(reading)).toEqual(['m119']);
    expect(reading.failure).toBeUndefined();
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105']);
  });

  it('costs nothing of the reply before it, even when both come at once', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M119: `${IDLE['M119']}${'x'.repeat(20_000)}` });
    const reading = await visit(printer);
    expect(reading.replies.m119?.machineStatus).toBe('READY');
    expect(reading.problems.get('M105')?.code).toBe('protocol');
  });

  it('before anything was asked', async () => {
    await using printer = await startScriptedPrinter({}, (client) => pump(client, LINES));
    expect((await visit(printer)).failure?.code).toBe('protocol');
    await printer.allClosed();
  });
});

it('takes bytes that are no reply for none', async () => {
  const garbage = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256));
  await using printer = await startScriptedPrinter({
    ...IDLE,
    M119: Buffer.concat([garbage, Buffer.from('\r\nok\r\n')]),
  });
  const { failure } = await visit(printer, { limits: SHORT });
  expect(failure).toMatchObject({ code: 'timeout', message: 'M119: no whole reply within 150 ms, 518 bytes came' });
});
