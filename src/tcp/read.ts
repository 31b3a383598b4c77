// One read of a printer over TCP: the dialogue, over as many connections as it takes.

import type { CancelSignal } from '../common/cancellation.ts';
import type { Ongoing } from '../common/ongoing.ts';
import { inNextTurn } from '../common/turn.ts';
import type { LoginMode } from '../printer/config.ts';
import type { Trace } from '../printer/exchange.ts';
import { ReadDialogue } from './dialogue.ts';
import { NO_HABITS, type TcpHabits } from './habits.ts';
import type { TcpReading } from './replies.ts';
import { converse } from './session.ts';
import { DEFAULT_LIMITS, type SessionLimits, type TcpTarget } from './target.ts';
import { TracedDialogue } from './traced-dialogue.ts';

export interface TcpReadOptions {
  readonly login: LoginMode;
  /** Whether to ask for M115 too. */
  readonly identity: boolean;
  /** What the last read learned about the printer; by default nothing. */
  readonly habits?: TcpHabits | undefined;
  /** Milliseconds since 1970, for what is tried again after ten minutes; by default the system's time. */
  readonly nowMs?: number | undefined;
  readonly limits?: SessionLimits;
  /** Called after each command with its reply or failure. */
  readonly trace?: Trace | undefined;
}

class TcpRead implements Ongoing<TcpReading> {
  readonly over: Promise<void>;
  readonly #target: TcpTarget;
  readonly #signal: CancelSignal;
  readonly #limits: SessionLimits;
  readonly #trace: Trace | undefined;
  readonly #dialogue: ReadDialogue;

  constructor(target: TcpTarget, options: TcpReadOptions, signal: CancelSignal) {
    const { login, identity, habits = NO_HABITS, nowMs = Date.now(), limits = DEFAULT_LIMITS, trace } = options;
    this.#target = target;
    this.#signal = signal;
    this.#limits = limits;
    this.#trace = trace;
    this.#dialogue = new ReadDialogue({ login, identity, habits, nowMs, patienceMs: limits.silenceMs });
    this.over = new Promise((resolve, reject) => this.#talk(resolve, reject));
  }

  soFar(): TcpReading {
    return this.#dialogue.reading;
  }

  /** Holds the conversation over one connection, and over another one if there is more to say. */
  #talk(resolve: () => void, reject: (fault: Error) => void): void {
    const dialogue = this.#dialogue;
    const traced = this.#trace && new TracedDialogue(dialogue, this.#target, this.#trace);
    converse(this.#target, this.#limits, traced ?? dialogue, this.#signal, (end) => {
      if (traced && end !== undefined && !(end instanceof Error)) traced.interrupted(end);
      if (end instanceof Error) {
        reject(end);
      } else if (end !== undefined && dialogue.interrupted(end, this.#signal.aborted)) {
        this.#talk(resolve, reject);
      } else {
        // The next commands to other printers go out before the replies of this one are parsed.
        inNextTurn(resolve);
      }
    });
  }
}

/**
 * Reads a printer over TCP 8899: M119, M105, M27, M114 and, when asked, M115.
 * Never fails for what a printer does: the failure is in the reading, beside the parts that were read.
 * One connection is enough unless the printer closes it: the remaining commands are then sent over a new one, and the command at
 * which it closed is sent once more at most. A command without any reply ends the read.
 * @param signal the deadline; when it fires the connection is closed at once
 */
export function readTcp(target: TcpTarget, options: TcpReadOptions, signal: CancelSignal): Ongoing<TcpReading> {
  return new TcpRead(target, options, signal);
}
