// One dialogue to a printer over TCP: which commands, in which order, and what a refusal, a reset or a bad reply costs.

import type { CancelSignal } from '../common/cancellation.ts';
import { onlyDefined } from '../common/defined.ts';
import { errnoOf } from '../common/errno.ts';
import type { LoginMode } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import { type Command, isControlRefused, type ReadCommand } from './commands.ts';
import type { Reply } from './framer.ts';
import { type PrintProgress, parseM27 } from './m27.ts';
import { parseM105, type Temperatures } from './m105.ts';
import { type Position, parseM114 } from './m114.ts';
import { type MachineInfo, parseM115 } from './m115.ts';
import { parseM119, type Status } from './m119.ts';
import { converse, type Dialogue } from './session.ts';
import { DEFAULT_LIMITS, type SessionLimits, type TcpTarget } from './target.ts';

/** What the printer said, each part on its own; a part that failed is missing. */
export interface TcpReplies {
  m119?: Status;
  m105?: Temperatures;
  m27?: PrintProgress;
  m114?: Position;
  m115?: MachineInfo;
}

export interface TcpReading {
  readonly replies: TcpReplies;
  /** Why each missing part is missing. */
  readonly problems: ReadonlyMap<ReadCommand, PrinterError>;
  /** Commands that got no reply at all: of what they ask nothing is known, not even that there is none. */
  readonly unanswered: ReadonlySet<ReadCommand>;
  /** Set when the printer counts as not read: neither M119 nor M105 was understood. */
  readonly failure?: PrinterError;
}

export interface TcpReadOptions {
  readonly login: LoginMode;
  /** Whether to ask for M115 too. */
  readonly identity: boolean;
  readonly limits?: SessionLimits;
  /** Called once at the start, with a function that returns what has been read so far. */
  readonly onBegin?: (peek: () => TcpReading) => void;
}

/** Keeps what a reply says; false when it says nothing that is known. */
function understand(command: ReadCommand, lines: readonly string[], replies: TcpReplies): boolean {
  switch (command) {
    case 'M119':
      return keep(parseM119(lines), (status) => (replies.m119 = status));
    case 'M105':
      return keep(parseM105(lines), (temperatures) => (replies.m105 = temperatures));
    case 'M27':
      return keep(parseM27(lines), (progress) => (replies.m27 = progress));
    case 'M114':
      return keep(parseM114(lines), (position) => (replies.m114 = position));
    case 'M115':
      return keep(parseM115(lines), (info) => (replies.m115 = info));
    default:
      return command satisfies never;
  }
}

function keep<T>(parsed: T | undefined, assign: (value: T) => void): boolean {
  if (parsed === undefined) return false;
  assign(parsed);
  return true;
}

function notUnderstood(command: ReadCommand, reply: Reply): PrinterError {
  const { tooLongBytes } = reply;
  if (tooLongBytes !== undefined) {
    return new PrinterError('protocol', `${command}: a reply of ${tooLongBytes} bytes, more than is taken`);
  }
  const said = reply.lines.join(' | ').slice(0, 100);
  // Ended by silence: perhaps the rest is yet to come, so it is late and not wrong.
  return reply.complete
    ? new PrinterError('protocol', `${command}: reply not understood: "${said}"`)
    : new PrinterError('timeout', `${command}: no "ok", and not understood: "${said}"`);
}

/** What is asked and what came: it outlives a connection, so that after a reset only the unanswered is asked again. */
class ReadDialogue implements Dialogue {
  readonly replies: TcpReplies = {};
  readonly problems = new Map<ReadCommand, PrinterError>();
  readonly #pending: ReadCommand[];
  readonly #mode: LoginMode;
  #asked: Command | undefined;
  /** Whether to log in before the next read. */
  #needsLogin: boolean;
  #mayLogIn: boolean;
  /** Whether the first of the pending was refused, and the login is for its sake. */
  #isRefused = false;
  /** Whether this connection holds control, or may: a login whose answer never came, or came in unknown words. */
  #holdsControl = false;

