// The meaning of parsed replies, beyond what the captures show.

import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import { parseM27 } from '../../src/tcp/m27.ts';
import { parseM105 } from '../../src/tcp/m105.ts';
import { parseM114 } from '../../src/tcp/m114.ts';
import { parseM115 } from '../../src/tcp/m115.ts';
import { parseM119 } from '../../src/tcp/m119.ts';
import type { TcpReplies } from '../../src/tcp/replies.ts';
import { snapshotFromTcp } from '../../src/tcp/snapshot.ts';

/** Replies as `readTcp` returns them, from the lines of all commands. */
function snapshotOf(...lines: readonly string[]): Snapshot {
  const m119 = parseM119(lines);
  const m105 = parseM105(lines);
  const m27 = parseM27(lines);
  const m114 = parseM114(lines.filter((line) => !line.includes('/') && !line.startsWith('Endstop')));
  const m115 = parseM115(lines.filter((line) => /^(Machine|SN|Firmware)/.test(line) && !line.startsWith('MachineS')));
  const replies: TcpReplies = {
    ...(m119 && { m119 }),
    ...(m105 && { m105 }),
    ...(m27 && { m27 }),
    ...(m114 && { m114 }),
    ...(m115 && { m115 }),
  };
  return snapshotFromTcp(replies);
}

it('is empty when nothing was read', () => {
  expect(snapshotFromTcp({})).toEqual({});
});

describe('heaters', () => {
  it.each<
    readonly [line: string, heaters: readonly (readonly [string, number | undefined, number | undefined])[] | undefined]
  >([
    ['T0:0/0', [['tool0', 0, 0]]],
    ['T0:24/0 B:0/0', [['tool0', 24, 0]]],
    ['T0:24/0 T1:0.0/0.0 B:0.0 /0.0', [['tool0', 24, 0]]],
    [
      'T0:24/0 B:0/60',
      [
        ['tool0', 24, 0],
        ['bed', 0, 60],
      ],
    ],
    [
      'T0:24/0 B:5/0',
      [
        ['tool0', 24, 0],
        ['bed', 5, 0],
      ],
    ],
    [
      'T0:24/0 T1:0/220',
      [
        ['tool0', 24, 0],
        ['tool1', 0, 220],
      ],
    ],
    ['T0:24/0 T2:0/0', [['tool0', 24, 0]]],
    ['T0:24/5177344', [['tool0', 24, undefined]]],
    ['T0:-108/0', [['tool0', undefined, 0]]],
    ['T0:24/0 C:-108/0', [['tool0', 24, 0]]],
    ['T0:24/0 C:-109.0/40', [['tool0', 24, 0]]],
    ['T0:24/0 C:-107/0', [['tool0', 24, 0]]],
    [
      'T0:24/0 C:40/45',
      [
        ['tool0', 24, 0],
        ['chamber', 40, 45],
      ],
    ],
    ['T0:-108/5177344 B:5/0', [['bed', 5, 0]]],
    ['T0:-108/5177344', undefined],
    ['B:0/0', undefined],
  ])('%s', (line, heaters) => {
    const expected = heaters?.map(([name, celsius, targetCelsius]): [string, object] => [
      name,
      { ...(celsius !== undefined && { celsius }), ...(targetCelsius !== undefined && { targetCelsius }) },
    ]);
    expect(snapshotOf(line)).toEqual(expected ? { heaters: new Map(expected) } : {});
  });
});

describe('state', () => {
  const words = (status: string): Snapshot => ({ statusWords: [{ protocol: 'tcp', status }] });

  it.each<readonly [lines: readonly string[], expected: Snapshot]>([
    [
      ['MachineStatus: BUILDING_FROM_SD', 'MoveMode: PAUSED'],
      { state: 'paused', moveMode: 'PAUSED', ...words('BUILDING_FROM_SD') },
    ],
    [
      ['MachineStatus: BUILDING_FROM_SD', 'MoveMode: WAIT_ON_TOOL'],
      { state: 'heating', moveMode: 'WAIT_ON_TOOL', ...words('BUILDING_FROM_SD') },
    ],
    [['MachineStatus: ERROR'], { state: 'error', ...words('ERROR') }],
    [['MachineStatus: DANCING'], { state: 'unknown', ...words('DANCING') }],
    [['status: ready'], { state: 'unknown', ...words('ready') }],
  ])('%j', (lines, expected) => {
    expect(snapshotOf(...lines)).toEqual({ stateProtocol: 'tcp', ...expected });
  });

  it('is missing when M119 holds none', () => {
    expect(snapshotOf('MoveMode: READY', 'Status: S:1 L:0')).toEqual({ moveMode: 'READY' });
    expect(snapshotOf('LED: 1')).toEqual({ lightOn: true });
  });
});

describe('the rest', () => {
  it.each<readonly [line: string, expected: Snapshot]>([
    ['SD printing byte 0/0', {}],
    ['SD printing byte 0/100', { progress: { ratio: 0, protocol: 'tcp', step: 0.01 } }],
    [
      'SD printing byte 4276/4275',
      { progress: { ratio: 1, protocol: 'tcp', step: 1 / 4275 }, printBytes: 4276, printSizeBytes: 4275 },
    ],
    ['Layer: 3/4', { layer: 3, layers: 4 }],
    ['X:1 Y:-2.5', { positionMeters: new Map(Object.entries({ x: 0.001, y: -0.0025 })) }],
    ['Endstop: X-max: 1', { endstops: new Map([['x_max', true]]) }],
    ['Endstop: X-max: 110', {}],
    ['CurrentFile: a.gx', { file: 'a.gx' }],
    ['Machine Type: M', { identity: { model: 'M' } }],
    ['Machine Name: N', { identity: { name: 'N' } }],
  ])('%s', (line, expected) => {
    expect(snapshotOf(line)).toEqual(expected);
  });
});
