// What a read sends and in which order, and what a refusal, a closed connection or a missing reply costs.

import { onlyDefined } from '../common/defined.ts';
import type { LoginMode } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import { type Command, findRefusal, type LoginCommand, type ReadCommand } from './commands.ts';
import type { Reply } from './framer.ts';
import {
  afterLostContact,
  mayWaitForLogin,
  planRead,
  type TcpHabits,
  withFailure,
  withoutFailure,
  withUnfinished,
} from './habits.ts';
import { addReply, type TcpReading, type TcpReplies } from './replies.ts';
import type { Dialogue, Interruption } from './session.ts';

export interface DialogueOptions {
  readonly login: LoginMode;
  /** Whether to ask for M115 too. */
  readonly identity: boolean;
  /** What earlier reads have learned about the printer. */
  readonly habits: TcpHabits;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** A command that waited less when the deadline came has not failed. */
  readonly patienceMs: number;
}

// Commands that fail one after the other, with no reply between them: then it is the printer, and not the commands.
const MAX_FAILURES_IN_A_ROW = 2;

function isLogin(command: Command): command is LoginCommand {
  return command === 'M601' || command === 'M602';
}

function notUnderstood(command: ReadCommand, reply: Reply): PrinterError {
  const { tooLongBytes } = reply;
  if (tooLongBytes !== undefined) {
    return new PrinterError('protocol', `${command}: a reply of ${tooLongBytes} bytes, more than is taken`);
  }
  const said = reply.lines.join(' | ').slice(0, 100);
  // Without an `ok` the rest may still be on its way: late, not wrong.
  return reply.complete
    ? new PrinterError('protocol', `${command}: reply not understood: "${said}"`)
    : new PrinterError('timeout', `${command}: no "ok", and not understood: "${said}"`);
}

/** The commands of one read and their replies. It outlives a connection, so that a new one asks only for what is missing. */
export class ReadDialogue implements Dialogue {
  readonly #replies: TcpReplies = {};
  readonly #problems = new Map<ReadCommand, PrinterError>();
  /** Commands without a conclusive reply: of what they ask nothing is known. */
  readonly #unanswered = new Set<ReadCommand>();
  readonly #options: DialogueOptions;
  readonly #pending: ReadCommand[];
  #habits: TcpHabits;
  #asked: Command | undefined;
  /** Whether to log in before the next read. */
  #needsLogin: boolean;
  #mayLogIn: boolean;
  /** Whether the first pending command was refused, and the login is for its sake. */
  #isRefused = false;
  /** Whether this connection holds control, or may hold it: after a login without an answer, or with an unknown one. */
  #holdsControl = false;
  /** The printer sent no byte, and the login is to find out whether it waits for one. */
  #silence: PrinterError | undefined;
  /** Why there is no login. */
  #denial: PrinterError | undefined;
  /** The refusal of the last read, if it was refused for good. */
  #refused: PrinterError | undefined;
  /** The command that is sent a second time, because the connection was lost after the first. */
  #repeated: Command | undefined;
  #repliesHere = 0;
  #failuresInARow = 0;
  #hasReadReply = false;
  /** Whether the printer answered anything in this read, or was talking to another client. */
  #hasContact = false;
  /** Whether the read was ended too early to tell. */
  #isCutShort = false;

  constructor(options: DialogueOptions) {
    const { login, identity, habits, nowMs } = options;
    const { commands, heldBack } = planRead(identity, habits, nowMs);
    this.#options = options;
    this.#silence = login === 'auto' ? habits.silence : undefined;
    this.#habits = habits.silence ? { ...habits, silence: undefined } : habits;
    this.#pending = commands;
    this.#needsLogin =
      login === 'always' || (login === 'auto' && (habits.login === 'needed' || habits.silence !== undefined));
    this.#mayLogIn = login === 'auto' && !this.#needsLogin;
    for (const command of heldBack) {
      const error = habits.failures.get(command)?.error;
      if (error) this.#problems.set(command, error);
      this.#unanswered.add(command);
    }
  }

