// A dialogue that tells of each exchange, for the debug log.

import { formatAddress } from '../common/address.ts';
import type { Trace } from '../printer/exchange.ts';
import type { Command } from './commands.ts';
import type { Dialogue, Interruption } from './conversation.ts';
import type { Reply } from './reply.ts';
import type { TcpTarget } from './target.ts';

/** The same dialogue over one connection, with its exchanges told to the trace. */
export class TracedDialogue implements Dialogue {
  readonly #dialogue: Dialogue;
  readonly #trace: Trace;
  #sent: string;
  #sentAtMs = performance.now();
  #isConnected = false;

  constructor(dialogue: Dialogue, target: TcpTarget, trace: Trace) {
    this.#dialogue = dialogue;
    this.#trace = trace;
    this.#sent = `connect ${formatAddress(target.host, target.port)}`;
  }

  next(): Command | undefined {
    if (!this.#isConnected) this.#tell({});
    this.#isConnected = true;
    const command = this.#dialogue.next();
    if (command !== undefined) {
      this.#sent = command;
      this.#sentAtMs = performance.now();
    }
    return command;
  }

  take(reply: Reply, isLeftUnfinished: boolean, receivedBytes: number): void {
    this.#tell({ receivedBytes });
    this.#dialogue.take(reply, isLeftUnfinished, receivedBytes);
  }

  endedLate(command: Command): void {
    this.#dialogue.endedLate(command);
  }

  isUnfinished(command: Command): boolean {
    return this.#dialogue.isUnfinished(command);
  }

  closingCommand(): Command | undefined {
    const command = this.#dialogue.closingCommand();
    // Nobody waits for its reply. How the command before it failed is told after it.
    if (command !== undefined) this.#trace({ protocol: 'tcp', sent: command, seconds: 0 });
    return command;
  }

  /** Tells how the conversation was interrupted. */
  interrupted({ error, command }: Interruption): void {
    if (command !== undefined || !this.#isConnected) this.#tell({ failure: error });
  }

  #tell(outcome: Pick<Parameters<Trace>[0], 'receivedBytes' | 'failure'>): void {
    this.#trace({
      protocol: 'tcp',
      sent: this.#sent,
      seconds: (performance.now() - this.#sentAtMs) / 1000,
      ...outcome,
    });
  }
}
