// Bytes to replies, however they are cut, and whatever else is in between.

import { describe, expect, it } from 'vitest';
import { PrinterError } from '../../src/printer/errors.ts';
import { Framer, type Reply } from '../../src/tcp/framer.ts';
import { reply, replyWithoutOk } from '../support/scripted-printer.ts';
import { bytesOf, bytewise, frame, LIMIT } from './frame.ts';

function whole(command: string, ...lines: readonly string[]): Reply {
  return { command, lines, complete: true };
}

function cut(command: string, ...lines: readonly string[]): Reply {
  return { command, lines, complete: false };
}

const M105 = reply('M105', 'T0:24 /0 B:0 /0');
const M27 = reply('M27', 'SD printing byte 0/100');
const HEAT = whole('M105', 'T0:24 /0 B:0 /0');
const PROGRESS = whole('M27', 'SD printing byte 0/100');

describe('cuts a stream into replies', () => {
  const STREAMS: readonly (readonly [title: string, bytes: string | Uint8Array, replies: readonly Reply[]])[] = [
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

it('keeps nothing of the memory it was given', () => {
  const framer = new Framer(LIMIT);
  const replies: Reply[] = [];
  const reused = Buffer.alloc(M105.length);
  for (const part of [M105.slice(0, 25), M105.slice(25)]) {
    const size = reused.write(part);
    framer.push(reused.subarray(0, size), (whole) => replies.push(whole));
    reused.fill('#');
  }
  expect(replies).toEqual([HEAT]);
});

describe('an end that may not be one', () => {
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
    expect(framer.flush()).toEqual(expected);
    if (expected !== undefined) {
      expect(framer.pendingBytes).toBe(0);
      expect(framer.openCommand).toBeUndefined();
      expect(framer.flush()).toBeUndefined();
    }
  });

  it('goes on after a flush as if it were new', () => {
    const { framer } = frame(['CMD M27 Received.\r\nSD prin']);
    framer.flush();
    const replies: Reply[] = [];
    framer.push(Buffer.from(`ting byte 0/100\r\nok\r\n${M105}`), (whole) => replies.push(whole));
    expect(replies).toEqual([HEAT]);
  });

  it('knows whose reply is coming', () => {
    expect(frame(['CMD M27 Rec']).framer.openCommand).toBeUndefined();
    expect(frame(['CMD M27 Received.\r\n']).framer.openCommand).toBe('M27');
    expect(frame([M27]).framer.openCommand).toBeUndefined();
    expect(frame([replyWithoutOk('M27'), replyWithoutOk('M105')]).framer.openCommand).toBe('M105');
  });
});

describe('the limit of 16 KiB', () => {
  const LINE = `${'x'.repeat(126)}\r\n`;
  const KIBS_17 = LINE.repeat(8 * 17);
  const TOO_MUCH: readonly (readonly [title: string, bytes: string, message: RegExp])[] = [
    [
      'a reply that does not end',
      replyWithoutOk('M119') + KIBS_17,
      /^\d+ bytes in the reply to M119 came, more than 16384$/,
    ],
    ['a whole reply', `${replyWithoutOk('M119')}${KIBS_17}ok\r\n`, /in the reply to M119 came/],
    ['one line of a reply', `${replyWithoutOk('M119')}${'x'.repeat(LIMIT + 1)}`, /in the reply to M119 came/],
    ['lines that are no reply', KIBS_17, /bytes that are no reply came/],
    ['one line that is no reply', 'x'.repeat(LIMIT + 1), /bytes that are no reply came/],
    ['lines before a reply', KIBS_17 + M105, /bytes that are no reply came/],
    ['a reply that another ends', replyWithoutOk('M119') + KIBS_17 + M105, /in the reply to M119 came/],
  ];

  it.each(TOO_MUCH)('%s', (_title, bytes, message) => {
    for (const parts of [[bytes], bytewise(bytes)]) {
      const { error, replies } = frame(parts);
      expect(error).toBeInstanceOf(PrinterError);
      expect(error).toMatchObject({ code: 'protocol', message: expect.stringMatching(message) });
      expect(replies).toEqual([]);
    }
  });

  it('leaves alone what is just within it', () => {
    const body = 'x'.repeat(LIMIT - 'ok'.length - 1 - '\r\n'.length);
    for (const parts of [[reply('M119', body)], bytewise(reply('M119', body))]) {
      const { error, replies } = frame(parts);
      expect(error).toBeUndefined();
      expect(replies).toEqual([whole('M119', body)]);
    }
  });

  it('is for each reply anew', () => {
    const big = reply('M119', 'x'.repeat(10_000));
    const { error, replies } = frame([big + big + big, 'y'.repeat(10_000), '\r\n', big]);
    expect(error).toBeUndefined();
    expect(replies).toHaveLength(4);
  });

  it('hands on the replies that came before, even in the same chunk', () => {
    const { error, replies } = frame([M105 + KIBS_17]);
    expect(error).toBeInstanceOf(PrinterError);
    expect(replies).toEqual([HEAT]);
  });
});
