// Each parser's variations, as docs/protocol.md, M115 and M119, lists them.

import { describe, expect, it } from 'vitest';
import { parseM115 } from '../../src/tcp/m115.ts';
import { parseM119 } from '../../src/tcp/m119.ts';
import { parseFields, toMeters } from '../../src/tcp/values.ts';

describe('M115', () => {
  const mm = (x: number, y: number, z: number): ReadonlyMap<string, number> => new Map(Object.entries({ x, y, z }));

  it.each([
    ['Machine Type: Flashforge Finder', { machineType: 'Flashforge Finder' }],
    ['Machine Name:  CowaPrint', { machineName: 'CowaPrint' }],
    ['Machine Name: a: b', { machineName: 'a: b' }],
    ['Machine Name: "\\', { machineName: '"\\' }],
    ['Machine Name: a\u0000\u001b[31m\u0085b', { machineName: 'a[31mb' }],
    ['Firmware: V1.5 20160804', { firmware: 'V1.5 20160804' }],
    ['SN: 55003b-324d5015-20393156', { serial: '55003b-324d5015-20393156' }],
    ['Serial Number: SNX1', { serial: 'SNX1' }],
    ['Tool Count: 1', { toolCount: '1' }],
    ['Tool Count:2', { toolCount: '2' }],
    ['Tool count: 2', { toolCount: '2' }],
    ['Tool Count: 1 + 1', { toolCount: '1 + 1' }],
    ['Mac Address:88:A9:A7:93:86:F8', { mac: '88:A9:A7:93:86:F8' }],
    ['Mac Address: 88:A9:A7:93:86:F8', { mac: '88:A9:A7:93:86:F8' }],
    ['Mac Address:94A408B472BE ', { mac: '94A408B472BE' }],
    ['X: 140  Y: 140  Z: 140', { volume: '140  Y: 140  Z: 140', volumeMeters: mm(0.14, 0.14, 0.14) }],
    ['X:220 Y:200 Z:250', { volume: '220 Y:200 Z:250', volumeMeters: mm(0.22, 0.2, 0.25) }],
    ['X: 140\tY: 150\tZ: 1.6e2', { volume: '140 Y: 150 Z: 1.6e2', volumeMeters: mm(0.14, 0.15, 0.16) }],
    [
      'X: 140 Y: 150mm Z: 1.2.3',
      {
        volume: '140 Y: 150mm Z: 1.2.3',
        volumeMeters: new Map([
          ['x', 0.14],
          ['y', 0.15],
        ]),
      },
    ],
    ['X: 140 Y: ? Z: 0', { volume: '140 Y: ? Z: 0', volumeMeters: new Map([['x', 0.14]]) }],
    ['X: ?', { volume: '?' }],
  ])('%s', (line, expected) => {
    expect(parseM115([line])).toEqual(expected);
  });

  it('takes lines in any order, the first of a key, and leaves out what is empty', () => {
    const lines = ['SN: A', 'CMD', ':', 'Tool Count: ', 'Machine Name: ', 'Firmware: v1', 'SN: B', 'Machine Type: M'];
    expect(parseM115(lines)).toEqual({ machineType: 'M', firmware: 'v1', serial: 'A' });
  });

  it.each([
    ['no line', []],
    ['empty values', ['Machine Name:', 'SN:']],
    ['words', ['hello', 'Other: 1']],
  ])('%s says nothing', (_title, lines) => {
    expect(parseM115(lines)).toBeUndefined();
  });
});