  next(): Command | undefined {
    this.#asked = this.#choose();
    if (this.#asked === 'M601') this.#holdsControl = true;
    return this.#asked;
  }

  #choose(): Command | undefined {
    if (this.#pending.length > 0) return this.#needsLogin && !this.#holdsControl ? 'M601' : this.#pending[0];
    // A printer that does not answer M602 gets it as the closing command.
    return this.#holdsControl && !this.#habits.unfinished.has('M602') ? 'M602' : undefined;
  }

  isUnfinished(command: Command): boolean {
    return this.#habits.unfinished.has(command);
  }

  take(reply: Reply, isLeftUnfinished: boolean): void {
    const command = this.#asked;
    if (command === undefined) return;
    this.#hasContact = true;
    this.#learnEnd(command, reply, isLeftUnfinished);
    if (command === 'M601') this.#takeLogin(reply);
    else if (command === 'M602') this.#holdsControl = false;
    else this.#takeRead(command, reply);
  }

  // Control is given back, whatever went wrong: FlashPrint is locked out until then.
  closingCommand(): Command | undefined {
    const isOwed = this.#holdsControl && this.#asked !== 'M602';
    // Control belongs to the connection (docs/protocol.md#tcp-login-m601-m602): the next one has to log in again.
    this.#holdsControl = false;
    return isOwed ? 'M602' : undefined;
  }

  /**
   * Decides what the end of a connection costs.
   * @param isAborted whether the deadline has come
   * @returns whether to go on over a new connection
   */
  interrupted(interruption: Interruption, isAborted: boolean): boolean {
    const repliesHere = this.#repliesHere;
    this.#repliesHere = 0;
    const { command, how, error, waitedMs } = interruption;
    if (error.detail === 'other_client') this.#hasContact = true;
    if (isAborted && waitedMs < this.#options.patienceMs) this.#isCutShort = true;
    if (this.#pending.length === 0) {
      if (command === 'M602' && how === 'given-up') this.#habits = withUnfinished(this.#habits, 'M602', true);
      return false;
    }
    if (how === 'not-connected') return this.#giveUp(error);
    if (how === 'given-up' && command !== undefined && !isLogin(command)) {
      return this.#abandonedRead(command, interruption, isAborted);
    }
    if (isAborted) return this.#giveUp(error);
    if (command === undefined) return this.#closedBetween(interruption, repliesHere);
    if (isLogin(command)) return this.#interruptedLogin(interruption);
    return this.#closedRead(command, interruption, repliesHere);
  }

  /** What has been read so far. */
  get reading(): TcpReading {
    const replies = this.#replies;
    const problems = this.#problems;
    const unanswered = this.#pending.length === 0 ? this.#unanswered : new Set([...this.#unanswered, ...this.#pending]);
    const failure = replies.m119 || replies.m105 ? undefined : (problems.get('M119') ?? problems.get('M105'));
    return onlyDefined({ replies, problems, unanswered, habits: this.#habitsNow, failure });
  }

  get #habitsNow(): TcpHabits {
    const isKnown = this.#hasContact || this.#isCutShort;
    return isKnown ? this.#habits : afterLostContact(this.#options.habits, this.#habits);
  }

  #learnEnd(command: Command, reply: Reply, isLeftUnfinished: boolean): void {
    const isBareLogin = command === 'M601' && reply.lines.length === 0;
    if (isLeftUnfinished) this.#habits = withUnfinished(this.#habits, command, true);
    else if (reply.complete && !isBareLogin) this.#habits = withUnfinished(this.#habits, command, false);
  }

  #takeLogin(reply: Reply): void {
    const refusal = findRefusal(reply.lines);
    if (refusal === undefined) this.#isRefused = false;
    else this.#refuseLogin(refusal);
  }

  #refuseLogin(reason: string): void {
    this.#needsLogin = false;
    this.#holdsControl = false;
    this.#denial = this.#denied('M601', reason);
    this.#repliesHere += 1;
    const [first] = this.#pending;
    // What was refused stays refused; it is not asked again.
    if (this.#isRefused && first !== undefined) this.#deny(first, reason);
    this.#isRefused = false;
  }

  #takeRead(command: ReadCommand, reply: Reply): void {
    const refusal = findRefusal(reply.lines);
    if (refusal === undefined) {
      this.#addRead(command, reply);
    } else if (this.#mayLogIn) {
      this.#repliesHere += 1;
      this.#mayLogIn = false;
      this.#needsLogin = true;
      this.#isRefused = true;
    } else {
      this.#deny(command, refusal);
    }
  }

  #addRead(command: ReadCommand, reply: Reply): void {
    this.#hasReadReply = true;
    this.#repliesHere += 1;
    this.#failuresInARow = 0;
    this.#refused = undefined;
    this.#silence = undefined;
    this.#rememberLogin();
    const isUnderstood = addReply(command, reply, this.#replies);
    const error = isUnderstood ? undefined : notUnderstood(command, reply);
    if (error) this.#problems.set(command, error);
    // Nothing that came says that nothing is left to come; only a printer known to stop here says as much as it ever does.
    const hasProgress = this.#replies.m27?.printed !== undefined;
    if (!reply.complete && (command === 'M27' ? !hasProgress : error)) this.#unanswered.add(command);
    const isHalfIdentity = command === 'M115' && !reply.complete && error !== undefined;
    this.#habits = isHalfIdentity
      ? withFailure(this.#habits, command, error, this.#options.nowMs)
      : withoutFailure(this.#habits, command);
    this.#pending.shift();
  }

  #rememberLogin(): void {
    const login = this.#holdsControl ? 'needed' : 'not-needed';
    if (this.#options.login !== 'auto' || this.#habits.login === login) return;
    this.#habits = { ...this.#habits, login };
  }

  #denied(command: Command, reason: string): PrinterError {
    const said = reason.replace(/[.!]$/, '');
    const isNever = this.#options.login === 'never';
    const how = isNever ? 'login is set to never' : 'the login was refused: close FlashPrint';
    return new PrinterError('denied', `${command}: "${said}", and ${how}`);
  }

  #deny(command: ReadCommand, reason: string): void {
    this.#refused = this.#denied(command, reason);
    this.#problems.set(command, this.#refused);
    this.#repliesHere += 1;
    this.#pending.shift();
  }

