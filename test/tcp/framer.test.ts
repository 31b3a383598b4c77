// Splits bytes into replies, however they are cut and whatever comes between replies.

import { describe, expect, it } from 'vitest';
import { reply, replyWithoutOk } from '../support/scripted-printer.ts';
import { bytesOf, bytewise, frame, LIMIT, push, type ReplyLines, withLines } from './frame.ts';

function whole(command: string, ...lines: readonly string[]): ReplyLines {
  return { command, lines, complete: true };
}

function cut(command: string, ...lines: readonly string[]): ReplyLines {
  return { command, lines, complete: false };
}

const M105 = reply('M105', 'T0:24 /0 B:0 /0');
const M27 = reply('M27', 'SD printing byte 0/100');
const HEAT = whole('M105', 'T0:24 /0 B:0 /0');
const PROGRESS = whole('M27', 'SD printing byte 0/100');

describe('cuts a stream into replies', () => {
  const STREAMS: readonly (readonly [title: string, bytes: string | Uint8Array, replies: readonly ReplyLines[]])[] = [
    ['one reply', M105, [HEAT]],
    ['two replies in one', M105 + M27, [HEAT, PROGRESS]],
    ['LF without CR', M105.replaceAll('\r\n', '\n'), [HEAT]],
    ['an acknowledgement without data', reply('M27'), [whole('M27')]],
    ['a stray LF in a line', 'CMD M115 Received.\r\nMac Address:F8\n \r\nok\r\n', [whole('M115', 'Mac Address:F8')]],
    ['blank lines anywhere', '\r\n\nCMD M27 Received.\r\n\r\n \r\nx\r\n\n ok \r\n\r\n', [whole('M27', 'x')]],
    ['lines with blanks around them', 'CMD M27 Received.\r\n  a b \t\r\nok\r\n', [whole('M27', 'a b')]],
    ['ok among blanks', `CMD M27 Received.\r\n${' '.repeat(20)}ok${' '.repeat(20)}\r\n`, [whole('M27')]],
    ['ok, and something far behind it', reply('M27', `ok${' '.repeat(80)}x`), [whole('M27', `ok${' '.repeat(80)}x`)]],
    ['OK in capitals', 'CMD M27 Received.\r\nOK\r\n', [whole('M27')]],
    [
      'a CMD word without its M',
      'CMD 602 Received.\r\nControl Release.\r\nok\r\n',
      [whole('M602', 'Control Release.')],
    ],
    ['a CMD line with arguments', 'CMD M601 S1 Received.\r\nok\r\n', [whole('M601')]],
    ['a CMD line in small letters', 'cmd M27 received\r\nok\r\n', [whole('M27')]],
    ['no ok, then the next reply', replyWithoutOk('M27') + M105, [cut('M27'), HEAT]],
    ['no ok after data, then the next reply', replyWithoutOk('M27', 'x') + M105, [cut('M27', 'x'), HEAT]],
    ['an ok without its line end, then the next reply', `${M27.trimEnd()}${M105}`, [PROGRESS, HEAT]],
    ['an ok outside of any reply', `ok\r\n${M105}ok\r\nok\r\n${M27}`, [HEAT, PROGRESS]],
    ['bytes without a line end right before a reply', `\u0000\u0001ok\u0002${M105}`, [HEAT]],
    ['half a CMD line right before a reply', `CMD M27 Rec${M105}CMD M1${M27}`, [HEAT, PROGRESS]],
    ['a long line without an end right before a reply', `${'x'.repeat(100)} ${M105}`, [HEAT]],
    ['a CMD line within a longer line', `x CMD M105 Received. x\r\nT0:99/99\r\nok\r\n${M105}`, [HEAT]],
    ['junk before a reply', `hello\r\nM105 Received.\r\nCMD Received.\r\n${M105}`, [HEAT]],
    ['acknowledgements of an upload between replies', `N0001 ok.\r\nN0002 ok.\r\n${M105}`, [HEAT]],
    [
      'acknowledgements of an upload within a reply',
      'CMD M105 Received.\r\nN0001 ok.\r\nT0:24 /0\r\nN0002 ok.\r\nok\r\n',
      [whole('M105', 'N0001 ok.', 'T0:24 /0', 'N0002 ok.')],
    ],
    [
      'ok in names',
      reply('M119', 'CurrentFile: ok', 'CurrentFile: book.gx', 'ok.', 'okay', 'ok ok', 'Machine Name: ok'),
      [whole('M119', 'CurrentFile: ok', 'CurrentFile: book.gx', 'ok.', 'okay', 'ok ok', 'Machine Name: ok')],
    ],
    [
      'a name like a CMD line',
      reply('M119', 'CurrentFile: CMD M27 Received.', 'MoveMode: READY'),
      [whole('M119', 'CurrentFile: CMD M27 Received.', 'MoveMode: READY')],
    ],
    [
      'a name that ends like a CMD line',
      reply('M119', 'CurrentFile: a CMD M27 Received.', `${'x'.repeat(100)}CMD M27 Received.`, 'MoveMode: READY'),
      [whole('M119', 'CurrentFile: a CMD M27 Received.', `${'x'.repeat(100)}CMD M27 Received.`, 'MoveMode: READY')],
    ],
    [
      'a long name that ends in a line of its own',
      reply('M119', `CurrentFile: ${'x'.repeat(300)} ok`, 'LED: 1'),
      [whole('M119', `CurrentFile: ${'x'.repeat(300)} ok`, 'LED: 1')],
    ],
    [
      'letters of more than one byte',
      reply('M119', 'CurrentFile: Würfel 立方体 🧊.gx'),
      [whole('M119', 'CurrentFile: Würfel 立方体 🧊.gx')],
    ],
    [
      'bytes that are no UTF-8',
      Buffer.concat([
        Buffer.from('CMD M119 Received.\r\nCurrentFile: a'),
        Buffer.from([0xff, 0xc3]),
        Buffer.from('b\r\nok\r\n'),
      ]),
      [whole('M119', 'CurrentFile: a\ufffd\ufffdb')],
    ],
    [
      'control characters, which are for others to remove',
      reply('M119', 'CurrentFile: a\u0000\u001b[31mb'),
      [whole('M119', 'CurrentFile: a\u0000\u001b[31mb')],
    ],
  ];

  it.each(STREAMS)('%s', (_title, bytes, replies) => {
    expect(frame([bytes]).replies).toEqual(replies);
  });

  it.each(STREAMS)('%s, byte by byte', (_title, bytes, replies) => {
    expect(frame(bytewise(bytes)).replies).toEqual(replies);
  });

  it.each(STREAMS)('%s, in two parts cut at every byte', (_title, bytes, replies) => {
    const all = bytesOf(bytes);
    for (let at = 1; at < all.length; at++) {
      expect(frame([all.subarray(0, at), all.subarray(at)]).replies, `cut at ${at}`).toEqual(replies);
    }
  });
});

