// Which bytes are the reply to a command, and how long silence has to last to end it: without sockets and without waiting.

import { describe, expect, it } from 'vitest';
import { AwaitedReply } from '../../src/tcp/awaited-reply.ts';
import type { Command } from '../../src/tcp/commands.ts';
import { linesOf, type Reply } from '../../src/tcp/reply.ts';
import { DEFAULT_LIMITS } from '../../src/tcp/target.ts';
import { reply, replyWithoutOk } from '../support/scripted-printer.ts';

const { silenceMs: SILENCE, okTailMs: OK_TAIL } = DEFAULT_LIMITS;
const HEAT = 'T0:24 /0 B:0 /0';
const M105: Reply = { command: 'M105', data: `${HEAT}\r\n`, complete: true };

interface Options {
  readonly command?: Command;
  readonly mayStopShort?: boolean;
}

function awaiting({ command = 'M105', mayStopShort = false }: Options = {}) {
  const awaited = new AwaitedReply(DEFAULT_LIMITS);
  awaited.begin(command, mayStopShort);
  return { awaited, push: (bytes: string) => awaited.push(bytes) };
}

describe('the reply', () => {
  it.each<readonly [title: string, parts: readonly string[]]>([
    ['in one chunk', [reply('M105', HEAT)]],
    ['in two', [reply('M105', HEAT).slice(0, 30), reply('M105', HEAT).slice(30)]],
    ['after one to another client', [reply('M27', 'x') + reply('M105', HEAT)]],
    ['before one to another client', [reply('M105', HEAT) + replyWithoutOk('M27')]],
    ['whole, after one that was cut short', [replyWithoutOk('M105', 'T0:2') + reply('M27'), reply('M105', HEAT)]],
    ['the first of two', [reply('M105', HEAT) + reply('M105', 'T0:99 /0')]],
  ])('%s', (_title, parts) => {
    const { push } = awaiting();
    expect(parts.map(push).at(-1)).toEqual(M105);
  });

  it('is not taken from before the command', () => {
    const { awaited, push } = awaiting({ command: 'M119' });
    push(reply('M119') + reply('M105', 'T0:99 /0'));
    awaited.begin('M105', false);
    expect(awaited.receivedBytes).toBe(0);
    expect(awaited.stop()).toBeUndefined();
    expect(push(reply('M105', HEAT))).toEqual(M105);
  });

  it('may be a refusal without a CMD line, but no other answer without one', () => {
    expect(awaiting().push('Control failed.\r\nok\r\n')?.data).toBe('Control failed.');
    expect(awaiting().push('Control Success V2.1.\r\nok\r\n')).toBeUndefined();
    expect(awaiting({ command: 'M601' }).push('Control Success V2.1.\r\nok\r\n')?.complete).toBe(true);
  });

  it('to a login comes after a bare acknowledgement, unless the printer is known to send no more', () => {
    const { push } = awaiting({ command: 'M601' });
    expect(push(reply('M601'))).toBeUndefined();
    expect(push('Control Success.\r\nok\r\n')?.data).toBe('Control Success.');
    expect(awaiting({ command: 'M601', mayStopShort: true }).push(reply('M601'))).toMatchObject({ command: 'M601' });
  });
});

describe('silence ends the reply', () => {
  it.each<readonly [title: string, bytes: string, mayStopShort: boolean, silenceMs: number]>([
    ['never before it has begun', '', true, Infinity],
    ['never if the printer always sends its ok', replyWithoutOk('M105', HEAT), false, Infinity],
    ['soon if it is known to leave it out', replyWithoutOk('M105', HEAT), true, SILENCE],
    ['never in the middle of a line', `${replyWithoutOk('M105')}T0:2`, true, Infinity],
    ['at once after an ok without its line end', `${replyWithoutOk('M105', HEAT)}ok`, false, OK_TAIL],
    ['never during a reply to another client', `${replyWithoutOk('M27')}ok`, true, Infinity],
    ['never after a reply to another client', reply('M27'), true, Infinity],
    ['soon after one that was cut short', replyWithoutOk('M105', HEAT) + reply('M27'), true, SILENCE],
  ])('%s', (_title, bytes, mayStopShort, silenceMs) => {
    const { awaited, push } = awaiting({ mayStopShort });
    expect(push(bytes)).toBeUndefined();
    expect(awaited.silenceMs).toBe(silenceMs);
  });

  it('does not end the words of a login that have begun', () => {
    const { awaited, push } = awaiting({ command: 'M601' });
    push('CMD M601 Received.\r\nok\r\n');
    expect(awaited.silenceMs).toBe(SILENCE);
    push('Control Suc');
    expect(awaited.silenceMs).toBe(Infinity);
    expect(push('cess V2.1.\r\nok\r\n')?.data).toBe('Control Success V2.1.');
  });

  it.each<readonly [title: string, bytes: string, isLeftUnfinished: boolean, complete: boolean]>([
    ['left without its ok', replyWithoutOk('M105', HEAT), true, false],
    ['whose ok has no line end', `${replyWithoutOk('M105', HEAT)}ok`, false, true],
    ['that another client cut short', replyWithoutOk('M105', HEAT) + reply('M27'), false, false],
  ])('one %s', (_title, bytes, isLeftUnfinished, complete) => {
    const { awaited, push } = awaiting();
    push(bytes);
    expect(awaited.stop()).toEqual({ reply: { ...M105, complete }, isLeftUnfinished });
  });
});

