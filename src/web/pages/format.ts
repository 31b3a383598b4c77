// States, failures, heaters and times as text for people.

import type { Result } from '../../jobs/result.ts';
import type { FailureCode } from '../../printer/errors.ts';
import type { Heater } from '../../printer/snapshot.ts';
import type { State } from '../../printer/state.ts';

/** The appearance of a card: its icon and its color. */
export type Look =
  | 'ready'
  | 'busy'
  | 'heating'
  | 'printing'
  | 'paused'
  | 'cancelled'
  | 'completed'
  | 'error'
  | 'unknown'
  | 'lost'
  | 'offline'
  | 'unreadable'
  | 'waiting';

export interface Shown {
  readonly look: Look;
  readonly word: string;
}

const SHOWN_STATES: Readonly<Record<State, Shown>> = {
  unknown: { look: 'unknown', word: 'Unknown state' },
  ready: { look: 'ready', word: 'Ready' },
  busy: { look: 'busy', word: 'Busy' },
  heating: { look: 'heating', word: 'Heating' },
  printing: { look: 'printing', word: 'Printing' },
  pausing: { look: 'paused', word: 'Pausing' },
  paused: { look: 'paused', word: 'Paused' },
  cancelling: { look: 'cancelled', word: 'Cancelling' },
  cancelled: { look: 'cancelled', word: 'Cancelled' },
  completed: { look: 'completed', word: 'Completed' },
  error: { look: 'error', word: 'Error' },
};

/** A state for people. @param state undefined if the printer was read but reported no status */
export function showState(state: State | undefined): Shown {
  return state === undefined ? { look: 'unknown', word: 'No status' } : SHOWN_STATES[state];
}

interface Group {
  readonly label: string;
  /** Whether a person has to do something about it, so that the title of the page counts it. */
  readonly waits: boolean;
}

/** The looks in the order of the page: what needs a person comes first. */
const GROUPS: Readonly<Record<Look, Group>> = {
  error: { label: 'error', waits: true },
  paused: { label: 'paused', waits: true },
  lost: { label: 'contact lost', waits: true },
  unreadable: { label: 'not read', waits: true },
  completed: { label: 'completed', waits: true },
  cancelled: { label: 'cancelled', waits: true },
  unknown: { label: 'unknown', waits: false },
  printing: { label: 'printing', waits: false },
  heating: { label: 'heating', waits: false },
  busy: { label: 'busy', waits: false },
  waiting: { label: 'being read', waits: false },
  ready: { label: 'ready', waits: false },
  offline: { label: 'offline', waits: false },
};

/** All looks in the order of the page. */
export const LOOKS = Object.keys(GROUPS).filter((look): look is Look => look in GROUPS);

/** What the printers of a look are counted as. */
export function groupOf(look: Look): Group {
  return GROUPS[look];
}

// After these the printer may just be switched off; after the others somebody has to do something.
const MAY_BE_OFF: ReadonlySet<FailureCode> = new Set<FailureCode>(['refused', 'unreachable', 'timeout', 'closed']);

/**
 * A printer whose every endpoint failed.
 * @param isOn whether something shows that it is not switched off
 * @param hadJob whether a job was in progress at the last contact
 */
export function showUnread(codes: readonly FailureCode[], isOn: boolean, hadJob: boolean): Shown {
  if (hadJob) return { look: 'lost', word: 'Contact lost' };
  return !isOn && codes.every((code) => MAY_BE_OFF.has(code))
    ? { look: 'offline', word: 'Offline' }
    : { look: 'unreadable', word: 'Not read' };
}

const RESULT_WORDS: Readonly<Record<Result, string>> = {
  completed: 'completed',
  cancelled: 'cancelled',
  failed: 'failed',
  unknown: 'ended, result unknown',
};

export function showResult(result: Result): string {
  return RESULT_WORDS[result];
}

/** @param tools how many tools the printer has */
export function showHeater(heater: Heater, tools: number): string {
  const [, tool] = /^tool(\d+)$/.exec(heater) ?? [];
  if (tool !== undefined) return tools === 1 ? 'Nozzle' : `Nozzle ${Number(tool) + 1}`;
  return heater.slice(0, 1).toUpperCase() + heater.slice(1);
}

/** `2 h 05 min`, to the minute. */
export function showDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return 'under 1 min';
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `12 s ago`. The page's script uses the same words (script.ts). */
export function showAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
