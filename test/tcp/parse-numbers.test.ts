// Each parser's variations, as docs/protocol.md, M105 to M114, lists them.

import { describe, expect, it } from 'vitest';
import { parseM27 } from '../../src/tcp/m27.ts';
import { type HeaterText, parseM105 } from '../../src/tcp/m105.ts';
import { parseM114 } from '../../src/tcp/m114.ts';

function heater(current: string, target: string): HeaterText {
  return { current, target, celsius: Number(current), targetCelsius: Number(target) };
}

describe('M105', () => {
  it.each([
    ['Adventurer 3', 'T0:22 /0 B:11/0', { tool0: heater('22', '0'), bed: heater('11', '0') }],
    ['printing', 'T0:52/240 B:46/100', { tool0: heater('52', '240'), bed: heater('46', '100') }],
    [
      '5M',
      'T0:220.3/220.0 T1:0.0/0.0 B:50.0/50.0',
      { tool0: heater('220.3', '220.0'), tool1: heater('0.0', '0.0'), bed: heater('50.0', '50.0') },
    ],
    [
      'dual',
      'T0:23 /0 T1:23 /0 B:18 /0',
      { tool0: heater('23', '0'), tool1: heater('23', '0'), bed: heater('18', '0') },
    ],
    [
      'official document',
      'T0: 25/220 T1: 25/220 B:25/100',
      { tool0: heater('25', '220'), tool1: heater('25', '220'), bed: heater('25', '100') },
    ],
    ['Finder', 'T0:24 /0 B:0 /0', { tool0: heater('24', '0'), bed: heater('0', '0') }],
    ['one tool without a number', 'T:200/200', { tool0: heater('200', '200') }],
    ['duty cycles', 'T0:210/210 B:60/60 @:127 B@:127', { tool0: heater('210', '210'), bed: heater('60', '60') }],
    ['duty cycles that look like heaters', 'T0:210/210 @T1:127/1 B@:127/2', { tool0: heater('210', '210') }],
    ['chamber', 'T0:210/210 C:40/45', { tool0: heater('210', '210'), chamber: heater('40', '45') }],
    ['below zero', 'T0:-5/0 B:-14.5/0', { tool0: heater('-5', '0'), bed: heater('-14.5', '0') }],
    ['blanks everywhere', 'T0 : 22 / 0  B : 11 / 0', { tool0: heater('22', '0'), bed: heater('11', '0') }],
    ['a heater twice', 'T0:22/0 T0:99/99', { tool0: heater('22', '0') }],
    ['two numbers of one tool', 'T:22/0 T0:99/99', { tool0: heater('22', '0') }],
    ['a tool of two digits', 'T10:22/0', { tool10: heater('22', '0') }],
    [
      'small letters',
      't0:22/0 b:33/44 c:40/0',
      { tool0: heater('22', '0'), bed: heater('33', '44'), chamber: heater('40', '0') },
    ],
    ['signs', 'T0:+22/+0', { tool0: heater('+22', '+0') }],
    ['exponents', 'T0:2.2e1/1E+2 B:6e-1/0', { tool0: heater('2.2e1', '1E+2'), bed: heater('6e-1', '0') }],
    ['no blank between', 'T0:22/0B:11/0', { tool0: heater('22', '0'), bed: heater('11', '0') }],
    ['other signs and units behind', 'T0:22/0;B:33/44C', { tool0: heater('22', '0'), bed: heater('33', '44') }],
    ['tabs', 'T0:22/0\tB:11\t/0', { tool0: heater('22', '0'), bed: heater('11', '0') }],
    ['control characters', 'T0:22/0\u0000', { tool0: heater('22', '0') }],
    ['one that is no number', 'T0:22/0.1.2 T1:2-2/0 B:11/0', { bed: heater('11', '0') }],
    ['other words around', 'ok T0:22/0 E:0 W:? LAST:1/2', { tool0: heater('22', '0') }],
  ])('%s: %s', (_title, line, expected) => {
    expect(parseM105([line])).toEqual(new Map(Object.entries(expected)));
  });

  it('takes heaters from any line', () => {
    expect(parseM105(['N0001 ok.', 'T0:22/0', 'B:11/0'])).toEqual(
      new Map([
        ['tool0', heater('22', '0')],
        ['bed', heater('11', '0')],
      ]),
    );
  });

  it.each([
    ['no line', []],
    ['formats', ['T0:c/t T1:c/t B:c/t']],
    ['no target', ['T0:22 B:11']],
    ['words', ['T0:nan/0 B:--/--']],
    ['numbers that go on', ['T0:22C/0C', 'T1:1,5/0', 'T2:22/0x10', 'B:11/0.1.2']],
  ])('%s is no temperature', (_title, lines) => {
    expect(parseM105(lines)).toBeUndefined();
  });

  it.each([
    ['no sensor', 'T0:-108/0', { current: '-108', target: '0', targetCelsius: 0 }],
    ['the edge of what is possible', 'T0:-100/1000', { current: '-100', target: '1000' }],
    ['just within it', 'T0:-99.9/999.9', heater('-99.9', '999.9')],
    ['garbage', 'T0:5177344/220', { current: '5177344', target: '220', targetCelsius: 220 }],
    [
      'more digits than a number holds',
      `T0:${'9'.repeat(400)}/0`,
      { current: '9'.repeat(400), target: '0', targetCelsius: 0 },
    ],
  ])('%s costs the number, not the text', (_title, line, expected) => {
    expect(parseM105([line])).toEqual(new Map([['tool0', expected]]));
  });
});

