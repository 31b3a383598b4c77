// One connection to a printer's TCP 8899: one command at a time, each within its time. The only file here that opens sockets.

import { connect, isIP, type Socket } from 'node:net';
import { fromSocketError, PrinterError } from '../printer/errors.ts';
import { type Command, encodeCommand } from './commands.ts';
import { Framer, type Reply } from './framer.ts';

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

export interface SessionLimits {
  /** For name resolution and connecting together. A printer without power must not stretch every scrape. */
  readonly connectMs: number;
  /** For one whole reply. A busy printer (homing, copying a file) takes seconds: protocol.md 1.3. */
  readonly commandMs: number;
  /** Silence that ends a reply whose CMD line has come: a Dremel sends no `ok` for M27 (quirks.md A10). */
  readonly silenceMs: number;
  /** How long an `ok` without a line end may still become a longer line. */
  readonly okTailMs: number;
  readonly replyBytes: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  connectMs: 3000,
  commandMs: 5000,
  silenceMs: 1000,
  okTailMs: 50,
  replyBytes: 16 * 1024,
};

interface Waiting {
  readonly doing: string;
  readonly command: Command | undefined;
  readonly expiresAt: number;
  readonly settle: (outcome: Reply | PrinterError | undefined) => void;
}

// All sockets read into this one buffer: the framer copies what it keeps, and chunks are handled one at a time.
const sharedReadBuffer = Buffer.alloc(64 * 1024);

/** An open connection. It fails once and for all: after any error every further `ask` fails with it. */
export class TcpSession {
  readonly #target: TcpTarget;
  readonly #limits: SessionLimits;
  readonly #signal: AbortSignal;
  readonly #framer: Framer;
  readonly #socket: Socket;
  #waiting: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the timer waits for silence, not for the time of the command to run out. */
  #armedForSilence = false;
  #failure: PrinterError | undefined;
  #resolved: boolean;
  #receivedBytes = 0;

  private constructor(target: TcpTarget, limits: SessionLimits, signal: AbortSignal) {
    this.#target = target;
    this.#limits = limits;
    this.#signal = signal;
    this.#framer = new Framer(limits.replyBytes);
    this.#resolved = isIP(target.host) !== 0;
    this.#socket = connect({
      host: target.host,
      port: target.port,
      noDelay: true,
      onread: { buffer: sharedReadBuffer, callback: (size) => this.#onRead(size) },
    });
    this.#socket.on('error', (error) => this.#onError(error));
    this.#socket.on('lookup', () => this.#onLookup());
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('connect', () => this.#settle(undefined));
    signal.addEventListener('abort', this.#onAbort);
  }

  /**
   * Connects.
   * @param signal ends the connecting and every later `ask`
   * @throws PrinterError dns, refused, unreachable, timeout, closed
   */
  static async open(target: TcpTarget, limits: SessionLimits, signal: AbortSignal): Promise<TcpSession> {
    const session = new TcpSession(target, limits, signal);
    try {
      await session.#wait(`connect ${target.host}:${target.port}`, undefined, limits.connectMs);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /**
   * Sends a command and waits for its reply; replies to commands that were not asked are dropped.
   * @throws PrinterError timeout when no whole reply came in time, closed, protocol when it is over the limit.
   *   The session is of no use then: a late reply would be taken for the next one's.
   */
  async ask(command: Command): Promise<Reply> {
    this.#receivedBytes = 0;
    const reply = this.#wait(command, command, this.#limits.commandMs);
    if (this.#failure === undefined) this.#socket.write(encodeCommand(command));
    const received = await reply;
    if (received === undefined) throw new PrinterError('protocol', `${command}: no reply`);
    return received;
  }

  /**
   * Closes the connection at once; a `farewell` is still sent, its reply not waited for.
   * Safe to call more than once.
   */
  close(farewell?: Command): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#timer);
    if (farewell !== undefined && this.#socket.writable && !this.#socket.connecting) {
      this.#socket.write(encodeCommand(farewell));
      this.#socket.destroySoon();
    } else {
      this.#socket.destroy();
    }
  }

  #wait(doing: string, command: Command | undefined, timeMs: number): Promise<Reply | undefined> {
    if (this.#signal.aborted) this.#onAbort();
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const settle = (outcome: Reply | PrinterError | undefined): void => {
        this.#waiting = undefined;
        clearTimeout(this.#timer);
        if (outcome instanceof PrinterError) reject(outcome);
        else resolve(outcome);
      };
      this.#waiting = { doing, command, expiresAt: performance.now() + timeMs, settle };
      this.#arm(timeMs, false);
    });
  }

  #arm(timeMs: number, forSilence: boolean): void {
    clearTimeout(this.#timer);
    this.#armedForSilence = forSilence;
    this.#timer = setTimeout(this.#onTimer, timeMs);
  }

  #settle(outcome: Reply | undefined): void {
    this.#waiting?.settle(outcome);
  }

  #fail(error: PrinterError): void {
    this.#failure ??= error;
    this.#waiting?.settle(this.#failure);
    this.#socket.pause();
  }

