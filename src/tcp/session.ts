// One connection to a printer's TCP 8899: one command at a time, each within its time.

import { connect, isIP, type Socket } from 'node:net';
import { formatAddress } from '../common/address.ts';
import type { CancelSignal } from '../common/cancellation.ts';
import { errnoOf } from '../common/errno.ts';
import { asError } from '../common/reason.ts';
import { fromSocketError, PrinterError } from '../printer/errors.ts';
import { AwaitedReply } from './awaited-reply.ts';
import { type Command, encodeCommand } from './commands.ts';
import type { Dialogue, Interruption } from './conversation.ts';
import type { Reply } from './reply.ts';
import type { SessionLimits, TcpTarget } from './target.ts';

// All sockets read into this one buffer: what is kept is copied, and chunks are handled one at a time.
const sharedReadBuffer = Buffer.alloc(64 * 1024);

type Settle = (end: Interruption | Error | undefined) => void;

/** An open connection. Uses callbacks, not one promise per command: a thousand printers may be read at once. */
class Session {
  readonly #target: TcpTarget;
  readonly #limits: SessionLimits;
  readonly #dialogue: Dialogue;
  readonly #signal: CancelSignal;
  readonly #settle: Settle;
  readonly #awaited: AwaitedReply;
  readonly #socket: Socket;
  /** The command whose reply is awaited; undefined while connecting. */
  #asked: Command | undefined;
  #askedAtMs = 0;
  #expiresAtMs = 0;
  #lastByteAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #armedMs = 0;
  /** Whether the timer waits for silence, not for the end of the command's time. */
  #armedForSilence = false;
  #resolved: boolean;
  #hasEnded = false;

  constructor(target: TcpTarget, limits: SessionLimits, dialogue: Dialogue, signal: CancelSignal, settle: Settle) {
    this.#target = target;
    this.#limits = limits;
    this.#dialogue = dialogue;
    this.#signal = signal;
    this.#settle = settle;
    this.#awaited = new AwaitedReply(limits);
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
    } else {
      clearTimeout(this.#timer);
      this.#armedMs = timeMs;
      this.#timer = setTimeout(this.#onTimer, timeMs);
    }
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
    this.#awaited.begin(this.#asked, this.#dialogue.isUnfinished(this.#asked));
    // Nothing depends on the reply to a logout.
    this.#expect(this.#asked === 'M602' ? this.#limits.silenceMs : this.#limits.commandMs);
    this.#socket.write(encodeCommand(this.#asked), 'latin1');
  }

  #take(reply: Reply, isLeftUnfinished: boolean): void {
    const { endedLate } = this.#awaited;
    try {
      if (endedLate !== undefined) this.#dialogue.endedLate(endedLate);
      this.#dialogue.take(reply, isLeftUnfinished, this.#awaited.receivedBytes);
    } catch (error) {
      this.#end(asError(error));
    }
  }

  #onRead(size: number): boolean {
    if (this.#hasEnded) return true;
    this.#lastByteAtMs = performance.now();
    const reply = this.#awaited.push(sharedReadBuffer.toString('latin1', 0, size));
    if (reply) {
      this.#take(reply, false);
      // The next command goes out after the whole chunk, whose other bytes were sent before it.
      this.#proceed();
    } else if (this.#awaited.receivedBytes > this.#limits.floodBytes) {
      this.#giveUp(this.#awaited.floodError());
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

  /** Arms the timer after bytes that did not end the reply. */
  #armForRest(): void {
    if (this.#asked === undefined) return;
    const leftMs = Math.max(0, this.#expiresAtMs - this.#lastByteAtMs);
    const { silenceMs } = this.#awaited;
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
    else this.#giveUp(this.#awaited.missingError(`within ${Math.round(this.#expiresAtMs - this.#askedAtMs)} ms`));
  };

  readonly #onAbort = (): void => {
    if (this.#asked === undefined) {
      this.#giveUp(this.#notConnected('deadline reached'));
      return;
    }
    const error = this.#awaited.missingError('before the deadline');
    if (this.#takePartialReply()) this.#asked = undefined;
    this.#interrupt(error, 'given-up');
  };

  /** Ends the reply with what has come, if the printer has stopped at the end of a line; false if there is nothing to take. */
  #takePartialReply(): boolean {
    const isQuiet = performance.now() - this.#lastByteAtMs >= this.#limits.silenceMs - 1;
    if (!this.#armedForSilence && (!isQuiet || this.#awaited.isTorn)) return false;
    const partial = this.#awaited.stop();
    if (partial === undefined) return false;
    this.#take(partial.reply, partial.isLeftUnfinished);
    return true;
  }

  #notConnected(why: string): PrinterError {
    const message = `${this.#doing}: ${why}`;
    return this.#resolved
      ? new PrinterError('timeout', message, { detail: 'connect' })
      : new PrinterError('dns', message);
  }

  #onError(cause: Error): void {
    const error = fromSocketError(cause, this.#doing);
    const errno = errnoOf(cause);
    if (errno === 'ECONNRESET' || errno === 'EPIPE') this.#interrupt(error, 'reset');
    else this.#interrupt(error, this.#asked === undefined ? 'not-connected' : 'closed');
  }

  #onEnd(): void {
    if (this.#hasEnded) return;
    const error = this.#awaited.closedError();
    const { reply, isInReply } = this.#awaited.close();
    if (reply) {
      this.#take(reply, false);
      this.#asked = undefined;
      this.#interrupt(error, 'closed');
    } else {
      // A reset right after data reaches this side as an end: libuv reads the data and sees a hang-up, not an error.
      this.#interrupt(error, isInReply ? 'reset' : 'closed');
    }
  }

  get #doing(): string {
    return this.#asked ?? `connect ${formatAddress(this.#target.host, this.#target.port)}`;
  }

  #giveUp(error: PrinterError): void {
    this.#interrupt(error, this.#asked === undefined ? 'not-connected' : 'given-up');
  }

  #interrupt(error: PrinterError, how: Interruption['how']): void {
    this.#end({ error, how, command: this.#asked, waitedMs: performance.now() - this.#askedAtMs });
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
