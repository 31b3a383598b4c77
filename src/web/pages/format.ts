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

interface FailureWords {
  /** Whether the printer may just be switched off; else somebody has to do something. */
  readonly mayBeOff: boolean;
  readonly what: string;
  readonly todo: string;
}

const FAILURE_WORDS: Readonly<Record<FailureCode, FailureWords>> = {
  dns: {
    mayBeOff: false,
    what: 'Its name was not resolved to an address.',
    todo: 'Check the name, or use the IP address.',
  },
  refused: {
    mayBeOff: true,
    what: 'It refuses connections.',
    todo: 'Is it still starting, or connected to a PC? Else check the address and port.',
  },
  unreachable: {
    mayBeOff: true,
    what: 'There is no way to its address.',
    todo: 'Is it switched on, and in this network?',
  },
  timeout: {
    mayBeOff: true,
    what: 'It did not answer in time.',
    todo: 'Is it switched on? A printer that is busy answers late.',
  },
  closed: {
    mayBeOff: true,
    what: 'It closed the connection.',
    todo: 'It is asked again by itself. If it stays so, restart the printer.',
  },
  protocol: {
    mayBeOff: false,
    what: 'It answered, but what it said was not understood.',
    todo: 'Is there a FlashForge printer at this address? Then please report it.',
  },
  denied: {
    mayBeOff: false,
    what: 'It refuses to answer without a login.',
    todo: 'Close FlashPrint, which may hold it; see “login” in the README.',
  },
  auth: {
    mayBeOff: false,
    what: 'It does not take the serial number or the check code.',
    todo: 'Read both from its screen again and correct the configuration.',
  },
  lan_mode: {
    mayBeOff: false,
    what: 'Its LAN mode is off.',
    todo: 'Switch LAN mode on at the printer; its check code changes then.',
  },
  busy: {
    mayBeOff: false,
    what: 'It says that it is busy.',
    todo: 'Wait a little. If it stays so, restart the printer.',
  },
  local: {
    mayBeOff: false,
    what: 'This machine cannot open a connection.',
    todo: 'See its limit of open files, and its firewall or security module.',
  },
};

/** Why a printer was not read, and what to do. */
export function showFailure(code: FailureCode): FailureWords {
  return FAILURE_WORDS[code];
}

/** A printer of which nothing was read, by the failures of its sides. */
export function showUnread(codes: readonly FailureCode[]): Shown {
  const mayBeOff = codes.every((code) => FAILURE_WORDS[code].mayBeOff);
  return mayBeOff ? { look: 'offline', word: 'Offline' } : { look: 'unreadable', word: 'Not read' };
}

const RESULT_WORDS: Readonly<Record<Result, string>> = {
  completed: 'completed',
  cancelled: 'cancelled',
  failed: 'failed',
  unknown: 'ended, how is not known',
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
