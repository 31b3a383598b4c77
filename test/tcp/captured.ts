// What each captured conversation means, written out by hand from the files.

import type { LoginMode } from '../../src/printer/config.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import type { State } from '../../src/printer/state.ts';
import type { ReadCommand } from '../../src/tcp/commands.ts';

export interface Captured {
  readonly title: string;
  readonly folder: string;
  /** File of each command that was captured; the others are acknowledged without data. */
  readonly files: Readonly<Partial<Record<ReadCommand | 'M601' | 'M602', string>>>;
  readonly login?: LoginMode;
  readonly snapshot: Snapshot;
  /** The raw texts: `rawTexts`. */
  readonly raw: readonly string[];
  /** Whether the printer counts as read; without M119 and M105 it does not. */
  readonly failure?: 'protocol';
}

export const READS = {
  M119: 'M119.txt',
  M105: 'M105.txt',
  M27: 'M27.txt',
  M114: 'M114.txt',
  M115: 'M115.txt',
} as const;
export const LOGIN = { M601: 'M601.txt', M602: 'M602.txt' } as const;

export function heaters(entries: Readonly<Record<string, readonly [number, number]>>): Pick<Snapshot, 'heaters'> {
  return {
    heaters: new Map(
      Object.entries(entries).map(([name, [celsius, targetCelsius]]) => [name, { celsius, targetCelsius }]),
    ),
  };
}

export function axes(entries: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(entries));
}

export function status(state: State, word: string, moveMode?: string): Snapshot {
  return {
    state,
    stateProtocol: 'tcp',
    statusWords: [{ protocol: 'tcp', status: word }],
    ...(moveMode !== undefined && { moveMode }),
  };
}

/** @param total the second number of M27 */
export function progress(ratio: number, total: number): Pick<Snapshot, 'progress'> {
  return { progress: { ratio, protocol: 'tcp', step: 1 / total } };
}

export function endstops(entries: Readonly<Record<string, boolean>>): Pick<Snapshot, 'endstops'> {
  return { endstops: new Map(Object.entries(entries)) };
}
