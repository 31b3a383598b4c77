// One connection to a printer's TCP 8899: one command at a time, each within its time. The only file here that opens sockets.

import { connect, isIP, type Socket } from 'node:net';
import type { CancelSignal } from '../common/cancellation.ts';
import { errnoOf } from '../common/errno.ts';
import { fromSocketError, PrinterError, type PrinterErrorOptions } from '../printer/errors.ts';
import { type Command, encodeCommand, findRefusal } from './commands.ts';
import { Framer, type Reply } from './framer.ts';
import type { SessionLimits, TcpTarget } from './target.ts';

/** Decides what is sent over a connection. */
export interface Dialogue {
  /** The command to send now: once connected, and after each reply. Undefined when the conversation is over. */
  next(): Command | undefined;
  /**
   * Takes the reply to the last command.
   * @param isLeftUnfinished whether the printer stopped before the end of its reply, and nothing more came in the whole time of the command
   * @param receivedBytes since the command was sent
   */
  take(reply: Reply, isLeftUnfinished: boolean, receivedBytes: number): void;
  /** Whether this printer is known to leave its reply to the command unfinished, so that silence may end it. */
  isUnfinished(command: Command): boolean;
  /** The last command to send when the conversation ends, whatever ended it. Nobody waits for its reply. */
  closingCommand(): Command | undefined;
}

/** How a conversation ended before everything was said. */
export interface Interruption {
  readonly error: PrinterError;
  /** `reset`: an RST, or an end in the middle of a reply; `closed`: an end between replies; `given-up`: this side stopped waiting. */
  readonly how: 'not-connected' | 'reset' | 'closed' | 'given-up';
  /** The command whose reply did not end; undefined before the first one, and between two. */
  readonly command: Command | undefined;
  /** How long that command had waited, in milliseconds. */
  readonly waitedMs: number;
}

// All sockets read into this one buffer: the framer copies what it keeps, and chunks are handled one at a time.
const sharedReadBuffer = Buffer.alloc(64 * 1024);
const LINE_END = Buffer.from('\n');
const HTTP_RESPONSE = Buffer.from('HTTP/1.');

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function isReset(error: PrinterError): boolean {
  const errno = errnoOf(error.cause);
  return errno === 'ECONNRESET' || errno === 'EPIPE';
}

type Settle = (end: Interruption | Error | undefined) => void;

/** An open connection. Uses callbacks, not one promise per command: a thousand printers may be read at once. */
class Session {
  readonly #target: TcpTarget;
  readonly #limits: SessionLimits;
  readonly #dialogue: Dialogue;
  readonly #signal: CancelSignal;
  readonly #settle: Settle;
  readonly #framer: Framer;
  readonly #socket: Socket;
  /** The command whose reply is awaited; undefined while connecting. */
  #asked: Command | undefined;
  /** The reply to it that ended in `ok`. */
  #reply: Reply | undefined;
  /** What came of it before another client's reply cut it short. */
  #cutReply: Reply | undefined;
  /** A refusal or a login's answer without a CMD line. */
  #controlAnswer: Reply | undefined;
  #hasForeignReply = false;
  /** Whether a web server answered. */
  #isWeb = false;
  #askedAtMs = 0;
  #expiresAtMs = 0;
  #lastByteAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #armedMs = 0;
  /** Whether the timer waits for silence, not for the end of the command's time. */
  #armedForSilence = false;
  #resolved: boolean;
  #receivedBytes = 0;
  #hasEnded = false;