describe('an unfinished end', () => {
  it.each([
    ['nothing', '', false],
    ['a line that is not over', 'CMD M27 Received.', false],
    ['a CMD line', 'CMD M27 Received.\r\n', false],
    ['half an ok', 'CMD M27 Received.\r\no', false],
    ['ok', 'CMD M27 Received.\r\nok', true],
    ['ok and CR', 'CMD M27 Received.\r\nok\r', true],
    ['ok with blanks', 'CMD M27 Received.\r\n ok ', true],
    ['a longer line', 'CMD M27 Received.\r\nokay', false],
    ['ok at the end of a name', 'CMD M119 Received.\r\nCurrentFile: ok', false],
    ['ok outside of a reply', 'ok', false],
    ['ok after a reply', `${M27}ok`, false],
  ])('%s: endsInOk', (_title, bytes, endsInOk) => {
    expect(frame([bytes]).framer.endsInOk).toBe(endsInOk);
  });

  it.each([
    ['nothing', '', undefined],
    ['bytes that are no reply', 'hello\r\n', undefined],
    ['a whole reply before', M27, undefined],
    ['a CMD line only', 'CMD M27 Received.\r\n', cut('M27')],
    ['whole lines', 'CMD M27 Received.\r\nx\r\n', cut('M27', 'x')],
    ['a torn number', 'CMD M105 Received.\r\nT0:22/0\r\nT1:220.3/22', cut('M105', 'T0:22/0')],
    ['ok without its line end', 'CMD M27 Received.\r\nx\r\nok', whole('M27', 'x')],
  ])('flush after %s', (_title, bytes, expected) => {
    const { framer } = frame([bytes]);
    expect(withLines(framer.flush())).toEqual(expected);
    if (expected !== undefined) {
      expect(framer.pendingBytes).toBe(0);
      expect(framer.openCommand).toBeUndefined();
      expect(framer.flush()).toBeUndefined();
    }
  });

  it('starts afresh after a flush', () => {
    const { framer } = frame(['CMD M27 Received.\r\nSD prin']);
    framer.flush();
    expect(push(framer, `ting byte 0/100\r\nok\r\n${M105}`)).toEqual([HEAT]);
  });

  it('knows whose reply is coming', () => {
    expect(frame(['CMD M27 Rec']).framer.openCommand).toBeUndefined();
    expect(frame(['CMD M27 Received.\r\n']).framer.openCommand).toBe('M27');
    expect(frame([M27]).framer.openCommand).toBeUndefined();
    expect(frame([replyWithoutOk('M27'), replyWithoutOk('M105')]).framer.openCommand).toBe('M105');
  });
});

