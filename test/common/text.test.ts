// Text that printers chose, made fit for labels.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cutLabel, decodeText } from '../../src/common/text.ts';

const HIGH = '\ud83e';
const LOW = '\uddca';
const ICE = `${HIGH}${LOW}`;

describe('cleanText', () => {
  it.each([
    ['nothing to do', 'Würfel 立方体 🧊.gx', 'Würfel 立方体 🧊.gx'],
    ['quotes and backslashes, which the page escapes', '"a\\b"', '"a\\b"'],
    ['blanks around', '  a b\t', 'a b'],
    ['line ends', 'a\r\nb', 'ab'],
    ['NUL, escape, delete', '\u0000a\u001b[31mb\u007f', 'a[31mb'],
    ['C1 controls', 'a\u0080\u0085\u009fb', 'ab'],
    ['the neighbours of controls', '\u0020a\u007eb\u00a1', 'a~b¡'],
    ['blanks that a control hid', '\u0001 a \u0002', 'a'],
    ['half a surrogate pair at the end', `a${HIGH}`, 'a\ufffd'],
    ['half a surrogate pair at the beginning', `${LOW}a`, '\ufffda'],
    ['halves the wrong way round', `${LOW}${HIGH}`, '\ufffd\ufffd'],
    ['halves that a control kept apart', `${HIGH}\u0000${LOW}`, ICE],
    ['only controls', '\u0000\u0001', ''],
  ])('%s', (_title, text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  it('leaves no control character and no half of a pair in any text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const cleaned = cleanText(String.fromCharCode(...units));
        expect(cleaned.isWellFormed()).toBe(true);
        expect(cleaned).not.toMatch(/\p{Cc}/u);
        expect(cleanText(cleaned)).toBe(cleaned);
      }),
    );
  });
});

describe('cutLabel', () => {
  it.each([
    ['short', 'abc', 'abc'],
    ['empty', '', ''],
    ['256 characters', 'x'.repeat(256), 'x'.repeat(256)],
    ['257 characters', 'x'.repeat(257), 'x'.repeat(256)],
    ['a pair that ends at the cut', `${'x'.repeat(254)}${ICE}y`, `${'x'.repeat(254)}${ICE}`],
    ['a pair across the cut', `${'x'.repeat(255)}${ICE}`, 'x'.repeat(255)],
    ['a pair after the cut', `${'x'.repeat(256)}${ICE}`, 'x'.repeat(256)],
    ['a very long text', ICE.repeat(5000), ICE.repeat(128)],
  ])('%s', (_title, text, expected) => {
    expect(cutLabel(text)).toBe(expected);
  });
});

describe('decodeText', () => {
  it.each([
    ['ASCII', [0x61], 'a'],
    ['four bytes of one character', [0xf0, 0x9f, 0xa7, 0x8a], ICE],
    ['a torn character', [0x61, 0xf0, 0x9f], 'a\ufffd'],
    ['bytes of no character', [0xff, 0x61, 0xfe], '\ufffda\ufffd'],
    ['half a surrogate pair in bytes', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
  ])('%s', (_title, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  });
});
