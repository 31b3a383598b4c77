// The reply to one command: which of the incoming bytes belong to it, and what ends it. No I/O, no clock.

import { PrinterError, type PrinterErrorOptions } from '../printer/errors.ts';
import { type Command, findRefusal, isLogin } from './commands.ts';
import { Framer } from './framer.ts';
import { isEmpty, type Reply } from './reply.ts';
import type { SessionLimits } from './target.ts';

/** What has come of a reply, when nothing more is awaited. */
export interface PartialReply {
  readonly reply: Reply;
  /** Whether the printer itself left the reply without its end. */
  readonly isLeftUnfinished: boolean;
}

/** What a closed connection leaves of a reply. */
export interface ClosedReply {
  /** Undefined if too little came to count as a reply. */
  readonly reply: Reply | undefined;
  /** Whether the connection ended in the middle of a reply. */
  readonly isInReply: boolean;
}

// A web server's response, which may be a page without a status line, since a command is no HTTP request either.
const WEB_RESPONSE = /^(?:HTTP\/\d|\s*<(?:!doctype|html))/i;
// An `ok` without a CMD line, which can only answer a login.
const BARE_OK: Reply = { command: '', data: '', complete: false };

export type ReplyLimits = Pick<SessionLimits, 'silenceMs' | 'okTailMs' | 'replyBytes'>;

/** What a connection has received since its last command. One object serves all commands of a connection, as its framer does. */
export class AwaitedReply {
  readonly #limits: ReplyLimits;
  readonly #framer: Framer;
  #command: Command | undefined;
  #mayStopShort = false;
  /** The first reply to the command that ended in `ok`. */
  #whole: Reply | undefined;
  /** What came of the reply before another client's reply cut it short. */
  #cut: Reply | undefined;
  /** A refusal or a login's answer without a CMD line. */
  #controlAnswer: Reply | undefined;
  /** What the framer had counted when the command was sent. */
  #earlierBareOks = 0;
  /** Whether an `ok` came outside any reply before the reply to the command ended; undefined until it has. */
  #hadBareOk: boolean | undefined;
  /** The command before this one, if silence ended its reply; and this one, once it does. */
  #stoppedBefore: Command | undefined;
  #stopped: Command | undefined;
  #hasForeignReply = false;
  #isHttp = false;
  #receivedBytes = 0;

  constructor(limits: ReplyLimits) {
    this.#limits = limits;
    this.#framer = new Framer(limits.replyBytes);
  }

  /**
   * Begins to wait for the reply to the next command.
   * @param mayStopShort whether this printer is known to leave its reply to the command unfinished
   */
  begin(command: Command, mayStopShort: boolean): void {
    this.#command = command;
    this.#mayStopShort = mayStopShort;
    this.#whole = undefined;
    this.#cut = undefined;
    this.#controlAnswer = undefined;
    this.#earlierBareOks = this.#framer.bareOks;
    this.#hasForeignReply = false;
    this.#receivedBytes = 0;
    this.#hadBareOk = undefined;
    this.#stoppedBefore = this.#stopped;
    this.#stopped = undefined;
  }

