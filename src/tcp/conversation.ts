// What a session needs from whoever decides what is sent, and how it reports the end of a connection.

import type { PrinterError } from '../printer/errors.ts';
import type { Command } from './commands.ts';
import type { Reply } from './reply.ts';

/** Decides what is sent over a connection. */
export interface Dialogue {
  /** The command to send now: once connected, and after each reply. Undefined when the conversation is over. */
  next(): Command | undefined;
  /**
   * Takes the reply to the last command.
   * @param isLeftUnfinished whether the printer stopped before the end of its reply, and nothing more came in the whole time of the command
   * @param receivedBytes since the command was sent
   */
  take(reply: Reply, isLeftUnfinished: boolean, receivedBytes: number): void;
  /** The rest of the reply to this command came after all, although silence had been taken for its end. */
  endedLate(command: Command): void;
  /** Whether this printer is known to leave its reply to the command unfinished, so that silence may end it. */
  isUnfinished(command: Command): boolean;
  /** The last command to send when the conversation ends, whatever ended it. Nobody waits for its reply. */
  closingCommand(): Command | undefined;
}

/** How a conversation ended before everything was said. */
export interface Interruption {
  readonly error: PrinterError;
  /** `reset`: an RST, or an end in the middle of a reply; `closed`: an end between replies; `given-up`: this side stopped waiting. */
  readonly how: 'not-connected' | 'reset' | 'closed' | 'given-up';
  /** The command whose reply did not end; undefined before the first one, and between two. */
  readonly command: Command | undefined;
  /** How long that command had waited, in milliseconds. */
  readonly waitedMs: number;
}
