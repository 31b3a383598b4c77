// What became of each command of one read: the replies as they came, and why the others are missing.

import type { PrinterError } from '../printer/errors.ts';
import type { ReadCommand } from './commands.ts';
import { type TcpHabits, withFailure, withoutFailure } from './habits.ts';
import { ALL_ANSWERED, addReply, isConclusive, NO_PROBLEMS, type TcpReading, type TcpReplies } from './replies.ts';
import type { Reply } from './reply.ts';

export class ReadOutcome {
  /** Replies that were not refusals. They are parsed when the reading is asked for, since other printers are waiting now. */
  readonly #answers: { readonly command: ReadCommand; readonly reply: Reply }[] = [];
  #problems = NO_PROBLEMS;
  #unanswered = ALL_ANSWERED;

  get hasAnswers(): boolean {
    return this.#answers.length > 0;
  }

  answered(command: ReadCommand, reply: Reply): void {
    this.#answers.push({ command, reply });
  }

  /** A refusal is conclusive, but nothing was read. */
  denied(command: ReadCommand, error: PrinterError): void {
    this.#problems = new Map(this.#problems).set(command, error);
  }

  /** Of what the command asks for nothing is known. */
  failed(command: ReadCommand, error: PrinterError): void {
    this.#problems = new Map(this.#problems).set(command, error);
    this.#unanswered = new Set(this.#unanswered).add(command);
  }

  /**
   * Parses the replies.
   * @param pending commands that are still to be sent
   * @param habits to which is added what the replies say
   */
  reading(pending: readonly ReadCommand[], habits: TcpHabits, nowMs: number): TcpReading {
    const replies: TcpReplies = {};
    let problems = this.#problems;
    let unanswered = pending.length > 0 ? new Set([...this.#unanswered, ...pending]) : this.#unanswered;
    let learned = habits;
    for (const { command, reply } of this.#answers) {
      const error = addReply(replies, command, reply);
      if (error) problems = new Map(problems).set(command, error);
      if (!isConclusive(replies, command, reply)) unanswered = new Set(unanswered).add(command);
      const isHalfIdentity = command === 'M115' && !reply.complete && error !== undefined;
      learned = isHalfIdentity ? withFailure(learned, command, error, nowMs) : withoutFailure(learned, command);
    }
    const isRead = replies.m119 !== undefined || replies.m105 !== undefined;
    const mayBeRead = isRead || pending.length > 0;
    const failure = mayBeRead ? undefined : (problems.get('M119') ?? problems.get('M105'));
    return { replies, problems, unanswered, habits: learned, failure };
  }
}