  constructor(target: TcpTarget, limits: SessionLimits, dialogue: Dialogue, signal: CancelSignal, settle: Settle) {
    this.#target = target;
    this.#limits = limits;
    this.#dialogue = dialogue;
    this.#signal = signal;
    this.#settle = settle;
    this.#framer = new Framer(limits.replyBytes);
    this.#resolved = isIP(target.host) !== 0;
    this.#socket = connect({
      host: target.host,
      port: target.port,
      noDelay: true,
      onread: { buffer: sharedReadBuffer, callback: (size) => this.#onRead(size) },
    });
    this.#socket.on('error', (error) => this.#onError(error));
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('connect', () => this.#proceed());
    this.#socket.on('lookup', () => {
      this.#resolved = true;
    });
  }

  begin(): void {
    this.#signal.addEventListener('abort', this.#onAbort);
    this.#expect(this.#limits.connectMs);
    if (this.#signal.aborted) this.#onAbort();
  }

  #expect(timeMs: number): void {
    this.#askedAtMs = performance.now();
    this.#expiresAtMs = this.#askedAtMs + timeMs;
    this.#arm(timeMs, false);
  }

  #arm(timeMs: number, forSilence: boolean): void {
    this.#armedForSilence = forSilence;
    if (this.#timer && this.#armedMs === timeMs) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#armedMs = timeMs;
    this.#timer = setTimeout(this.#onTimer, timeMs);
  }

  /** Sends the next command, or ends. */
  #proceed(): void {
    if (this.#hasEnded) return;
    try {
      this.#asked = this.#dialogue.next();
    } catch (error) {
      this.#end(asError(error));
      return;
    }
    if (this.#asked === undefined) {
      this.#end(undefined);
      return;
    }
    this.#receivedBytes = 0;
    this.#hasForeignReply = false;
    // Nothing depends on the reply to a logout.
    this.#expect(this.#asked === 'M602' ? this.#limits.silenceMs : this.#limits.commandMs);
    this.#socket.write(encodeCommand(this.#asked));
  }

  #take(reply: Reply, isLeftUnfinished: boolean): void {
    this.#reply = undefined;
    this.#cutReply = undefined;
    this.#controlAnswer = undefined;
    try {
      this.#dialogue.take(reply, isLeftUnfinished, this.#receivedBytes);
    } catch (error) {
      this.#end(asError(error));
    }
  }

  #onRead(size: number): boolean {
    if (this.#hasEnded) return true;
    if (this.#receivedBytes === 0 && sharedReadBuffer.subarray(0, size).indexOf(HTTP_RESPONSE) === 0)
      this.#isWeb = true;
    this.#receivedBytes += size;
    this.#lastByteAtMs = performance.now();
    this.#framer.push(sharedReadBuffer.subarray(0, size), this.#onReply);
    const reply = this.#wholeReply();
    if (reply) {
      this.#take(reply, false);
      this.#proceed();
    } else if (this.#receivedBytes > this.#limits.floodBytes) {
      this.#giveUp(this.#flooded());
    } else {
      this.#armForRest();
    }
    if (size < sharedReadBuffer.length) return true;
    // The buffer was full: a flood. Other sockets have their turn before more of it is read.
    setImmediate(() => {
      if (!this.#hasEnded) this.#socket.resume();
    });
    return false;
  }

  // The first whole reply counts. The next command is sent after the chunk, whose other bytes were sent before it.
  readonly #onReply = (reply: Reply): void => {
    if (reply.command === '') {
      if (this.#isForAsked(reply)) this.#controlAnswer ??= reply;
    } else if (reply.command !== this.#asked) {
      this.#hasForeignReply = true;
    } else if (reply.complete) {
      this.#reply ??= reply;
    } else {
      // Another client's reply began before this one ended. The time of the command decides whether a whole one comes.
      this.#cutReply ??= reply;
    }
  };

  /** Whether a line without a CMD line can be the answer to the command: only the login is answered with anything but a refusal. */
  #isForAsked({ lines }: Reply): boolean {
    return this.#asked === 'M601' || this.#asked === 'M602' || findRefusal(lines) !== undefined;
  }

  #hasBegun(): boolean {
    return this.#asked !== undefined && this.#framer.hasBegun(this.#asked);
  }

  /** The reply, if it has ended. */
  #wholeReply(): Reply | undefined {
    // An emulator acknowledges M601 first, and answers it in a second reply (docs/protocol.md#tcp-login-m601-m602).
    if (this.#isBareLogin(this.#reply)) {
      return this.#controlAnswer ?? (this.#dialogue.isUnfinished('M601') ? this.#reply : undefined);
    }
    return this.#reply ?? (this.#hasBegun() ? undefined : this.#controlAnswer);
  }

  /** Whether the reply has stopped in the middle of a line, so that the rest of it is still to come. */
  get #isTorn(): boolean {
    return this.#framer.openCommand === this.#asked && this.#framer.isMidLine && !this.#framer.endsInOk;
  }

  #isBareLogin(reply: Reply | undefined): boolean {
    return reply?.command === 'M601' && reply.lines.length === 0 && reply.tooLongBytes === undefined;
  }

  /** What has come of the reply, when nothing more is awaited. */
  #partialReply(): Reply | undefined {
    return this.#reply ?? this.#framer.flush(this.#asked) ?? this.#cutReply ?? this.#framer.flushControlAnswer();
  }

  /** How long silence has to last to end the reply, in milliseconds; Infinity if only the time of the command ends it. */
  #silenceMs(asked: Command): number {
    const isForeign = this.#framer.openCommand !== undefined && !this.#hasBegun();
    if (this.#framer.endsInOk && !isForeign) return this.#limits.okTailMs;
    if (this.#reply) return this.#limits.silenceMs;
    const hasSome = this.#cutReply !== undefined || this.#hasBegun();
    const mayEnd = hasSome && !this.#isTorn && this.#dialogue.isUnfinished(asked);
    return mayEnd ? this.#limits.silenceMs : Number.POSITIVE_INFINITY;
  }

  /** Arms the timer after bytes that did not end the reply. */
  #armForRest(): void {
    if (this.#asked === undefined) return;
    const leftMs = Math.max(0, this.#expiresAtMs - this.#lastByteAtMs);
    const silenceMs = this.#silenceMs(this.#asked);
    const forSilence = silenceMs < leftMs;
    // Otherwise the timer for the whole time is already running, unless it was armed for silence before.
    if (forSilence || this.#armedForSilence) this.#arm(forSilence ? silenceMs : leftMs, forSilence);
  }

  readonly #onTimer = (): void => {
    const asked = this.#asked;
    if (asked === undefined) {
      const missing = this.#resolved ? 'no answer' : 'name not resolved';
      this.#giveUp(this.#notConnected(`${missing} within ${this.#limits.connectMs} ms`));
      return;
    }
    if (this.#takePartialReply()) this.#proceed();
    else this.#giveUp(this.#noReply(`within ${Math.round(this.#expiresAtMs - this.#askedAtMs)} ms`));
  };

  readonly #onAbort = (): void => {
    if (this.#asked === undefined) {
      this.#giveUp(this.#notConnected('deadline reached'));
      return;
    }
    const error = this.#noReply('before the deadline');
    if (this.#takePartialReply()) this.#asked = undefined;
    this.#interrupt(error, 'given-up');
  };

  /** Ends the reply with what has come, if the printer has stopped at the end of a line; false if there is nothing to take. */
  #takePartialReply(): boolean {
    const isQuiet = performance.now() - this.#lastByteAtMs >= this.#limits.silenceMs - 1;
    if (!this.#armedForSilence && (!isQuiet || this.#isTorn)) return false;
    const isCut = this.#cutReply !== undefined;
    const reply = this.#partialReply();
    if (reply === undefined) return false;
    // What another client's reply cut short says nothing about how this printer ends its replies.
    const isLeftUnfinished = !reply.complete && !isCut && reply.command === this.#asked;
    this.#take(reply, isLeftUnfinished || this.#isBareLogin(reply));
    return true;
  }

  #notConnected(why: string): PrinterError {
    const message = `${this.#doing}: ${why}`;
    return this.#resolved
      ? new PrinterError('timeout', message, { detail: 'connect' })
      : new PrinterError('dns', message);
  }

  get #onlyOthers(): boolean {
    const { openCommand } = this.#framer;
    const isForeign =
      this.#hasForeignReply || this.#framer.hasUploadAck || (openCommand !== undefined && openCommand !== this.#asked);
    return isForeign && this.#cutReply === undefined && !this.#hasBegun();
  }

  #noReply(until: string): PrinterError {
    const isTooLong = this.#framer.openCommand === this.#asked && this.#framer.isTooLong;
    const code = isTooLong ? 'protocol' : 'timeout';
    const message = `${this.#doing}: no whole reply ${until}, ${this.#received}`;
    return new PrinterError(code, message, this.#detail);
  }

  get #received(): string {
    const bytes = `${this.#receivedBytes} bytes came`;
    return this.#onlyOthers
      ? `${bytes}, all in reply to another client: close whatever else talks to the printer`
      : bytes;
  }

  get #detail(): PrinterErrorOptions | undefined {
    return this.#receivedBytes === 0 ? { detail: 'mute' } : this.#speaker;
  }

  /** Who speaks, if not the printer to us. */
  get #speaker(): PrinterErrorOptions | undefined {
    if (this.#isWeb) return { detail: 'html' };
    return this.#onlyOthers ? { detail: 'other_client' } : undefined;
  }

  #flooded(): PrinterError {
    return new PrinterError('protocol', `${this.#doing}: ${this.#receivedBytes} bytes came, and no whole reply`);
  }

  #onError(cause: Error): void {
    const error = fromSocketError(cause, this.#doing);
    if (isReset(error)) this.#interrupt(error, 'reset');
    else this.#interrupt(error, this.#asked === undefined ? 'not-connected' : 'closed');
  }

  #onEnd(): void {
    if (this.#hasEnded) return;
    const message = `${this.#doing}: the printer closed the connection, ${this.#received}`;
    const error = new PrinterError('closed', message, this.#speaker);
    // Nothing follows the last line, so it needs no line end.
    this.#framer.push(LINE_END, this.#onReply);
    const isTorn = this.#framer.openCommand !== undefined;
    const reply = this.#wholeReply() ?? this.#partialReply();
    if (reply && (reply.complete || findRefusal(reply.lines) !== undefined)) {
      this.#take(reply, false);
      this.#asked = undefined;
      this.#interrupt(error, 'closed');
      return;
    }
    // A reset right after data reaches this side as an end: libuv reads the data and sees a hang-up, not an error.
    this.#interrupt(error, isTorn ? 'reset' : 'closed');
  }

  get #doing(): string {
    return this.#asked ?? `connect ${this.#target.host}:${this.#target.port}`;
  }

  #giveUp(error: PrinterError): void {
    this.#interrupt(error, this.#asked === undefined ? 'not-connected' : 'given-up');
  }

  #interrupt(error: PrinterError, how: Interruption['how']): void {
    const waitedMs = performance.now() - this.#askedAtMs;
    this.#end({ error, how, command: this.#asked, waitedMs });
  }

  /** Closes the connection at once, after the closing command if there is one. */
  #end(end: Interruption | Error | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#timer);
    const closingCommand = this.#dialogue.closingCommand();
    if (closingCommand !== undefined && this.#socket.writable && !this.#socket.connecting) {
      this.#socket.pause();
      this.#socket.write(encodeCommand(closingCommand));
      this.#socket.destroySoon();
    } else {
      this.#socket.destroy();
    }
    this.#settle(end);
  }
}

/**
 * Connects to a printer and sends what the dialogue says, one command at a time: nothing is sent before the reply to the command
 * before it has ended.
 * @param signal ends the conversation at once
 * @param settle called once the connection is closed: with undefined when all was said, with what interrupted the conversation,
 *   or with what the dialogue threw
 */
export function converse(
  target: TcpTarget,
  limits: SessionLimits,
  dialogue: Dialogue,
  signal: CancelSignal,
  settle: Settle,
): void {
  new Session(target, limits, dialogue, signal, settle).begin();
}