  #onRead(size: number): boolean {
    this.#receivedBytes += size;
    try {
      this.#framer.push(sharedReadBuffer.subarray(0, size), (reply) => this.#onReply(reply));
      this.#armForSilence();
    } catch (error) {
      const came = error instanceof Error ? error.message : String(error);
      this.#fail(new PrinterError('protocol', `${this.#doing}: ${came}`, { cause: error }));
    }
    return true;
  }

  #onReply(reply: Reply): void {
    if (this.#waiting?.command === reply.command) this.#settle(reply);
  }

  // The time left for the whole reply, or less: silence after the CMD line, or an `ok` without its line end.
  #armForSilence(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#framer.openCommand !== waiting.command) return;
    const quietMs = this.#framer.endsInOk ? this.#limits.okTailMs : this.#limits.silenceMs;
    const leftMs = Math.max(0, waiting.expiresAt - performance.now());
    this.#arm(Math.min(quietMs, leftMs), quietMs < leftMs);
  }

  readonly #onTimer = (): void => {
    const waiting = this.#waiting;
    if (!waiting) return;
    const isOurs = waiting.command !== undefined && this.#framer.openCommand === waiting.command;
    if (isOurs && (this.#armedForSilence || this.#framer.endsInOk)) {
      this.#settle(this.#framer.flush());
      return;
    }
    const time = `${waiting.command === undefined ? this.#limits.connectMs : this.#limits.commandMs} ms`;
    if (waiting.command !== undefined) this.#fail(this.#noReply(`within ${time}`));
    else if (!this.#resolved) this.#fail(new PrinterError('dns', `${waiting.doing}: name not resolved within ${time}`));
    else this.#fail(new PrinterError('timeout', `${waiting.doing}: no answer within ${time}`));
  };

  readonly #onAbort = (): void => {
    if (this.#waiting?.command !== undefined) this.#fail(this.#noReply('before the deadline'));
    else this.#fail(new PrinterError(this.#resolved ? 'timeout' : 'dns', `${this.#doing}: deadline reached`));
  };

  #noReply(until: string): PrinterError {
    return new PrinterError('timeout', `${this.#doing}: no whole reply ${until}, ${this.#receivedBytes} bytes came`);
  }

  #onLookup(): void {
    this.#resolved = true;
  }

  #onError(error: Error): void {
    this.#fail(fromSocketError(error, this.#doing));
  }

  #onEnd(): void {
    const reply = this.#framer.flush();
    if (reply?.complete) this.#onReply(reply);
    // A reset right behind data reaches us as an end: libuv reads what is there and sees a hang-up, no error.
    const isTorn = reply !== undefined && !reply.complete;
    const cause = isTorn ? Object.assign(new Error('ended in mid-reply'), { code: 'ECONNRESET' }) : undefined;
    const came = `the printer closed the connection, ${this.#receivedBytes} bytes came`;
    this.#fail(new PrinterError('closed', `${this.#doing}: ${came}`, cause && { cause }));
  }

  get #doing(): string {
    return this.#waiting?.doing ?? `${this.#target.host}:${this.#target.port}`;
  }
}