  #giveUp(error: PrinterError): false {
    for (const command of this.#pending) {
      this.#problems.set(command, error);
      this.#unanswered.add(command);
    }
    this.#pending.length = 0;
    return false;
  }

  /** The connection ended after a reply, or before anything was sent. */
  #closedBetween({ error, how }: Interruption, repliesHere: number): boolean {
    if (this.#refused) return this.#giveUp(this.#refused);
    if (repliesHere > 0) return true;
    const [first] = this.#pending;
    if (how !== 'reset' || this.#repeated === first) return this.#giveUp(error);
    this.#repeated = first;
    return true;
  }

  #interruptedLogin({ command, how, error }: Interruption): boolean {
    if (how === 'reset' && this.#repeated !== command) {
      this.#repeated = command;
      return true;
    }
    const isSilent = this.#silence !== undefined;
    if (isSilent) this.#habits = { ...this.#habits, loginFailedAtMs: this.#options.nowMs };
    if (how === 'given-up' || isSilent) return this.#giveUp(this.#silentAfterLogin ?? error);
    // Closing the connection is how this printer refuses a login.
    this.#refuseLogin('the connection was closed');
    return this.#pending.length > 0;
  }

  /** No reply in time, or too much of it: the connection was closed from this side, since a late reply would be taken for the next one's. */
  #abandonedRead(command: ReadCommand, interruption: Interruption, isAborted: boolean): boolean {
    const { error, waitedMs } = interruption;
    if (this.#startsLoginTrial(interruption)) {
      if (!isAborted) return true;
      this.#habits = { ...this.#habits, silence: error };
      return this.#giveUp(error);
    }
    const isOwnFault = error.detail !== 'other_client' && waitedMs >= this.#options.patienceMs;
    // Silence until the deadline is less than silence for the whole time of the command.
    const failure = isAborted ? new PrinterError(error.code, error.message) : error;
    if (isOwnFault) this.#habits = withFailure(this.#habits, command, failure, this.#options.nowMs);
    return this.#giveUp(this.#silentAfterLogin ?? this.#explained(error));
  }

  get #silentAfterLogin(): PrinterError | undefined {
    const { code, message } = this.#silence ?? {};
    return code && new PrinterError(code, `${message}, and none after a login (M601)`, { detail: 'mute' });
  }

  #explained(error: PrinterError): PrinterError {
    if (this.#options.login !== 'never' || error.detail !== 'mute' || this.#hasContact) return error;
    const hint = 'some printers say nothing before a login, and login is set to never';
    return new PrinterError(error.code, `${error.message}; ${hint}`, { detail: 'mute' });
  }

  #closedRead(command: ReadCommand, { how, error }: Interruption, repliesHere: number): boolean {
    // A printer that refuses and closes would do the same for each command that is left.
    if (this.#refused) return this.#giveUp(this.#refused);
    if (this.#mayRepeat(command, how, repliesHere)) {
      this.#repeated = command;
      return true;
    }
    // Closing the connection is how this printer refuses a read without a login.
    const denial = this.#hasReadReply ? undefined : this.#denial;
    const reason = denial ?? error;
    this.#problems.set(command, reason);
    this.#unanswered.add(command);
    if (!denial) this.#habits = withFailure(this.#habits, command, error, this.#options.nowMs);
    this.#pending.shift();
    this.#failuresInARow += 1;
    return this.#pending.length > 0 && (this.#failuresInARow < MAX_FAILURES_IN_A_ROW || this.#giveUp(reason));
  }

  // Not one byte in the whole time of the first command: some printers say nothing before a login. A printer that has answered
  // without one is busy, and FlashPrint must not lose control to find that out.
  #startsLoginTrial({ error, waitedMs }: Interruption): boolean {
    const { login, nowMs, patienceMs } = this.#options;
    const isSilent = error.detail === 'mute' && waitedMs >= patienceMs && !this.#hasContact;
    if (login !== 'auto' || !isSilent || !this.#mayLogIn || !mayWaitForLogin(this.#habits, nowMs)) return false;
    this.#mayLogIn = false;
    this.#needsLogin = true;
    this.#silence = error;
    return true;
  }

  // A printer that closes the connection after each reply is no fault of the command, nor is a single reset on a bad network.
  #mayRepeat(command: ReadCommand, how: Interruption['how'], repliesHere: number): boolean {
    if (this.#habits.failures.has(command) || this.#repeated === command || this.#failuresInARow > 0) return false;
    return how === 'reset' || repliesHere > 0;
  }
}