describe('M27', () => {
  it.each([
    ['percent', ['SD printing byte 72/100'], { printed: 72, total: 100, ratio: 0.72 }],
    ['per mille', ['SD printing byte 1/1000'], { printed: 1, total: 1000, ratio: 0.001 }],
    [
      'the smallest that counts bytes',
      ['SD printing byte 7/1001'],
      { printed: 7, total: 1001, ratio: 7 / 1001, bytes: 7, sizeBytes: 1001 },
    ],
    [
      'bytes',
      ['SD printing byte 896065/5019767'],
      { printed: 896065, total: 5019767, ratio: 896065 / 5019767, bytes: 896065, sizeBytes: 5019767 },
    ],
    [
      'one byte past the end',
      ['SD printing byte 4276/4275'],
      { printed: 4276, total: 4275, ratio: 1, bytes: 4276, sizeBytes: 4275 },
    ],
    ['nothing loaded', ['SD printing byte 0/0'], { printed: 0, total: 0 }],
    ['nothing loaded, though something printed', ['SD printing byte 5/0'], { printed: 5, total: 0 }],
    [
      'layers',
      ['SD printing byte 11/100', 'Layer: 44/419'],
      { printed: 11, total: 100, ratio: 0.11, layer: 44, layers: 419 },
    ],
    [
      'layers first',
      ['Layer: 1/2', 'SD printing byte 1/100'],
      { printed: 1, total: 100, ratio: 0.01, layer: 1, layers: 2 },
    ],
    [
      'idle layers',
      ['SD printing byte 0/100', 'Layer: 0/0'],
      { printed: 0, total: 100, ratio: 0, layer: 0, layers: 0 },
    ],
    ['layers without blanks', ['Layer:3/4'], { layer: 3, layers: 4 }],
    ['negative progress', ['SD printing byte -1/100', 'Layer: 3/4'], { layer: 3, layers: 4 }],
    ['negative total', ['SD printing byte 1/-100', 'Layer: 3/4'], { layer: 3, layers: 4 }],
    ['negative layers', ['SD printing byte 1/100', 'Layer: -3/-4'], { printed: 1, total: 100, ratio: 0.01 }],
    [
      'layers of garbage',
      ['SD printing byte 1/100', 'Layer: 65658/8065023'],
      { printed: 1, total: 100, ratio: 0.01, layer: 65658 },
    ],
    [
      'signs and exponents',
      ['SD printing byte +5/1e2', 'Layer: 1/+2'],
      { printed: 5, total: 100, ratio: 0.05, layer: 1, layers: 2 },
    ],
    [
      'layers that are no number',
      ['SD printing byte 1/100', 'Layer: 3/4.5.6'],
      { printed: 1, total: 100, ratio: 0.01 },
    ],
    ['as many layers as there may be', ['Layer: 100000/100001'], { layer: 100000 }],
    [
      'more digits than a number holds',
      [`SD printing byte ${'9'.repeat(400)}/100`, 'Layer: 3/4'],
      { layer: 3, layers: 4 },
    ],
    ['the first of two', ['SD printing byte 1/100', 'SD printing byte 2/100'], { printed: 1, total: 100, ratio: 0.01 }],
  ])('%s', (_title, lines, expected) => {
    expect(parseM27(lines)).toEqual(expected);
  });

  it.each([
    ['no line', []],
    ['Dremel, not printing', ['Not SD printing']],
    ['done', ['Done printing file']],
    ['negative', ['SD printing byte -1/100']],
    ['words', ['SD printing byte a/b', 'Layer: c/d']],
    ['numbers that go on', ['SD printing byte 5/100.5', 'Layer: 3/4.5.6']],
  ])('%s is no progress', (_title, lines) => {
    expect(parseM27(lines)).toBeUndefined();
  });
});

