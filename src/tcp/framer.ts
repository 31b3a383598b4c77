// Cuts the byte stream of TCP 8899 into replies. No I/O, no clock.
//
// A reply is `CMD M119 Received.`, its data lines, and a line that is exactly `ok`. Printers also leave the `ok` out, send it
// without a line end, put blank lines anywhere, send the replies of other clients, and leave the CMD line out of a refusal or
// of the answer to a login (docs/protocol.md#tcp-framing).

import { decodeText } from '../common/text.ts';
import { isControlAnswer } from './commands.ts';
import type { Reply } from './reply.ts';

// Arguments are not echoed, and one source shows the word without its M (docs/protocol.md#tcp-login-m601-m602).
const COMMAND = String.raw`CMD\s+M?(\d{1,4})\b.*\bReceived\W*$`;
// Within a reply only a whole line can be a CMD line, since names may hold anything. An `ok` without its line end may precede it.
const COMMAND_LINE = new RegExp(String.raw`^(?:ok)?\s*${COMMAND}`, 'is');
// Outside a reply, another client's file list or thumbnail may precede the CMD line without a line end.
const COMMAND_AT_END = new RegExp(`^.*${COMMAND}`, 'is');
const BEGINS_WITH_OK = /^ok/i;
// Some firmware pads lines with NUL.
const OK = /^[\s\0]*ok[\s\0]*$/i;
const UPLOAD_ACK = /^N\d+ ok\b/i;
// Longer than any `ok`, CMD line, refusal or login answer. Outside a reply, only the end of a longer line matters.
const LONG_LINE_BYTES = 64;
const NOT_ASCII = /[\u0080-\u00ff]/;

/** Whether the character is a letter with which neither an `ok` nor a CMD line begins: not C, not O. */
function isDataLetter(code: number): boolean {
  const lowerCase = code | 0x20;
  return lowerCase >= 0x61 && lowerCase <= 0x7a && lowerCase !== 0x63 && lowerCase !== 0x6f;
}

export class Framer {
  readonly #limitBytes: number;
  /** The kept bytes, one character each: the data of the open reply, or the end of a line outside a reply. */
  #bytes = '';
  /** How many bytes of the open reply were dropped before `#bytes`. */
  #droppedBytes = 0;
  /** Index in `#bytes` at which the unfinished line begins. */
  #lineStart = 0;
  #open: string | undefined;
  #hasUploadAck = false;
  #bareOks = 0;
  /** The last line outside a reply, if it is a refusal or a login's answer: an `ok` may follow. */
  #controlLine: string | undefined;

  /** @param limitBytes limit for a reply's data; a longer reply is read to its end, but its data is dropped */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The command whose reply has begun and has not ended. */
  get openCommand(): string | undefined {
    return this.#open;
  }

  /** Whether the open reply is already over the limit. */
  get isTooLong(): boolean {
    return this.#isOver(this.#bytes.length);
  }