describe('M119', () => {
  const ends = (entries: Readonly<Record<string, boolean>>): ReadonlyMap<string, boolean> =>
    new Map(Object.entries(entries));

  it.each([
    ['MachineStatus: READY', { machineStatus: 'READY' }],
    ['Machine Status:BUILDING_FROM_SD ', { machineStatus: 'BUILDING_FROM_SD' }],
    ['MoveMode: WAIT_ON_TOOL', { moveMode: 'WAIT_ON_TOOL' }],
    ['MoveMode: 0.0', { moveMode: '0.0' }],
    ['Status: S:1 L:0 J:0 F:0', { flags: 'S:1 L:0 J:0 F:0' }],
    ['LED: 0', { ledOn: false }],
    ['LED: 1', { ledOn: true }],
    ['LED:1', { ledOn: true }],
    ['CurrentFile: Portable Cable + (1)@50%.gx', { currentFile: 'Portable Cable + (1)@50%.gx' }],
    ['CurrentFile: a: b.gx', { currentFile: 'a: b.gx' }],
    ['CurrentFile: a\u001bb\u007f.gx', { currentFile: 'ab.gx' }],
    ['status: ready', { foreignStatus: 'ready' }],
  ])('%s', (line, expected) => {
    expect(parseM119([line])).toEqual(expected);
  });

  it.each([
    ['X-max: 1 Y-max: 0 Z-max: 1', ends({ x_max: true, y_max: false, z_max: true })],
    ['X-max:1 Y-max:0 Z-min:0', ends({ x_max: true, y_max: false, z_min: false })],
    ['X-MAX : 1', ends({ x_max: true })],
    ['X1-max:1 X2-max:0', ends({ x1_max: true, x2_max: false })],
    ['X-max: 110 Y-max: 110 Z-min: 0', undefined],
    ['X-max: 1 Y-max: 0 Z-min: 250', undefined],
    ['X-max: 1 Y-max: 0 Z-min: -1', undefined],
    ['X-max: 1 Y-max: 0.5', undefined],
    ['X-max: 1 Y-max: open', undefined],
    ['X-max: Y-max: 0', undefined],
    ['X-max: 1 Y-max:', undefined],
    ['none', undefined],
  ])('Endstop: %s', (endstop, endstops) => {
    expect(parseM119([`Endstop: ${endstop}`])).toEqual({ endstop, ...(endstops && { endstops }) });
  });

  it('takes tabs for blanks', () => {
    expect(parseM119(['Endstop:\tX-max:1\tY-max: 0', 'Status: S:1\tL:0', 'CurrentFile: a\tb.gx'])).toEqual({
      endstop: 'X-max:1 Y-max: 0',
      endstops: ends({ x_max: true, y_max: false }),
      flags: 'S:1 L:0',
      currentFile: 'a b.gx',
    });
  });

  it('takes lines in any order, and a status of flags before the machine status', () => {
    const expected = { machineStatus: 'READY', moveMode: 'READY', flags: 'S:1 L:0', ledOn: true, currentFile: 'a.gx' };
    const lines = ['Status: S:1 L:0', 'MachineStatus: READY', 'MoveMode: READY', 'CurrentFile:a.gx', 'LED:1'];
    expect(parseM119(lines)).toEqual(expected);
    expect(parseM119(lines.toReversed())).toEqual(expected);
  });

  it('takes the word of a Dremel only where there is no MachineStatus', () => {
    expect(parseM119(['status: ready', 'MachineStatus: BUSY'])).toEqual({ machineStatus: 'BUSY' });
  });

  it.each([
    ['no line', []],
    ['empty values', ['CurrentFile: ', 'MachineStatus:', 'LED:', 'LED: 2', 'Endstop:']],
    ['words', ['hello', 'N0001 ok.', 'layer: 50']],
  ])('%s says nothing', (_title, lines) => {
    expect(parseM119(lines)).toBeUndefined();
  });
});

describe('fields', () => {
  it('are keyed without blanks and capitals', () => {
    expect([...parseFields(['Machine  Name : x ', 'nothing', ': y', 'A:', 'a: 2'])]).toEqual([
      ['machinename', 'x'],
      ['a', ''],
    ]);
  });

  it.each([
    ['86.9984', 0.0869984],
    ['0', 0],
    ['1.5e-05', 1.5e-8],
    ['-1E+3', -1],
    ['', undefined],
    ['x', undefined],
    ['1e', undefined],
    ['1e2e3', undefined],
  ])('millimetres %j', (text, meters) => {
    expect(toMeters(text)).toBe(meters);
  });
});
