// Every word printers are known to use, in every combination, against the closed list of docs/architecture.md#data-flow.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasJob, isJobRunning, STATES, type State, stateFromHttp, stateFromTcp } from '../../src/printer/state.ts';

it('has a closed list of states', () => {
  expect(STATES.join(' ')).toBe(
    'unknown ready busy heating printing pausing paused cancelling cancelled completed error',
  );
});

// Columns of the table below. `-` is a reply without MoveMode, the number is from the Adventurer 3's notes.
const MOVE_MODES = [
  '-',
  'READY',
  'MOVING',
  'HOMING',
  'PAUSED',
  'WAIT_ON_TOOL',
  'WAIT_ON_PLATFORM',
  'WAIT_ON_BUTTON',
  'DELAY',
  '0.0',
];

// One letter a column, in the order above.
const LETTERS: Readonly<Record<string, State>> = {
  '?': 'unknown',
  r: 'ready',
  b: 'busy',
  h: 'heating',
  p: 'printing',
  P: 'paused',
  x: 'cancelling',
  c: 'completed',
  e: 'error',
};
const TCP: Readonly<Record<string, string>> = {
  READY: /*               */ 'rrbbrrrrrr',
  IDLE: /*                */ 'rrbbrrrrrr',
  BUSY: /*                */ 'bbbbbbbbbb',
  HOMING: /*              */ 'bbbbbbbbbb',
  HEATING: /*             */ 'hhhhhhhhhh',
  BUILDING: /*            */ 'ppppPhhhpp',
  BUILDING_FROM_SD: /*    */ 'ppppPhhhpp',
  BUILDING_ONBOARD: /*    */ 'ppppPhhhpp',
  PRINTING: /*            */ 'ppppPhhhpp',
  PAUSED: /*              */ 'PPPPPPPPPP',
  BUILDING_COMPLETED: /*  */ 'cccccccccc',
  CANCEL_BUILD: /*        */ 'xxxxxxxxxx',
  ERROR: /*               */ 'eeeeeeeeee',
  HEAT_SHUTDOWN: /*       */ 'eeeeeeeeee',
  'a word in no table': /**/ '??????????',
  '': /*                  */ '??????????',
};

const COMBINATIONS = Object.entries(TCP).flatMap(([word, letters]) =>
  MOVE_MODES.map((mode, column) => [word, mode, LETTERS[letters[column] ?? ''] ?? 'no letter'] as const),
);

describe('TCP', () => {
  it.each(COMBINATIONS)('%s with MoveMode %s is %s', (word, mode, state) => {
    expect(stateFromTcp(word, mode === '-' ? undefined : mode)).toBe(state);
  });

  it('takes words in any case, with blanks around', () => {
    expect(stateFromTcp(' Building_From_SD ', ' paused ')).toBe('paused');
    expect(stateFromTcp('ready', 'Homing')).toBe('busy');
  });
});

describe('HTTP', () => {
  it.each<readonly [word: string, state: State]>([
    ['ready', 'ready'],
    ['idle', 'ready'],
    ['busy', 'busy'],
    ['homing', 'busy'],
    ['calibrate_doing', 'busy'],
    ['downloading', 'busy'],
    ['unzipping', 'busy'],
    ['cloud_slicing', 'busy'],
    ['sending', 'busy'],
    ['heating', 'heating'],
    ['printing', 'printing'],
    ['print', 'printing'],
    ['Building', 'printing'],
    ['working', 'printing'],
    ['pausing', 'pausing'],
    ['pause', 'paused'],
    ['paused', 'paused'],
    ['canceling', 'cancelling'],
    ['cancelling', 'cancelling'],
    ['cancel', 'cancelled'],
    ['canceled', 'cancelled'],
    ['cancelled', 'cancelled'],
    ['complete', 'completed'],
    ['completed', 'completed'],
    ['finish', 'completed'],
    ['finished', 'completed'],
    ['error', 'error'],
    [' Printing ', 'printing'],
    ['offline', 'unknown'],
    ['BUILDING_FROM_SD', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (word, state) => {
    expect(stateFromHttp(word)).toBe(state);
  });
});

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'CONSTRUCTOR'])('%s is no state', (word) => {
  expect(stateFromTcp(word, word)).toBe('unknown');
  expect(stateFromHttp(word)).toBe('unknown');
});

it('stays within the list whatever a printer says', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      (word, mode) => {
        expect(STATES).toContain(stateFromTcp(word, mode));
        expect(STATES).toContain(stateFromHttp(word));
      },
    ),
  );
});

it.each<readonly [state: State, job: boolean, running: boolean]>([
  ['unknown', false, false],
  ['ready', false, false],
  ['busy', false, false],
  ['heating', true, true],
  ['printing', true, true],
  ['pausing', true, true],
  ['paused', true, true],
  ['cancelling', true, true],
  ['cancelled', false, false],
  ['completed', true, false],
  ['error', false, false],
])('%s: job numbers mean something: %s; a job goes on: %s', (state, job, running) => {
  expect(hasJob(state)).toBe(job);
  expect(isJobRunning(state)).toBe(running);
});

it('no state is no job', () => {
  expect(hasJob(undefined)).toBe(false);
  expect(isJobRunning(undefined)).toBe(false);
});