describe('a closed connection', () => {
  it.each<readonly [title: string, bytes: string, lines: readonly string[] | undefined, isInReply: boolean]>([
    ['after nothing', '', undefined, false],
    ['in the middle of the reply', replyWithoutOk('M105', HEAT), undefined, true],
    ['after an ok without its line end', `${replyWithoutOk('M105', HEAT)}ok`, [HEAT], false],
    ['after a refusal without its ok', 'Please login first.', ['Please login first.'], false],
    ['after a refusal with its CMD line', replyWithoutOk('M105', 'Control failed.'), ['Control failed.'], true],
  ])('%s', (_title, bytes, lines, isInReply) => {
    const { awaited, push } = awaiting();
    push(bytes);
    const closed = awaited.close();
    expect(closed.reply && linesOf(closed.reply)).toEqual(lines);
    expect(closed.isInReply).toBe(isInReply);
  });
});

it.each<readonly [title: string, bytes: string, detail: string | undefined, said: RegExp]>([
  ['nothing', '', 'mute', /^M105: no whole reply within 5 s, 0 bytes came$/],
  ['half of the reply', replyWithoutOk('M105', HEAT), undefined, / 37 bytes came$/],
  ['replies to another client', reply('M27'), 'other_client', / 23 bytes came, all in reply to another client: /],
  ['an upload by another client', 'N0001 ok.\r\n', 'other_client', /all in reply to another client/],
  ['a web page', 'HTTP/1.1 400 Bad Request\r\n', 'html', / 26 bytes came$/],
  ['a web page without a status line', '<!DOCTYPE HTML>\n<html lang="en">\n', 'html', / 33 bytes came$/],
])('says what came instead of a reply: %s', (_title, bytes, detail, said) => {
  const { awaited, push } = awaiting();
  push(bytes);
  const missing = awaited.missingError('within 5 s');
  expect(missing).toMatchObject({ code: 'timeout', detail });
  expect(missing.message).toMatch(said);
  const closedDetail = detail === 'mute' ? undefined : detail;
  expect(awaited.closedError()).toMatchObject({ code: 'closed', detail: closedDetail });
});

describe('a login that is answered without a whole reply', () => {
  it.each([
    ['its words alone', 'Control Success V2.1.\r\n'],
    ['an ok alone', 'ok\r\n'],
  ])('by %s waits for its time once, and then for silence', (_title, bytes) => {
    const first = awaiting({ command: 'M601' });
    expect(first.push(bytes)).toBeUndefined();
    expect(first.awaited.silenceMs).toBe(Number.POSITIVE_INFINITY);
    expect(first.awaited.stop()).toMatchObject({ isLeftUnfinished: true, reply: { command: '' } });
    const known = awaiting({ command: 'M601', mayStopShort: true });
    known.push(bytes);
    expect(known.awaited.silenceMs).toBe(SILENCE);
  });

  it('does not take an ok that came before it', () => {
    const { awaited, push } = awaiting();
    push('ok\r\n');
    awaited.begin('M601', true);
    expect(awaited.silenceMs).toBe(Number.POSITIVE_INFINITY);
    expect(awaited.stop()).toBeUndefined();
  });

  it('does not let an ok alone answer a read', () => {
    const { awaited, push } = awaiting({ mayStopShort: true });
    push('ok\r\n');
    expect(awaited.stop()).toBeUndefined();
  });
});

it('ends a reply at an ok that is padded with NUL', () => {
  const { push } = awaiting();
  expect(push(`CMD M105 Received.\0\r\n${HEAT}\r\nok\0\r\n`)?.complete).toBe(true);
});
