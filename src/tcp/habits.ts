// What is learned about one printer from read to read: what it leaves out of its replies, whether it wants a login, and which
// commands it fails. Plain data; whoever owns the printer keeps it and passes it to the next read.

import { PrinterError } from '../printer/errors.ts';
import { type Command, READ_COMMANDS, type ReadCommand } from './commands.ts';
import { isEmpty, type Reply } from './reply.ts';

export interface CommandFailure {
  /** Consecutive failures. */
  readonly count: number;
  /** Time of the last one, in milliseconds since 1970. */
  readonly failedAtMs: number;
  readonly error: PrinterError;
}

export interface TcpHabits {
  /** Commands whose replies this printer leaves unfinished: reads without an `ok`, M601 without words, M602 without a reply. */
  readonly unfinished: ReadonlySet<Command>;
  /** Undefined until a read was answered. */
  readonly login: 'needed' | 'not-needed' | undefined;
  /** When a login did not make a silent printer talk, in milliseconds since 1970. */
  readonly loginFailedAtMs: number | undefined;
  /** Set if the deadline of the last read came before a login could be tried on a silent printer: the next read begins with it. */
  readonly silence: PrinterError | undefined;
  readonly failures: ReadonlyMap<ReadCommand, CommandFailure>;
}

/** Of a printer that nothing is known of, and of one that contact was lost with. */
export const NO_HABITS: TcpHabits = {
  unfinished: new Set(),
  login: undefined,
  loginFailedAtMs: undefined,
  silence: undefined,
  failures: new Map(),
};

// What a printer cannot do may still change: another firmware, or a job that ends.
const RETRY_AFTER_MS = 10 * 60_000;
/** After so many consecutive failures a command is sent only every ten minutes. */
const FAILURES_TO_HOLD_BACK = 3;

// A clock that was set back must not hold a command back for hours.
function isRecent(atMs: number, nowMs: number): boolean {
  return nowMs >= atMs && nowMs - atMs < RETRY_AFTER_MS;
}

function isHeldBack(command: ReadCommand, { failures }: TcpHabits, nowMs: number): boolean {
  const failure = failures.get(command);
  if (failure === undefined || !isRecent(failure.failedAtMs, nowMs)) return false;
  // One of the two has to be sent, or the printer would stay down for ten minutes after it recovered.
  const isVital = command === 'M119' || command === 'M105';
  if (isVital && failures.has('M119') && failures.has('M105')) return false;
  return mayHoldBack(command, failure);
}

/** Whether the command is sent every ten minutes only. */
function mayHoldBack(command: ReadCommand, { count, error }: Pick<CommandFailure, 'count' | 'error'>): boolean {
  // The identity can wait: a printer that never says what it is costs the time of one command once, not at every read.
  return count >= FAILURES_TO_HOLD_BACK || (command === 'M115' && error.detail === 'mute');
}

export interface ReadPlan {
  /** In the order in which they are sent: commands that failed in the last read come last. */
  readonly commands: ReadCommand[];
  readonly heldBack: readonly ReadCommand[];
}

/** Which commands a read sends. M115 comes after the others, because the state matters more when time runs out. */
export function planRead(withIdentity: boolean, habits: TcpHabits, nowMs: number): ReadPlan {
  const wanted = READ_COMMANDS.filter((command) => withIdentity || command !== 'M115');
  const { failures } = habits;
  if (failures.size === 0) return { commands: wanted, heldBack: [] };
  const heldBack = wanted.filter((command) => isHeldBack(command, habits, nowMs));
  const sent = wanted.filter((command) => !heldBack.includes(command));
  const [last, first] = [sent.filter((c) => failures.has(c)), sent.filter((c) => !failures.has(c))];
  return { commands: [...first, ...last], heldBack };
}

/** Whether a silent printer may be one that waits for a login: none of its reads was answered, and no login failed lately. */
export function mayWaitForLogin({ login, loginFailedAtMs }: TcpHabits, nowMs: number): boolean {
  return login === undefined && !(loginFailedAtMs !== undefined && isRecent(loginFailedAtMs, nowMs));
}

/** Counts a failure of the command. */
export function withFailure(habits: TcpHabits, command: ReadCommand, reason: PrinterError, nowMs: number): TcpHabits {
  const count = (habits.failures.get(command)?.count ?? 0) + 1;
  const error = mayHoldBack(command, { count, error: reason }) ? heldBackError(reason, count) : reason;
  const failures = new Map(habits.failures).set(command, { count, failedAtMs: nowMs, error });
  return { ...habits, failures };
}

// Shown while the command is not sent.
function heldBackError({ code, message, cause, detail }: PrinterError, count: number): PrinterError {
  const times = count === 1 ? 'once' : `${count} times in a row`;
  return new PrinterError(code, `${message} (failed ${times}, sent every 10 minutes only)`, {
    cause,
    ...(detail && { detail }),
  });
}

/** Forgets the failures of a command that was answered. */
export function withoutFailure(habits: TcpHabits, command: ReadCommand): TcpHabits {
  if (!habits.failures.has(command)) return habits;
  const failures = new Map(habits.failures);
  failures.delete(command);
  return { ...habits, failures };
}

/** Remembers whether the printer leaves its reply to the command unfinished. */
export function withUnfinished(habits: TcpHabits, command: Command, isUnfinished: boolean): TcpHabits {
  if (habits.unfinished.has(command) === isUnfinished) return habits;
  const unfinished = new Set(habits.unfinished);
  if (isUnfinished) unfinished.add(command);
  else unfinished.delete(command);
  return { ...habits, unfinished };
}

/** Remembers how the reply to the command ended. @param isLeftUnfinished whether silence ended it */
export function withEndOf(habits: TcpHabits, command: Command, reply: Reply, isLeftUnfinished: boolean): TcpHabits {
  if (isLeftUnfinished) return withUnfinished(habits, command, true);
  const isBareLogin = command === 'M601' && isEmpty(reply);
  return reply.complete && !isBareLogin ? withUnfinished(habits, command, false) : habits;
}

/**
 * The habits after a read in which the printer answered nothing. All is forgotten, except that the one command that was sent
 * comes last in the next read: perhaps it is only this command that the printer does not answer.
 * @param before the habits that the read began with
 * @param now the habits at its end
 */
export function afterLostContact(before: TcpHabits, now: TcpHabits): TcpHabits {
  const failed = [...now.failures].filter(([command, failure]) => before.failures.get(command) !== failure);
  const isOne = before.failures.size === 0 && failed.length === 1;
  const { loginFailedAtMs, silence } = now;
  return { ...NO_HABITS, loginFailedAtMs, silence, failures: new Map(isOne ? failed : []) };
}