  /** The command before this one, if silence ended its reply and its `ok` has come since: silence was not its end. */
  get endedLate(): Command | undefined {
    return (this.#hadBareOk ?? this.#hasBareOk) && !this.#isLogin ? this.#stoppedBefore : undefined;
  }

  /** Bytes received since the command was sent, including replies to other clients. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /**
   * Takes the next bytes, and returns the reply once it has ended. The first whole reply counts; what else is in the chunk was
   * sent before the next command and is not its reply.
   * @param bytes decoded as Latin-1, so that each character is one byte
   */
  push(bytes: string): Reply | undefined {
    if (this.#receivedBytes === 0 && WEB_RESPONSE.test(bytes)) this.#isHttp = true;
    this.#receivedBytes += bytes.length;
    this.#framer.push(bytes, this.#onReply);
    return this.#ended();
  }

  /** How long silence has to last to end the reply, in milliseconds; Infinity if only the time of the command ends it. */
  get silenceMs(): number {
    const isForeign = this.#framer.openCommand !== undefined && !this.#hasBegun;
    if (this.#framer.endsInOk && !isForeign) return this.#limits.okTailMs;
    // The words of the login are still to come, and have the whole time of the command once they have begun.
    if (this.#whole) return this.#framer.hasUnfinishedLine ? Number.POSITIVE_INFINITY : this.#limits.silenceMs;
    const hasSome = this.#cut !== undefined || this.#hasBegun || this.#hasBareLoginAnswer;
    return hasSome && !this.isTorn && this.#mayStopShort ? this.#limits.silenceMs : Number.POSITIVE_INFINITY;
  }

  /** Whether the reply has stopped in the middle of a line, so that the rest of it is still to come. */
  get isTorn(): boolean {
    return this.#framer.openCommand === this.#command && this.#framer.isMidLine && !this.#framer.endsInOk;
  }

  /** Ends the reply with what has come so far; undefined if nothing has. */
  stop(): PartialReply | undefined {
    const reply = this.#soFar();
    if (reply === undefined) return undefined;
    // What another client's reply cut short says nothing about how this printer ends its replies.
    const isOurs = reply.command === this.#command || (this.#isLogin && reply.command === '');
    const isUncut = !reply.complete && this.#cut === undefined && isOurs;
    if (isUncut && !this.#isLogin) this.#stopped = this.#command;
    return { reply, isLeftUnfinished: isUncut || this.#isBareLogin(reply) };
  }

  /** Ends the reply because the connection has ended. */
  close(): ClosedReply {
    // Nothing follows the last line, so it needs no line end.
    this.#framer.push('\n', this.#onReply);
    const isInReply = this.#framer.openCommand !== undefined;
    const reply = this.#ended() ?? this.#soFar();
    const counts = reply !== undefined && (reply.complete || findRefusal(reply) !== undefined);
    return { reply: counts ? reply : undefined, isInReply };
  }

  /** @param until when this side stopped waiting: `within 5000 ms` */
  missingError(until: string): PrinterError {
    const isTooLong = this.#framer.openCommand === this.#command && this.#framer.isTooLong;
    const message = `${this.#command}: no whole reply ${until}, ${this.#received}`;
    const options: PrinterErrorOptions | undefined = this.#receivedBytes === 0 ? { detail: 'mute' } : this.#speaker;
    return new PrinterError(isTooLong ? 'protocol' : 'timeout', message, options);
  }

  floodError(): PrinterError {
    return new PrinterError('protocol', `${this.#command}: ${this.#receivedBytes} bytes came, and no whole reply`);
  }

  /** To be called before `close`. */
  closedError(): PrinterError {
    const message = `${this.#command}: the printer closed the connection, ${this.#received}`;
    return new PrinterError('closed', message, this.#speaker);
  }

  /** Who speaks, if not the printer to this client. */
  get #speaker(): PrinterErrorOptions | undefined {
    if (this.#isHttp) return { detail: 'html' };
    return this.#hasOnlyOthers ? { detail: 'other_client' } : undefined;
  }

  get #received(): string {
    const bytes = `${this.#receivedBytes} bytes came`;
    return this.#hasOnlyOthers
      ? `${bytes}, all in reply to another client: close whatever else talks to the printer`
      : bytes;
  }

  readonly #onReply = (reply: Reply): void => {
    if (reply.command === '') {
      if (this.#isForCommand(reply)) this.#controlAnswer ??= reply;
    } else if (reply.command !== this.#command) {
      this.#hasForeignReply = true;
    } else if (reply.complete) {
      this.#whole ??= reply;
      this.#hadBareOk ??= this.#hasBareOk;
    } else {
      // Another client's reply began before this one ended. A whole one may still come in the time of the command.
      this.#cut ??= reply;
    }
  };

  /** Whether a line without a CMD line can be the reply to the command: only a login gets anything but a refusal that way. */
  #isForCommand(reply: Reply): boolean {
    return this.#isLogin || findRefusal(reply) !== undefined;
  }

  get #isLogin(): boolean {
    return this.#command !== undefined && isLogin(this.#command);
  }

  get #hasBareOk(): boolean {
    return this.#framer.bareOks > this.#earlierBareOks;
  }

  /** Whether a login has an answer that is not a whole reply: its words alone, or an `ok` alone. */
  get #hasBareLoginAnswer(): boolean {
    return this.#isLogin && (this.#framer.hasControlLine || this.#hasBareOk);
  }

  get #hasBegun(): boolean {
    return this.#command !== undefined && this.#framer.hasBegun(this.#command);
  }

  /** The reply, if it has ended. */
  #ended(): Reply | undefined {
    // An emulator acknowledges M601 first, and answers it in a second reply (docs/protocol.md#tcp-login-m601-m602).
    if (this.#isBareLogin(this.#whole)) return this.#controlAnswer ?? (this.#mayStopShort ? this.#whole : undefined);
    return this.#whole ?? (this.#hasBegun ? undefined : this.#controlAnswer);
  }

  #soFar(): Reply | undefined {
    const reply = this.#whole ?? this.#framer.flush(this.#command) ?? this.#cut ?? this.#framer.flushControlAnswer();
    return reply ?? (this.#isLogin && this.#hasBareOk ? BARE_OK : undefined);
  }

  #isBareLogin(reply: Reply | undefined): boolean {
    return reply?.command === 'M601' && isEmpty(reply) && reply.tooLongBytes === undefined;
  }

  get #hasOnlyOthers(): boolean {
    const { openCommand, hasUploadAck } = this.#framer;
    const hasForeign =
      this.#hasForeignReply || hasUploadAck || (openCommand !== undefined && openCommand !== this.#command);
    return hasForeign && this.#cut === undefined && !this.#hasBegun;
  }
}
