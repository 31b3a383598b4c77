// Shared by the tests of readTcp: short and long limits, and an idle printer.

import type { Ongoing } from '../../src/common/ongoing.ts';
import { readTcp, type TcpReadOptions } from '../../src/tcp/read.ts';
import type { TcpReading } from '../../src/tcp/replies.ts';
import { DEFAULT_LIMITS, type SessionLimits, type TcpTarget } from '../../src/tcp/target.ts';
import { reply, type Script } from '../support/scripted-printer.ts';

/** For replies that only a time limit ends. */
export const SHORT: SessionLimits = { ...DEFAULT_LIMITS, commandMs: 150, silenceMs: 30, okTailMs: 10 };
/** For replies that no time limit may end. */
export const LONG: SessionLimits = {
  ...DEFAULT_LIMITS,
  connectMs: 60_000,
  commandMs: 60_000,
  silenceMs: 60_000,
  okTailMs: 60_000,
};

export const IDLE: Script = {
  M119: reply('M119', 'MachineStatus: READY', 'MoveMode: READY'),
  M105: reply('M105', 'T0:24 /0 B:0 /0'),
  M27: reply('M27', 'SD printing byte 0/100'),
  M114: reply('M114', 'X:1 Y:2 Z:3'),
  M115: reply('M115', 'Machine Type: Flashforge Finder', 'SN: 62B08883'),
};

/** Everything that the read comes to. */
export async function whole(read: Ongoing<TcpReading>): Promise<TcpReading> {
  await read.over;
  return read.soFar();
}

export function readPrinter(
  { target }: { readonly target: TcpTarget },
  options: Partial<TcpReadOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<TcpReading> {
  return whole(readTcp(target, { login: 'auto', identity: false, limits: LONG, ...options }, signal));
}

/** By command: code and message of the problem. */
export function problemsOf({ problems }: TcpReading): Record<string, string> {
  return Object.fromEntries([...problems].map(([command, { code, message }]) => [command, `${code} | ${message}`]));
}

/** The parts that were read. */
export function partsOf({ replies }: TcpReading): string[] {
  return Object.keys(replies);
}
