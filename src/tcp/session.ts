// One connection to a printer's TCP 8899: one command at a time, each within its time. The only file here that opens sockets.

import { connect, isIP, type Socket } from 'node:net';
import type { CancelSignal } from '../common/cancellation.ts';
import { fromSocketError, PrinterError } from '../printer/errors.ts';
import { type Command, encodeCommand } from './commands.ts';
import { Framer, type Reply } from './framer.ts';
import type { SessionLimits, TcpTarget } from './target.ts';

/** Who decides what is said over a connection. */
export interface Dialogue {
  /** The command to send now: once connected, and after each reply. Undefined when all is said. */
  next(): Command | undefined;
  /** Takes the reply to the command sent last. */
  take(reply: Reply): void;
  /** What is still to be said when the conversation ends, whatever ended it; nobody waits for the reply. */
  closingCommand(): Command | undefined;
}

// All sockets read into this one buffer: the framer copies what it keeps, and chunks are handled one at a time.
const sharedReadBuffer = Buffer.alloc(64 * 1024);

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** An open connection. Callbacks and no promise a command: a thousand printers may be talked to at once. */
class Session {
  readonly #target: TcpTarget;
  readonly #limits: SessionLimits;
  readonly #dialogue: Dialogue;
  readonly #signal: CancelSignal;
  readonly #settle: (error: Error | undefined) => void;
  readonly #framer: Framer;
  readonly #socket: Socket;
  /** The command whose reply is waited for; undefined while connecting. */
  #asked: Command | undefined;
  #reply: Reply | undefined;
  #expiresAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #armedMs = 0;
  /** Whether the timer waits for silence, not for the time of the command to run out. */
  #armedForSilence = false;
  #resolved: boolean;
  #receivedBytes = 0;
  #hasEnded = false;

  constructor(
    target: TcpTarget,
    limits: SessionLimits,
    dialogue: Dialogue,
    signal: CancelSignal,
    settle: (error: Error | undefined) => void,
  ) {
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
    this.#socket.on('error', (error) => this.#end(fromSocketError(error, this.#doing)));
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
    this.#expiresAtMs = performance.now() + timeMs;
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
    this.#expect(this.#limits.commandMs);
    this.#socket.write(encodeCommand(this.#asked));
  }

  /** Hands the reply on; false when there is none so far. */
  #takeReply(): boolean {
    const reply = this.#reply;
    if (reply === undefined) return false;
    this.#reply = undefined;
    try {
      this.#dialogue.take(reply);
    } catch (error) {
      this.#end(asError(error));
    }
    return true;
  }

  #onRead(size: number): boolean {
    if (this.#hasEnded) return true;
    this.#receivedBytes += size;
    this.#framer.push(sharedReadBuffer.subarray(0, size), this.#onReply);
    if (this.#takeReply()) this.#proceed();
    else if (this.#receivedBytes > this.#limits.floodBytes) this.#end(this.#flooded());
    else this.#armForSilence();
    if (size < sharedReadBuffer.length) return true;
    // More than fits: a flood. Whoever else waits has their turn before more of it is read.
    setImmediate(() => {
      if (!this.#hasEnded) this.#socket.resume();
    });
    return false;
  }

  // The first one counts, and the next command waits for the end of the chunk: what else is in it was sent before.
  // Replies to commands that were not asked are dropped.
  readonly #onReply = (reply: Reply): void => {
    if (reply.command === this.#asked) this.#reply ??= reply;
  };

  // The time left for the whole reply, or less: silence after the CMD line, or an `ok` without its line end.
  #armForSilence(): void {
    if (this.#asked === undefined) return;
    const quietMs = this.#framer.endsInOk ? this.#limits.okTailMs : this.#limits.silenceMs;
    const leftMs = Math.max(0, this.#expiresAtMs - performance.now());
    const forSilence = quietMs < leftMs && this.#framer.hasBegun(this.#asked);
    // Else the time left runs already; what looked like a CMD line may have become a longer one.
    if (forSilence || this.#armedForSilence) this.#arm(forSilence ? quietMs : leftMs, forSilence);
  }

  readonly #onTimer = (): void => {
    const isOurs = this.#asked !== undefined && this.#framer.hasBegun(this.#asked);
    if (isOurs && (this.#armedForSilence || this.#framer.endsInOk)) {
      this.#reply = this.#framer.flush(this.#asked);
      this.#takeReply();
      this.#proceed();
    } else if (this.#asked !== undefined) {
      this.#end(this.#noReply(`within ${this.#limits.commandMs} ms`));
    } else {
      const missing = this.#resolved ? 'no answer' : 'name not resolved';
      const message = `${this.#doing}: ${missing} within ${this.#limits.connectMs} ms`;
      this.#end(new PrinterError(this.#resolved ? 'timeout' : 'dns', message));
    }
  };

  readonly #onAbort = (): void => {
    if (this.#asked !== undefined) this.#end(this.#noReply('before the deadline'));
    else this.#end(new PrinterError(this.#resolved ? 'timeout' : 'dns', `${this.#doing}: deadline reached`));
  };

  #noReply(until: string): PrinterError {
    const isTooLong = this.#framer.openCommand === this.#asked && this.#framer.isTooLong;
    const message = `${this.#doing}: no whole reply ${until}, ${this.#receivedBytes} bytes came`;
    return new PrinterError(isTooLong ? 'protocol' : 'timeout', message);
  }

  #flooded(): PrinterError {
    return new PrinterError('protocol', `${this.#doing}: ${this.#receivedBytes} bytes came, and no whole reply`);
  }

  #onEnd(): void {
    const reply = this.#framer.flush();
    if (reply?.complete) this.#onReply(reply);
    this.#takeReply();
    // A reset right behind data reaches us as an end: libuv reads what is there and sees a hang-up, no error.
    const isTorn = reply !== undefined && !reply.complete;
    const cause = isTorn ? Object.assign(new Error('ended in mid-reply'), { code: 'ECONNRESET' }) : undefined;
    const came = `the printer closed the connection, ${this.#receivedBytes} bytes came`;
    this.#end(new PrinterError('closed', `${this.#doing}: ${came}`, cause && { cause }));
  }

  get #doing(): string {
    return this.#asked ?? `connect ${this.#target.host}:${this.#target.port}`;
  }

  /** Closes the connection at once, but for the closingCommand. */
  #end(error: Error | undefined): void {
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
    this.#settle(error);
  }
}

/**
 * Connects to a printer and talks to it as the dialogue says, until all is said.
 * @param signal ends the conversation at once
 * @param settle called once the connection is closed: without an error, or with a PrinterError (dns, refused, unreachable,
 *   closed, timeout when no whole reply came in time, protocol when one was over the limit by then or the printer floods) or what the dialogue threw.
 *   After an error nothing more is asked: a late reply would be taken for the next one's.
 */
export function converse(
  target: TcpTarget,
  limits: SessionLimits,
  dialogue: Dialogue,
  signal: CancelSignal,
  settle: (error: Error | undefined) => void,
): void {
  new Session(target, limits, dialogue, signal, settle).begin();
}
