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

const LF = 0x0a;
// Arguments are not echoed, and one source shows the word without its M (protocol.md 1.2).
const COMMAND_LINE = /^CMD\s+M?(\d{1,4})\b.*\bReceived\b/i;
const OK = /^ok$/i;
const INITIAL_BYTES = 1024;

export class Framer {
  readonly #limitBytes: number;
  #bytes: Buffer = Buffer.alloc(INITIAL_BYTES);
  #length = 0;
  /** Where the line that is still coming begins. */
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
    const tail = this.#length - this.#lineStart;
    return this.#open !== undefined && tail >= 2 && tail < 16 && OK.test(this.#text(this.#lineStart, this.#length));
  }

  /**
   * Takes the next bytes; returns the replies that they completed. The chunk is copied, its memory may be reused.
   * @throws PrinterError `protocol` when a reply, or what is none, goes over the limit
   */
  push(chunk: Uint8Array): Reply[] {
    this.#append(chunk);
    const replies: Reply[] = [];
    let from = this.#length - chunk.length;
    for (;;) {
      const at = this.#bytes.subarray(0, this.#length).indexOf(LF, from);
      if (at === -1) break;
      const start = this.#lineStart;
      this.#lineStart = at + 1;
      const reply = this.#endLine(start, at);
      if (reply) replies.push(reply);
      from = this.#lineStart;
    }
    this.#checkLimit(this.#length);
    return replies;
  }

  /** Ends the open reply with what has come: after silence, or an `ok` that no line end followed. */
  flush(): Reply | undefined {
    const complete = this.endsInOk;
    return this.#open === undefined ? undefined : this.#finish(complete ? this.#lineStart : this.#length, complete);
  }

  /** Bytes kept: of the open reply, or of what is none so far. */
  get pendingBytes(): number {
    return this.#length;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }

  #text(from: number, to: number): string {
    return this.#bytes.toString('latin1', from, to).trim();
  }

  #endLine(start: number, end: number): Reply | undefined {
    // Only the first bytes tell what a line is: file names may hold anything, an "ok" too.
    const head = this.#text(start, Math.min(end, start + 64));
    const command = COMMAND_LINE.exec(head)?.[1];
    if (command !== undefined) {
      // A reply without its `ok` ends where the next one begins.
      const cut = this.#open === undefined ? undefined : this.#reply(start, false);
      this.#drop(end + 1);
      this.#open = `M${command}`;
      return cut;
    }
    if (end - start < 16 && OK.test(head) && this.#open !== undefined) return this.#finish(start, true, end + 1);
    return undefined;
  }

  #checkLimit(bytes: number): void {
    if (bytes <= this.#limitBytes) return;
    const what = this.#open === undefined ? 'bytes that are no reply' : `bytes in the reply to ${this.#open}`;
    throw new PrinterError('protocol', `${bytes} ${what} came, more than ${this.#limitBytes}`);
  }

  #reply(bodyEnd: number, complete: boolean): Reply {
    this.#checkLimit(bodyEnd);
    const lines = decodeText(this.#bytes.subarray(0, bodyEnd))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    return { command: this.#open ?? '', lines, complete };
  }

  #finish(bodyEnd: number, complete: boolean, restFrom = this.#length): Reply {
    const reply = this.#reply(bodyEnd, complete);
    this.#open = undefined;
    this.#drop(restFrom);
    return reply;
  }

  /** Forgets the bytes before `from`. */
  #drop(from: number): void {
    this.#bytes.copyWithin(0, from, this.#length);
    this.#length -= from;
    this.#lineStart = 0;
  }
}
