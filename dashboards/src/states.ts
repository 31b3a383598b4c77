// The state of a printer as one number, and its word and colour on every dashboard.

import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Result } from '../../src/jobs/result.ts';
import type { State } from '../../src/printer/state.ts';
import { GREY } from './colors.ts';
import { of, perPrinter } from './promql.ts';

/** While two exporters disagree, the higher number shows. 0 and 1 are the values of flashforge_up. */
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

/** Maps the numbers of stateNumber() to words. */
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

/** Maps the label `result` to its colour. */
export const RESULT_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(RESULT_COLORS).map(([result, color], index) => [result, { text: result, color, index }]),
    ),
  },
];

/**
 * One number per printer: its state. Without a state it is flashforge_up: 0 for off, 1 for a printer that answers
 * without a state.
 */
export function stateNumber(): string {
  const reported = Object.entries(STATE_NUMBERS)
    .filter(([state]) => state !== 'off' && state !== 'unknown')
    .map(([state, number]) => `(${of('flashforge_state', `state="${state}"`)} == 1) * ${number}`);
  return `${perPrinter(reported.join(' or '))} or ${perPrinter(of('flashforge_up'))}`;
}

/** How many printers are in one of these states; 0 where there are printers and none of them is. */
export function countIn(...states: readonly State[]): string {
  const inStates = of('flashforge_state', `state=~"${states.join('|')}"`);
  return `sum(${perPrinter(`${inStates} or ${of('flashforge_up')} * 0`)})`;
}

/** The printers that are printing: a filter for what means nothing otherwise. */
export function printing(): string {
  return `${perPrinter(of('flashforge_state', 'state="printing"'))} == 1`;
}