describe('M114', () => {
  it.each([
    [
      'Finder',
      'X:86.9984 Y:70.5016 Z:140 A:0 B:0',
      { x: ['86.9984', 0.0869984], y: ['70.5016', 0.0705016], z: ['140', 0.14], a: ['0', 0], b: ['0', 0] },
    ],
    [
      '5M',
      'X:-8.262 Y:-33.980 A:18631.348',
      { x: ['-8.262', -0.008262], y: ['-33.980', -0.03398], a: ['18631.348', 18.631348] },
    ],
    ['two carriages', 'X1:-230 X2:230 Y:175', { x1: ['-230', -0.23], x2: ['230', 0.23], y: ['175', 0.175] }],
    ['homing', 'X:0 Y:-1000', { x: ['0', 0], y: ['-1000', -1] }],
    ['blanks', 'X: 1  Y : 2', { x: ['1', 0.001], y: ['2', 0.002] }],
    [
      'exponents',
      'X:1.5e-05 Y:-2E+2 A:1.23457e+06',
      { x: ['1.5e-05', 1.5e-8], y: ['-2E+2', -0.2], a: ['1.23457e+06', 1234.57] },
    ],
    ['a plus', 'X:+1.5 Y:2', { x: ['+1.5', 0.0015], y: ['2', 0.002] }],
    ['one that is no number', 'X:1.2.3 Y:1,5 Z:2e A:1e2.5 B:3', { b: ['3', 0.003] }],
    ['tabs', 'X:1\tY:\t2', { x: ['1', 0.001], y: ['2', 0.002] }],
    ['no blank between', 'X:1.5Y:2,Z:-3', { x: ['1.5', 0.0015], y: ['2', 0.002], z: ['-3', -0.003] }],
    ['an axis twice', 'X:1 X:2', { x: ['1', 0.001] }],
    ['a letter within a word', 'MAX:5 X-max:1 Z:3', { z: ['3', 0.003] }],
  ])('%s: %s', (_title, line, expected) => {
    const axes = Object.entries(expected).map(([axis, [text, meters]]) => [axis, { text, meters }] as const);
    expect(parseM114([line])).toEqual(new Map(axes));
  });

  it.each([
    ['no line', []],
    ['formats', ['X1:.. X2:.. Y:.. Z:.. A:.. B:..']],
    ['more digits than a number holds', [`X:${'9'.repeat(400)}`]],
    ['a larger exponent than a number holds', ['X:1e400', 'Y:1e99999999999999999999999']],
  ])('%s is no position', (_title, lines) => {
    expect(parseM114(lines)).toBeUndefined();
  });
});
