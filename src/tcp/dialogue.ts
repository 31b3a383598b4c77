// What a read sends and in which order, and what a refusal, a closed connection or a missing reply costs.

import type { LoginMode } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import { type Command, findRefusal, isLogin, type ReadCommand } from './commands.ts';
import type { Dialogue, Interruption } from './conversation.ts';
import { afterLostContact, planRead, type TcpHabits, withEndOf, withFailure, withUnfinished } from './habits.ts';
import { Login } from './login.ts';
import { ReadOutcome } from './outcome.ts';
import type { TcpReading } from './replies.ts';
import type { Reply } from './reply.ts';

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

/** The commands of one read and their replies. It outlives a connection, so that a new one asks only for what is missing. */
export class ReadDialogue implements Dialogue {
  readonly #outcome = new ReadOutcome();
  readonly #login: Login;
  readonly #options: DialogueOptions;
  readonly #pending: ReadCommand[];
  #habits: TcpHabits;
  #asked: Command | undefined;
  /** The refusal of the last read, if it was refused for good. */
  #refused: PrinterError | undefined;
  /** The command that is sent a second time, because the connection was lost after the first. */
  #repeated: Command | undefined;
  #repliesHere = 0;
  #failuresInARow = 0;
  /** Whether the printer answered anything in this read, or was talking to another client. */
  #hasContact = false;
  /** Whether the read was ended too early to tell. */
  #isCutShort = false;

  constructor(options: DialogueOptions) {
    const { login, identity, habits, nowMs } = options;
    const { commands, heldBack } = planRead(identity, habits, nowMs);
    this.#options = options;
    this.#login = new Login(login, habits);
    this.#habits = habits.silence ? { ...habits, silence: undefined } : habits;
    this.#pending = commands;
    for (const command of heldBack) {
      const error = habits.failures.get(command)?.error;
      if (error) this.#outcome.failed(command, error);
    }
  }

  next(): Command | undefined {
    this.#asked = this.#choose();
    if (this.#asked === 'M601') this.#login.sent();
    return this.#asked;
  }

  #choose(): Command | undefined {
    if (this.#pending.length > 0) return this.#login.isDue ? 'M601' : this.#pending[0];
    // A printer that does not answer M602 gets it as the closing command.
    return this.#login.holdsControl && !this.#habits.unfinished.has('M602') ? 'M602' : undefined;
  }

  isUnfinished(command: Command): boolean {
    return this.#habits.unfinished.has(command);
  }

  take(reply: Reply, isLeftUnfinished: boolean): void {
    const command = this.#asked;
    if (command === undefined) return;
    this.#hasContact = true;
    this.#habits = withEndOf(this.#habits, command, reply, isLeftUnfinished);
    if (command === 'M601') this.#takeLogin(reply);
    else if (command === 'M602') this.#login.released();
    else this.#takeRead(command, reply);
  }

  endedLate(command: Command): void {
    this.#habits = withUnfinished(this.#habits, command, false);
  }

  // Control is given back, whatever went wrong: FlashPrint is locked out until then.
  closingCommand(): Command | undefined {
    const isOwed = this.#login.holdsControl && this.#asked !== 'M602';
    // Control belongs to the connection (docs/protocol.md#tcp-login-m601-m602): the next one has to log in again.
    this.#login.released();
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
    if (isLogin(command)) return this.#interruptedLogin(interruption, repliesHere);
    return this.#closedRead(command, interruption, repliesHere);
  }

  /** What has been read so far. */
  get reading(): TcpReading {
    const { habits: before, nowMs } = this.#options;
    const reading = this.#outcome.reading(this.#pending, this.#habits, nowMs);
    const isKnown = this.#hasContact || this.#isCutShort;
    return isKnown ? reading : { ...reading, habits: afterLostContact(before, reading.habits) };
  }

  #takeLogin(reply: Reply): void {
    const refusal = findRefusal(reply);
    if (refusal === undefined) this.#login.granted();
    else this.#refuseLogin(refusal);
  }

