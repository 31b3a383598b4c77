// The parsed replies of one read, and how much of a reply that did not end in `ok` can be believed.

import { PrinterError } from '../printer/errors.ts';
import type { ReadCommand } from './commands.ts';
import type { TcpHabits } from './habits.ts';
import { type PrintProgress, parseM27 } from './m27.ts';
import { parseM105, type Temperatures } from './m105.ts';
import { type Position, parseM114 } from './m114.ts';
import { type MachineInfo, parseM115 } from './m115.ts';
import { parseM119, type Status } from './m119.ts';
import { linesOf, type Reply } from './reply.ts';

/** What the printer sent, one part per command; a part that failed is missing. */
export interface TcpReplies {
  m119?: Status | undefined;
  m105?: Temperatures | undefined;
  m27?: PrintProgress | undefined;
  m114?: Position | undefined;
  m115?: MachineInfo | undefined;
}

export interface TcpReading {
  readonly replies: TcpReplies;
  /** Why each missing part is missing. */
  readonly problems: ReadonlyMap<ReadCommand, PrinterError>;
  /** Commands without a conclusive reply: of what they ask nothing is known, not even that there is none. */
  readonly unanswered: ReadonlySet<ReadCommand>;
  /** What is known about the printer now, for the next read. */
  readonly habits: TcpHabits;
  /** Set if nothing is left to ask and the printer counts as not read: neither M119 nor M105 was understood. */
  readonly failure?: PrinterError | undefined;
}

// Shared, since most reads have none of either.
export const NO_PROBLEMS: TcpReading['problems'] = new Map();
export const ALL_ANSWERED: TcpReading['unanswered'] = new Set();

function keep<T>(parsed: T | undefined, assign: (value: T) => void): boolean {
  if (parsed === undefined) return false;
  assign(parsed);
  return true;
}

// Mac is the last line of M115 in every capture: after it nothing is missing. Half an identity would fill the info series with
// empty labels, and is worth nothing for telling one printer from another.
function wholeIdentity(info: MachineInfo | undefined): MachineInfo | undefined {
  const { machineType, firmware, serial, mac } = info ?? {};
  return machineType && firmware && serial && mac ? info : undefined;
}

function parseInto(replies: TcpReplies, command: ReadCommand, reply: Reply): boolean {
  const { complete } = reply;
  const lines = linesOf(reply);
  switch (command) {
    case 'M119':
      return keep(parseM119(lines), (status) => (replies.m119 = complete ? status : { ...status, isPartial: true }));
    case 'M105':
      return keep(parseM105(lines), (temperatures) => (replies.m105 = temperatures));
    case 'M27':
      return keep(parseM27(lines), (progress) => (replies.m27 = progress));
    case 'M114':
      return keep(parseM114(lines), (position) => (replies.m114 = position));
    case 'M115': {
      const info = parseM115(lines);
      return keep(complete ? info : wholeIdentity(info), (whole) => (replies.m115 = whole));
    }
    default:
      return command satisfies never;
  }
}

function notUnderstood(command: ReadCommand, reply: Reply): PrinterError {
  const { complete, tooLongBytes } = reply;
  if (tooLongBytes !== undefined) {
    return new PrinterError('protocol', `${command}: a reply of ${tooLongBytes} bytes, more than is taken`);
  }
  const said = linesOf(reply).join(' | ').slice(0, 100);
  // Without an `ok` the rest may still be on its way: late, not wrong.
  return complete
    ? new PrinterError('protocol', `${command}: reply not understood: "${said}"`)
    : new PrinterError('timeout', `${command}: no "ok", and not understood: "${said}"`);
}

/**
 * Parses a reply and adds it to the replies. A reply that did not end in `ok` counts only for what no missing line could change:
 * each line of M105, M27 and M114 stands for itself; M119 is marked as partial (snapshot.ts); M115 counts only to its last line.
 * @returns why nothing in the reply is understood
 */
export function addReply(replies: TcpReplies, command: ReadCommand, reply: Reply): PrinterError | undefined {
  return parseInto(replies, command, reply) ? undefined : notUnderstood(command, reply);
}

/**
 * Whether a reply that was added says all that the command asks for. One that did not end in `ok` may leave out what it has not
 * come to: only the progress that an M27 did send shows that nothing else was to come.
 */
export function isConclusive(replies: TcpReplies, command: ReadCommand, { complete }: Reply): boolean {
  if (complete) return true;
  const part = {
    M119: replies.m119,
    M105: replies.m105,
    M27: replies.m27?.printed,
    M114: replies.m114,
    M115: replies.m115,
  };
  return part[command] !== undefined;
}