  /** Whether the last line is an `ok` without a line end, which may still become a longer line. */
  get endsInOk(): boolean {
    const mayEnd = this.#open !== undefined || this.#controlLine !== undefined;
    return mayEnd && OK.test(this.#lineTo(this.#bytes.length));
  }

  /** Whether the open reply has stopped in the middle of a line. */
  get isMidLine(): boolean {
    return this.#open !== undefined && this.hasUnfinishedLine;
  }

  /** Whether the bytes have stopped in the middle of a line, within a reply or outside one. */
  get hasUnfinishedLine(): boolean {
    return this.#bytes.slice(this.#lineStart).trim() !== '';
  }

  /** Whether a whole line has come that is a refusal or a login's answer without a CMD line. */
  get hasControlLine(): boolean {
    return this.#controlLine !== undefined;
  }

  /** How many times a line `ok` has come outside any reply. */
  get bareOks(): number {
    return this.#bareOks;
  }

  /** Whether the acknowledgement of another client's upload has come: `N0001 ok.` */
  get hasUploadAck(): boolean {
    return this.#hasUploadAck;
  }

  /** Number of kept bytes: at most the limit, or the end of a line. */
  get pendingBytes(): number {
    return this.#bytes.length;
  }

  /** Whether the reply to this command has begun, even if its CMD line has no line end yet. */
  hasBegun(command: string): boolean {
    return this.#open === command || this.#commandIn(this.#lineTo(this.#bytes.length)) === command;
  }

  /**
   * Takes the next bytes and passes on the replies that they complete. Anything outside a reply is discarded.
   * @param bytes decoded as Latin-1, so that each character is one byte; replies are decoded as UTF-8 once they are whole
   */
  push(bytes: string, onReply: (reply: Reply) => void): void {
    let from = this.#bytes.length;
    this.#bytes += bytes;
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
   * Ends the reply to this command with what has come so far: after silence, or after an `ok` without a line end.
   * An unfinished last line is left out, unless it is the CMD line: half a number is a wrong number.
   * @param command whose reply has begun; by default that of the open reply
   */
  flush(command = this.#open): Reply | undefined {
    if (command === undefined || !this.hasBegun(command)) return undefined;
    if (this.#open !== command) this.#endLine(this.#bytes.length);
    const reply = this.#reply(this.#bytes.length, this.endsInOk);
    this.#restart(this.#bytes.length, undefined);
    return reply;
  }

  /** Ends a refusal or a login's answer that has no CMD line, and no `ok` so far. */
  flushControlAnswer(): Reply | undefined {
    const complete = this.endsInOk;
    const line = this.#controlLine ?? this.#controlAnswerTo(this.#bytes.length);
    if (this.#open !== undefined || line === undefined) return undefined;
    this.#restart(this.#bytes.length, undefined);
    return { command: '', data: line, complete };
  }

  /** The trimmed line that ends at `end`, or '' if it is too long to be anything but data. */
  #lineTo(end: number): string {
    if (!this.#isLong(end)) return this.#bytes.slice(this.#lineStart, end).trim();
    return this.#open === undefined ? this.#bytes.slice(end - LONG_LINE_BYTES, end).trim() : '';
  }

  #isLong(end: number): boolean {
    return end - this.#lineStart >= LONG_LINE_BYTES;
  }

  #controlAnswerTo(end: number): string | undefined {
    if (this.#isLong(end)) return undefined;
    const line = this.#lineTo(end);
    return isControlAnswer(line) ? line : undefined;
  }

  #commandIn(line: string): string | undefined {
    const found = (this.#open === undefined ? COMMAND_AT_END : COMMAND_LINE).exec(line);
    return found ? `M${found[1]}` : undefined;
  }

  // Most lines of a reply are data by their first letter, and are not looked at until the reply is whole.
  #isData(): boolean {
    return this.#open !== undefined && isDataLetter(this.#bytes.charCodeAt(this.#lineStart));
  }

  #endLine(end: number): Reply | undefined {
    if (this.#isData()) {
      this.#lineStart = end + 1;
      return undefined;
    }
    const line = this.#lineTo(end);
    const next = this.#commandIn(line);
    if (next !== undefined) {
      // A reply without its `ok` ends where the next one begins.
      const cut = this.#open === undefined ? undefined : this.#reply(end, BEGINS_WITH_OK.test(line));
      this.#restart(end + 1, next);
      return cut;
    }
    if (OK.test(line)) {
      const reply = this.#open === undefined ? this.#controlReply() : this.#reply(end, true);
      if (reply !== undefined) {
        this.#restart(end + 1, undefined);
      } else {
        this.#bareOks += 1;
        this.#lineStart = end + 1;
      }
      return reply;
    }
    if (this.#open === undefined && line !== '') {
      this.#controlLine = this.#controlAnswerTo(end);
      this.#hasUploadAck ||= UPLOAD_ACK.test(line);
    }
    this.#lineStart = end + 1;
    return undefined;
  }

  #controlReply(): Reply | undefined {
    const line = this.#controlLine;
    return line === undefined ? undefined : { command: '', data: line, complete: true };
  }

  // Counts the dropped bytes too, so that the result does not depend on how the bytes were cut.
  #isOver(end: number): boolean {
    return this.#open !== undefined && this.#droppedBytes + end > this.#limitBytes;
  }

  /** The open reply without the line that ends at `end`. */
  #reply(end: number, complete: boolean): Reply {
    const command = this.#open ?? '';
    if (this.#isOver(end)) return { command, data: '', complete, tooLongBytes: this.#droppedBytes + end };
    return { command, data: decode(this.#bytes.slice(0, this.#lineStart)), complete };
  }

  /** Drops the bytes before `from`, where the reply to `command` begins, if there is one. */
  #restart(from: number, command: string | undefined): void {
    this.#open = command;
    this.#controlLine = undefined;
    this.#bytes = this.#bytes.slice(from);
    this.#droppedBytes = 0;
    this.#lineStart = 0;
  }

  /** Drops everything that cannot become part of an `ok` or a CMD line any more. */
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