  #refuseLogin(reason: string): void {
    this.#repliesHere += 1;
    const [first] = this.#pending;
    // What was refused stays refused; it is not asked again.
    if (this.#login.refused(reason) && first !== undefined) this.#deny(first, reason);
  }

  #takeRead(command: ReadCommand, reply: Reply): void {
    const refusal = findRefusal(reply);
    if (refusal === undefined) {
      this.#addRead(command, reply);
    } else if (this.#login.startAfterRefusal()) {
      this.#repliesHere += 1;
    } else {
      this.#deny(command, refusal);
    }
  }

  #addRead(command: ReadCommand, reply: Reply): void {
    this.#outcome.answered(command, reply);
    this.#repliesHere += 1;
    this.#failuresInARow = 0;
    this.#refused = undefined;
    this.#habits = this.#login.learn(this.#habits);
    this.#pending.shift();
  }

  #deny(command: ReadCommand, reason: string): void {
    this.#refused = this.#login.denied(command, reason);
    this.#outcome.denied(command, this.#refused);
    this.#repliesHere += 1;
    this.#pending.shift();
  }

  #giveUp(error: PrinterError): false {
    for (const command of this.#pending) this.#outcome.failed(command, error);
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

  #interruptedLogin({ command, how, error }: Interruption, repliesHere: number): boolean {
    // A printer that refuses a read and closes has closed this connection before the login came.
    const mayBeLate = how === 'closed' && this.#login.isForRefused && repliesHere > 0;
    if ((how === 'reset' || mayBeLate) && this.#repeated !== command) {
      this.#repeated = command;
      return true;
    }
    const { isTrial } = this.#login;
    if (isTrial) this.#habits = { ...this.#habits, loginFailedAtMs: this.#options.nowMs };
    if (how === 'given-up' || isTrial) return this.#giveUp(this.#login.silentAfterLogin ?? error);
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
    const hasWaited = !isAborted || waitedMs >= this.#options.patienceMs;
    const isOwnFault = error.detail !== 'other_client' && hasWaited;
    // Silence until the deadline is less than silence for the whole time of the command.
    const failure = isAborted ? new PrinterError(error.code, error.message) : error;
    if (isOwnFault) this.#habits = withFailure(this.#habits, command, failure, this.#options.nowMs);
    const isMute = error.detail === 'mute' && !this.#hasContact;
    return this.#giveUp(this.#login.silentAfterLogin ?? (isMute ? this.#login.explained(error) : error));
  }

  #closedRead(command: ReadCommand, { how, error }: Interruption, repliesHere: number): boolean {
    // A printer that refuses and closes would do the same for each command that is left.
    if (this.#refused) return this.#giveUp(this.#refused);
    if (this.#mayRepeat(command, how, repliesHere)) {
      this.#repeated = command;
      return true;
    }
    // Closing the connection is how this printer refuses a read without a login.
    const denial = this.#outcome.hasAnswers ? undefined : this.#login.denial;
    const reason = denial ?? error;
    this.#outcome.failed(command, reason);
    if (!denial) this.#habits = withFailure(this.#habits, command, error, this.#options.nowMs);
    this.#pending.shift();
    this.#failuresInARow += 1;
    return this.#pending.length > 0 && (this.#failuresInARow < MAX_FAILURES_IN_A_ROW || this.#giveUp(reason));
  }

  // A printer that has answered without a login is busy, and FlashPrint must not lose control to find that out.
  #startsLoginTrial({ error, waitedMs }: Interruption): boolean {
    const { nowMs, patienceMs } = this.#options;
    const isSilent = error.detail === 'mute' && waitedMs >= patienceMs && !this.#hasContact;
    return isSilent && this.#login.startAfterSilence(error, this.#habits, nowMs);
  }

  // A printer that closes the connection after each reply is no fault of the command, nor is a single reset on a bad network.
  #mayRepeat(command: ReadCommand, how: Interruption['how'], repliesHere: number): boolean {
    if (this.#habits.failures.has(command) || this.#repeated === command || this.#failuresInARow > 0) return false;
    return how === 'reset' || repliesHere > 0;
  }
}
