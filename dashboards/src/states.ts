// The state of a printer as one number, with the words and colours that every dashboard gives it.

import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Result } from '../../src/jobs/result.ts';
import type { State } from '../../src/printer/state.ts';
import { GREY } from './colors.ts';
import { of, perPrinter } from './promql.ts';

/** Of two exporters that disagree for a moment, the higher number shows. 0 and 1 are the values of flashforge_up. */
export const STATE_NUMBERS = {
  off: 0,
  unknown: 1,
  ready: 2,
  busy: 3,
  heating: 4,
  printing: 5,
  pausing: 6,
  paused: 7,
  cancelling: 8,
  cancelled: 9,
  completed: 10,
  error: 11,
} as const satisfies Record<State | 'off', number>;

const STATE_COLORS = {
  off: GREY,
  unknown: 'super-light-purple',
  ready: 'blue',
  busy: 'light-blue',
  heating: 'orange',
  printing: 'green',
  pausing: 'light-yellow',
  paused: 'yellow',
  cancelling: 'light-purple',
  cancelled: 'semi-dark-purple',
  completed: 'purple',
  error: 'red',
} as const satisfies Record<State | 'off', string>;

export const RESULT_COLORS = {
  completed: 'green',
  cancelled: 'orange',
  failed: 'red',
  unknown: GREY,
} as const satisfies Record<Result, string>;

/** Numbers of stateNumber() to words. */
export const STATE_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(STATE_COLORS).map(([state, color], index) => [
        String(Object.entries(STATE_NUMBERS).find(([name]) => name === state)?.[1]),
        { text: state, color, index },
      ]),
    ),
  },
];

/** The label `result` to its colour. */
export const RESULT_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(RESULT_COLORS).map(([result, color], index) => [result, { text: result, color, index }]),
    ),
  },
];

/**
 * One number a printer: its state; where none was told, flashforge_up, which is 0 for off and 1 for a printer that
 * answers and tells no state.
 */
export function stateNumber(): string {
  const told = Object.entries(STATE_NUMBERS)
    .filter(([state]) => state !== 'off' && state !== 'unknown')
    .map(([state, number]) => `(${of('flashforge_state', `state="${state}"`)} == 1) * ${number}`);
  return `${perPrinter(told.join(' or '))} or ${perPrinter(of('flashforge_up'))}`;
}

/** How many printers are in one of these states; 0, not nothing, where there are printers but none of them is. */
export function countIn(...states: readonly State[]): string {
  const inStates = of('flashforge_state', `state=~"${states.join('|')}"`);
  return `sum(${perPrinter(`${inStates} or ${of('flashforge_up')} * 0`)})`;
}

/** The printers that print, to keep what means nothing otherwise. */
export function printing(): string {
  return `${perPrinter(of('flashforge_state', 'state="printing"'))} == 1`;
}