describe('a reply that begins', () => {
  it.each([
    ['nothing', '', false],
    ['half a CMD line', 'CMD M27 Rec', false],
    ['another command', 'CMD M105 Received.', false],
    ['a CMD line', 'CMD M27 Received.\r\n', true],
    ['a CMD line without its line end', 'CMD M27 Received.', true],
    ['the same with half of it', 'CMD M27 Received.\r', true],
    ['the same behind other bytes', 'x\u0000CMD M27 Received.', true],
    ['the same behind another reply that has no end', `${replyWithoutOk('M105', 'T0:99/99')}CMD M27 Received.`, true],
    ['the same as a name in another reply', `${replyWithoutOk('M119')}CurrentFile: CMD M27 Received.`, false],
    ['a longer line', 'CMD M27 Received.gx', false],
    ['a whole reply', M27, false],
  ])('%s', (_title, bytes, hasBegun) => {
    for (const parts of [[bytes], bytewise(bytes)]) {
      const { framer } = frame(parts);
      expect(framer.hasBegun('M27')).toBe(hasBegun);
      expect(withLines(framer.flush('M27'))).toEqual(hasBegun ? cut('M27') : undefined);
    }
  });

  it('is new after a flush, also where no line end came', () => {
    const { framer } = frame(['CMD M27 Received.']);
    framer.flush('M27');
    expect(push(framer, M105)).toEqual([HEAT]);
  });
});

describe('the limit of 16 KiB', () => {
  const LINE = `${'x'.repeat(126)}\r\n`;
  const KIBS_17 = LINE.repeat(8 * 17);
  const M119 = replyWithoutOk('M119');
  const TOO_LONG = { command: 'M119', lines: [], tooLongBytes: KIBS_17.length };
  const TOO_MUCH: readonly (readonly [title: string, bytes: string, replies: readonly ReplyLines[]])[] = [
    [
      'a whole reply',
      `${M119}${KIBS_17}ok\r\n${M105}`,
      [{ ...TOO_LONG, complete: true, tooLongBytes: KIBS_17.length + 'ok\r'.length }, HEAT],
    ],
    [
      'one line of a reply',
      `${M119}${'x'.repeat(LIMIT + 1)}\r\nok\r\n${M105}`,
      [{ ...TOO_LONG, complete: true, tooLongBytes: LIMIT + 1 + '\r\nok\r'.length }, HEAT],
    ],
    [
      'a reply that another ends',
      M119 + KIBS_17 + M105,
      [{ ...TOO_LONG, complete: false, tooLongBytes: KIBS_17.length + 'CMD M105 Received.\r'.length }, HEAT],
    ],
    [
      'a reply with a long line that ends like ok or a CMD line',
      `${M119}${KIBS_17}${'x'.repeat(100)} ok\r\n${'x'.repeat(100)} CMD M27 Received.\r\nok\r\n`,
      [expect.objectContaining({ ...TOO_LONG, complete: true, tooLongBytes: expect.any(Number) })],
    ],
    ['lines before a reply', KIBS_17 + M105, [HEAT]],
    ['one line before a reply', `${'x'.repeat(LIMIT + 1)}\r\n${M105}`, [HEAT]],
    ['the same without its line end', `${'x'.repeat(LIMIT + 1)}${M105}`, [HEAT]],
    ['lines between replies', M105 + KIBS_17 + M27, [HEAT, PROGRESS]],
  ];

  it.each(TOO_MUCH)('%s costs itself', (_title, bytes, replies) => {
    for (const parts of [[bytes], [bytes.slice(0, 20_000), bytes.slice(20_000)], bytewise(bytes)]) {
      expect(frame(parts).replies).toEqual(replies);
    }
  });

  it.each([
    ['a reply that does not end', M119 + KIBS_17, { ...TOO_LONG, complete: false }],
    ['its ok without a line end', `${M119}${KIBS_17}ok`, { ...TOO_LONG, complete: true }],
    ['lines that are no reply', KIBS_17, undefined],
    ['one line that is no reply', 'x'.repeat(LIMIT + 1), undefined],
  ])('%s: little is kept', (_title, bytes, flushed) => {
    for (const parts of [[bytes], bytewise(bytes)]) {
      const { framer, replies } = frame(parts);
      expect(replies).toEqual([]);
      expect(framer.pendingBytes).toBeLessThanOrEqual(64);
      expect(framer.isTooLong).toBe(flushed !== undefined);
      expect(withLines(framer.flush())).toEqual(flushed && { ...flushed, tooLongBytes: bytes.length - M119.length });
      expect(framer.isTooLong).toBe(false);
    }
  });

  it('allows a reply of exactly the limit', () => {
    const body = 'x'.repeat(LIMIT - 'ok'.length - 1 - '\r\n'.length);
    for (const parts of [[reply('M119', body)], bytewise(reply('M119', body))]) {
      expect(frame(parts).replies).toEqual([whole('M119', body)]);
    }
  });

  it('applies to each reply separately', () => {
    const big = reply('M119', 'x'.repeat(10_000));
    expect(frame([big + big + big, 'y'.repeat(10_000), '\r\n', big]).replies).toHaveLength(4);
  });
});
