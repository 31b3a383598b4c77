// Cuts the byte stream of TCP 8899 into replies. No I/O, no clock.
//
// A reply is `CMD M119 Received.`, its data lines, and a line that is exactly `ok`. Real printers leave the `ok`
// out or send it without a line end, put blank lines anywhere, and send the replies of other clients unasked
// (protocol.md 1.1 and 1.3).

import { PrinterError } from '../printer/errors.ts';
import { decodeText } from '../printer/text.ts';

export interface Reply {
  /** The echoed command word, such as `M119`. */
  readonly command: string;
  /** Data lines: trimmed, without the empty ones, the CMD line and the `ok`. */
  readonly lines: readonly string[];
  /** Whether an `ok` ended it; false when the next reply began or silence ended it. */
  readonly complete: boolean;
}

// Arguments are not echoed, and one source shows the word without its M (protocol.md 1.2). An `ok` without its line
// end may stand right before it.
const COMMAND_LINE = /^(ok)?\s*CMD\s+M?(\d{1,4})\b.*\bReceived\b/i;
const OK = /^ok$/i;
// Only the first bytes tell what a line is: file names may hold anything, an "ok" too.
const HEAD_BYTES = 64;
const NOT_ASCII = /[\u0080-\u00ff]/;

export class Framer {
  readonly #limitBytes: number;
  /** What is kept, a character a byte (Latin-1): the open reply's data, or what is no reply so far. */
  #bytes = '';
  /** Where in it the line that is still coming begins. */
  #lineStart = 0;
  #open: string | undefined;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The command whose reply has begun and not ended. */
  get openCommand(): string | undefined {
    return this.#open;
  }

  /** Whether the bytes so far end in an `ok` without its line end, which may yet become a longer line. */
  get endsInOk(): boolean {
    return this.#open !== undefined && this.#isOk(this.#bytes.length);
  }

  /** Bytes kept: of the open reply, or of what is none so far. */
  get pendingBytes(): number {
    return this.#bytes.length;
  }

  /**
   * Takes the next bytes and hands on the replies that they completed. The chunk is copied, its memory may be reused.
   * @param onReply gets each reply, also those before bytes that go over the limit
   * @throws PrinterError `protocol` when a reply, or what is none, goes over the limit
   */
  push(chunk: Uint8Array, onReply: (reply: Reply) => void): void {
    let from = this.#bytes.length;
    this.#bytes += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    for (;;) {
      const at = this.#bytes.indexOf('\n', from);
      this.#checkLimit(at === -1 ? this.#bytes.length : at);
      if (at === -1) return;
      const reply = this.#endLine(at);
      if (reply) onReply(reply);
      from = this.#lineStart;
    }
  }

  /**
   * Ends the open reply with what has come: after silence, or an `ok` that no line end followed.
   * A last line without its end is left out: half a number is a wrong number.
   */
  flush(): Reply | undefined {
    if (this.#open === undefined) return undefined;
    const reply = this.#reply(this.#lineStart, this.endsInOk);
    this.#restart(this.#bytes.length, undefined);
    return reply;
  }

  #lineHead(end: number): string {
    return this.#bytes.slice(this.#lineStart, Math.min(end, this.#lineStart + HEAD_BYTES)).trim();
  }

  #isOk(end: number): boolean {
    return end - this.#lineStart <= HEAD_BYTES && OK.test(this.#lineHead(end));
  }

  #endLine(end: number): Reply | undefined {
    const [, ok, command] = COMMAND_LINE.exec(this.#lineHead(end)) ?? [];
    if (command !== undefined) {
      // A reply without its `ok` ends where the next one begins.
      const cut = this.#open === undefined ? undefined : this.#reply(this.#lineStart, ok !== undefined);
      this.#restart(end + 1, `M${command}`);
      return cut;
    }
    if (this.#open !== undefined && this.#isOk(end)) {
      const reply = this.#reply(this.#lineStart, true);
      this.#restart(end + 1, undefined);
      return reply;
    }
    this.#lineStart = end + 1;
    return undefined;
  }

  // Checked at the end of every line and of every chunk, so that it does not matter how the bytes were cut.
  #checkLimit(bytes: number): void {
    if (bytes <= this.#limitBytes) return;
    const what = this.#open === undefined ? 'bytes that are no reply' : `bytes in the reply to ${this.#open}`;
    throw new PrinterError('protocol', `${bytes} ${what} came, more than ${this.#limitBytes}`);
  }

  #reply(bodyEnd: number, complete: boolean): Reply {
    const lines = decode(this.#bytes.slice(0, bodyEnd))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    return { command: this.#open ?? '', lines, complete };
  }

  /** Forgets the bytes before `from`; there the reply to `command`, if any, begins. */
  #restart(from: number, command: string | undefined): void {
    this.#open = command;
    this.#bytes = this.#bytes.slice(from);
    this.#lineStart = 0;
  }
}

function decode(bytes: string): string {
  return NOT_ASCII.test(bytes) ? decodeText(Buffer.from(bytes, 'latin1')) : bytes;
}
