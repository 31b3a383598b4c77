// Commands that one printer does not answer: logged once each, and as plain data for the pages.

import type { Logger } from '../common/log.ts';
import type { ReadCommand } from '../tcp/commands.ts';
import { NO_HABITS, type TcpHabits } from '../tcp/habits.ts';
import type { Reading } from './reader.ts';

export interface FailingCommand {
  readonly command: ReadCommand;
  /** Consecutive failures. */
  readonly failures: number;
  /** The last failure, in one sentence. */
  readonly reason: string;
}

const COST = 'up to 5 s a read; it is sent last, and after 3 failures in a row every 10 minutes only';

/** What is learned about the TCP side of one printer, and what is said of it. */
export class TcpHabitsMemory {
  readonly #printer: string;
  readonly #log: Logger;
  readonly #logged = new Set<ReadCommand>();
  #habits = NO_HABITS;

  constructor(printer: string, log: Logger) {
    this.#printer = printer;
    this.#log = log;
  }

  /** To be passed to the next read. */
  get habits(): TcpHabits {
    return this.#habits;
  }

  /** Undefined if the printer answers every command. */
  get failing(): readonly FailingCommand[] | undefined {
    const { failures } = this.#habits;
    if (failures.size === 0) return undefined;
    return [...failures].map(([command, { count, error }]) => ({ command, failures: count, reason: error.message }));
  }

  /** Forgets everything: another printer may answer at a new address. */
  reset(): void {
    this.#habits = NO_HABITS;
    this.#logged.clear();
  }

  /** Takes what a read learned, also one that was ended early. */
  note({ tcpHabits: habits, endpoints }: Reading): void {
    if (habits === undefined || habits === this.#habits) return;
    this.#habits = habits;
    // Of a printer that is not read, its own failure is logged, not that of a command.
    if (endpoints.some(({ protocol, failure }) => protocol === 'tcp' && failure)) return;
    for (const [command, { error }] of habits.failures) {
      if (this.#logged.has(command)) continue;
      this.#logged.add(command);
      this.#log.info('command not answered', { printer: this.#printer, command, reason: error.message, cost: COST });
    }
    for (const command of this.#logged) {
      if (habits.failures.has(command)) continue;
      this.#logged.delete(command);
      this.#log.info('command answered again', { printer: this.#printer, command });
    }
  }
}
