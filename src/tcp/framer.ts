// Cuts the byte stream of TCP 8899 into replies. No I/O, no clock.
//
// A reply is `CMD M119 Received.`, its data lines, and a line that is exactly `ok`. Real printers leave the `ok`
// out or send it without a line end, put blank lines anywhere, and send the replies of other clients unasked
// (docs/protocol.md#tcp-framing).

import { decodeText } from '../common/text.ts';

export interface Reply {
  /** The echoed command word, such as `M119`. */
  readonly command: string;
  /** Data lines: trimmed, without the empty ones, the CMD line and the `ok`. None of a reply that is too long. */
  readonly lines: readonly string[];
  /** Whether an `ok` ended it; false when the next reply began or silence ended it. */
  readonly complete: boolean;
  /** How long it was, where that is over the limit. */
  readonly tooLongBytes?: number;
}

// Arguments are not echoed, and one source shows the word without its M (docs/protocol.md#tcp-login-m601-m602).
const COMMAND = String.raw`CMD\s+M?(?<digits>\d{1,4})\b.*\bReceived\W*$`;
// In a reply only a whole line begins the next one, for names may hold anything. An `ok` without its line end may stand
// right before it.
const COMMAND_LINE = new RegExp(String.raw`^(?<ok>ok)?\s*${COMMAND}`, 'is');
// Outside of replies there are other clients' file lists and pictures, after which no line end comes.
const COMMAND_AT_END = new RegExp(`^.*${COMMAND}`, 'is');
const OK = /^ok$/i;
// No `ok` and no CMD line is so long. Of a longer line outside of replies only the end is looked at.
const LONG_LINE_BYTES = 64;
const NOT_ASCII = /[\u0080-\u00ff]/;

export class Framer {
  readonly #limitBytes: number;
  /** What is kept, a character a byte (Latin-1): the open reply's data, or the end of a line that is in none. */
  #bytes = '';
  /** How much of the open reply was dropped before that. */
  #droppedBytes = 0;
  /** Where in what is kept the line that is still coming begins. */
  #lineStart = 0;
  #open: string | undefined;

  /** @param limitBytes of a reply's data; a longer reply is read to its end, and what it says dropped */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The command whose reply has begun and not ended. */
  get openCommand(): string | undefined {
    return this.#open;
  }

  /** Whether the open reply is over the limit already. */
  get isTooLong(): boolean {
    return this.#isOver(this.#bytes.length);
  }

  /** Whether the bytes so far end in an `ok` without its line end, which may yet become a longer line. */
  get endsInOk(): boolean {
    return this.#open !== undefined && OK.test(this.#lineTo(this.#bytes.length));
  }

  /** Bytes kept: no more than the limit, or a line's end. */
  get pendingBytes(): number {
    return this.#bytes.length;
  }

  /** Whether the reply to this command has begun: perhaps with a CMD line whose line end has not come. */
  hasBegun(command: string): boolean {
    return this.#open === command || this.#commandIn(this.#lineTo(this.#bytes.length))?.command === command;
  }

  /**
   * Takes the next bytes and hands on the replies that they completed. The chunk is copied, its memory may be reused.
   * What is no reply is dropped.
   */
  push(chunk: Uint8Array, onReply: (reply: Reply) => void): void {
    let from = this.#bytes.length;
    this.#bytes += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    for (;;) {
      const at = this.#bytes.indexOf('\n', from);
      if (at === -1) break;
      const reply = this.#endLine(at);
      if (reply) onReply(reply);
      from = this.#lineStart;
    }
    if (this.#open === undefined || this.isTooLong) this.#drop();
  }

  /**
   * Ends the reply to this command with what has come: after silence, or an `ok` that no line end followed.
   * A last line without its end is left out, unless it is the CMD line: half a number is a wrong number.
   * @param command one whose reply has begun; by default the open one
   */
  flush(command = this.#open): Reply | undefined {
    if (command === undefined || !this.hasBegun(command)) return undefined;
    if (this.#open !== command) this.#endLine(this.#bytes.length);
    const reply = this.#reply(this.#bytes.length, this.endsInOk);
    this.#restart(this.#bytes.length, undefined);
    return reply;
  }

  /** What tells the line that ends there from data; nothing where it can only be data. */
  #lineTo(end: number): string {
    const isLong = end - this.#lineStart >= LONG_LINE_BYTES;
    if (!isLong) return this.#bytes.slice(this.#lineStart, end).trim();
    return this.#open === undefined ? this.#bytes.slice(end - LONG_LINE_BYTES, end).trim() : '';
  }

  #commandIn(line: string): { readonly command: string; readonly afterOk: boolean } | undefined {
    const found = (this.#open === undefined ? COMMAND_AT_END : COMMAND_LINE).exec(line)?.groups;
    return found && { command: `M${found['digits']}`, afterOk: found['ok'] !== undefined };
  }

  #endLine(end: number): Reply | undefined {
    const line = this.#lineTo(end);
    const next = this.#commandIn(line);
    if (next !== undefined) {
      // A reply without its `ok` ends where the next one begins.
      const cut = this.#open === undefined ? undefined : this.#reply(end, next.afterOk);
      this.#restart(end + 1, next.command);
      return cut;
    }
    if (this.#open !== undefined && OK.test(line)) {
      const reply = this.#reply(end, true);
      this.#restart(end + 1, undefined);
      return reply;
    }
    this.#lineStart = end + 1;
    return undefined;
  }

  // What was dropped counts too, so that it does not matter how the bytes were cut.
  #isOver(end: number): boolean {
    return this.#open !== undefined && this.#droppedBytes + end > this.#limitBytes;
  }

  /** The open reply without the line that ends there. */
  #reply(end: number, complete: boolean): Reply {
    const command = this.#open ?? '';
    if (this.#isOver(end)) return { command, lines: [], complete, tooLongBytes: this.#droppedBytes + end };
    const lines = decode(this.#bytes.slice(0, this.#lineStart))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    return { command, lines, complete };
  }

  /** Forgets the bytes before `from`; there the reply to `command`, if any, begins. */
  #restart(from: number, command: string | undefined): void {
    this.#open = command;
    this.#bytes = this.#bytes.slice(from);
    this.#droppedBytes = 0;
    this.#lineStart = 0;
  }

  /** Forgets all but what may yet become an `ok` or a CMD line. */
  #drop(): void {
    const from = Math.max(this.#lineStart, this.#bytes.length - LONG_LINE_BYTES);
    this.#droppedBytes += from;
    this.#bytes = this.#bytes.slice(from);
    this.#lineStart = 0;
  }
}

function decode(bytes: string): string {
  return NOT_ASCII.test(bytes) ? decodeText(Buffer.from(bytes, 'latin1')) : bytes;
}