  constructor({ login, identity }: TcpReadOptions) {
    // M115 last: the state matters more when time runs out.
    this.#pending = identity ? ['M119', 'M105', 'M27', 'M114', 'M115'] : ['M119', 'M105', 'M27', 'M114'];
    this.#mode = login;
    this.#needsLogin = login === 'always';
    this.#mayLogIn = login === 'auto';
  }

  next(): Command | undefined {
    this.#asked = this.#choose();
    if (this.#asked === 'M601') this.#holdsControl = true;
    return this.#asked;
  }

  #choose(): Command | undefined {
    if (this.isAnswered) return this.#holdsControl ? 'M602' : undefined;
    return this.#needsLogin && !this.#holdsControl ? 'M601' : this.#pending[0];
  }

  take(reply: Reply): void {
    const command = this.#asked;
    switch (command) {
      case undefined:
        break;
      case 'M601':
        this.#takeLogin(reply);
        break;
      case 'M602':
        this.#holdsControl = false;
        break;
      default:
        this.#takeRead(command, reply);
    }
  }

  // Control is given back, whatever went wrong: FlashPrint is locked out until then.
  closingCommand(): Command | undefined {
    const isOwed = this.#holdsControl && this.#asked !== 'M602';
    // Control belongs to the connection (docs/protocol.md#tcp-login-m601-m602): the next one, after a reset, has to log in again.
    this.#holdsControl = false;
    this.#isRefused = false;
    return isOwed ? 'M602' : undefined;
  }

  /** Counts what has not been answered as failed for this reason. */
  giveUp(error: PrinterError): void {
    for (const command of this.#pending) this.problems.set(command, error);
  }

  get reading(): TcpReading {
    const { replies, problems } = this;
    const failure = replies.m119 || replies.m105 ? undefined : (problems.get('M119') ?? problems.get('M105'));
    return onlyDefined({ replies, problems, unanswered: new Set(this.#pending), failure });
  }

  get isAnswered(): boolean {
    return this.#pending.length === 0;
  }

  #takeLogin(reply: Reply): void {
    const [first] = this.#isRefused ? this.#pending : [];
    this.#isRefused = false;
    if (!isControlRefused(reply.lines)) return;
    this.#needsLogin = false;
    this.#holdsControl = false;
    // What was refused stays refused; it is not asked again.
    if (first !== undefined) this.#deny(first);
  }

  #takeRead(command: ReadCommand, reply: Reply): void {
    if (!isControlRefused(reply.lines)) {
      if (!understand(command, reply.lines, this.replies)) this.problems.set(command, notUnderstood(command, reply));
      this.#pending.shift();
    } else if (this.#mayLogIn) {
      this.#mayLogIn = false;
      this.#needsLogin = true;
      this.#isRefused = true;
    } else {
      this.#deny(command);
    }
  }

  #deny(command: ReadCommand): void {
    const how = this.#mode === 'never' ? 'login is set to never' : 'the login was refused: close FlashPrint';
    this.problems.set(command, new PrinterError('denied', `${command}: "Control failed", and ${how}`));
    this.#pending.shift();
  }
}

function isReset(error: Error): boolean {
  const errno = errnoOf(error.cause);
  return errno === 'ECONNRESET' || errno === 'EPIPE';
}

/**
 * Reads a printer over TCP 8899: M119, M105, M27, M114 and, when asked, M115, over one connection.
 * Never throws for what a printer does: the failure is in the answer, beside the parts that were read.
 * One reconnect after a reset (joseffallman/hass_flashforge#46), inside the same signal.
 * @param signal the deadline; when it fires the connection is closed at once
 */
export function readTcp(target: TcpTarget, options: TcpReadOptions, signal: CancelSignal): Promise<TcpReading> {
  const { limits = DEFAULT_LIMITS } = options;
  const dialogue = new ReadDialogue(options);
  options.onBegin?.(() => dialogue.reading);
  return new Promise((resolve, reject) => {
    const talk = (isFirst: boolean): void =>
      converse(target, limits, dialogue, signal, (error) => {
        if (isFirst && error && isReset(error) && !dialogue.isAnswered && !signal.aborted) {
          talk(false);
        } else if (error instanceof PrinterError || error === undefined) {
          if (error) dialogue.giveUp(error);
          resolve(dialogue.reading);
        } else {
          reject(error);
        }
      });
    talk(true);
  });
}
