// A printer on 127.0.0.1 that sends what a test scripts and records what it receives.

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { TcpTarget } from '../../src/tcp/target.ts';

/** One connection, from the printer's point of view. */
export interface Client {
  /** From 1. */
  readonly number: number;
  readonly socket: Socket;
  /** How often this connection has received the command, including now. */
  readonly times: number;
  /** Sends part of a reply. Resolves when it is written. */
  part(bytes: string | Uint8Array): Promise<void>;
  /** Sends the last part of a reply. */
  send(bytes: string | Uint8Array): Promise<void>;
}

/** The bytes of a reply, or a function that sends them. A function that does nothing leaves the command unanswered. */
export type ScriptedReply = string | Uint8Array | ((client: Client) => Promise<void> | void);

/** Replies by command. A command that is not listed gets an `ok` without data. */
export type Script = Readonly<Record<string, ScriptedReply>>;

export interface ScriptedPrinter extends AsyncDisposable {
  readonly target: TcpTarget;
  /** Every byte received, one string per connection. */
  readonly received: readonly string[];
  /** Commands received before the reply to the previous one ended. */
  readonly pipelined: readonly string[];
  /** Stops listening. Open connections stay open. */
  refuse(): void;
  /** Resolves when the client has closed every connection so far. */
  allClosed(): Promise<void>;
}

/** A complete reply as sent on the wire. */
export function reply(command: string, ...lines: readonly string[]): string {
  return `${[`CMD ${command} Received.`, ...lines, 'ok'].join('\r\n')}\r\n`;
}

/** A reply without its `ok`. */
export function replyWithoutOk(command: string, ...lines: readonly string[]): string {
  return [`CMD ${command} Received.`, ...lines, ''].join('\r\n');
}

export const silence: ScriptedReply = () => {};
export const reset: ScriptedReply = ({ socket }) => void socket.resetAndDestroy();
export const hangUp: ScriptedReply = ({ socket }) => void socket.end();

/** Sends the same bytes forever, as fast as the client reads them. */
export async function pump({ socket, part }: Client, bytes: string): Promise<void> {
  while (socket.writable) await part(bytes);
}

/** The commands of a conversation, without `~` and line endings. */
export function commandsIn(received: string | undefined): string[] {
  return (received ?? '').split('\r\n').flatMap((line) => (line === '' ? [] : [line.replace('~', '')]));
}

/** @param greeting sent or called when a client connects */
export async function startScriptedPrinter(
  script: Script | ((connection: number) => Script),
  greeting?: ScriptedReply,
): Promise<ScriptedPrinter> {
  const received: string[] = [];
  const pipelined: string[] = [];
  const open = new Set<Socket>();

  const server = createServer({ noDelay: true }, (socket) => {
    const number = received.push('');
    const replies = typeof script === 'function' ? script(number) : script;
    const counts = new Map<string, number>();
    let pending: string | undefined;
    let rest = '';
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received[number - 1] += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) void receive(line.replace('~', '').split(/\s/)[0] ?? '');
    });
    async function part(bytes: string | Uint8Array): Promise<void> {
      await new Promise((resolve) => socket.write(bytes, resolve));
      await turn();
    }
    async function respond(scripted: ScriptedReply, times: number): Promise<void> {
      const send = (bytes: string | Uint8Array): Promise<void> => {
        pending = undefined;
        return part(bytes);
      };
      if (typeof scripted === 'function') await scripted({ number, socket, times, part, send });
      else await send(scripted);
    }
    async function receive(command: string): Promise<void> {
      if (pending !== undefined) pipelined.push(`${command} during ${pending}`);
      pending = command;
      const times = (counts.get(command) ?? 0) + 1;
      counts.set(command, times);
      // Record all commands that arrive together before replying to the first one.
      await turn();
      await respond(replies[command] ?? reply(command), times);
    }
    if (greeting !== undefined) void respond(greeting, 0);
  });
  const closed = new Promise((resolve) => server.once('close', resolve));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: { host: '127.0.0.1', port: portOf(server) },
    received,
    pipelined,
    refuse: () => void server.close(),
    allClosed: async () => {
      // Not events.once, which rejects on a reset.
      await Promise.all([...open].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await closed;
    },
  };
}

/**
 * A port on 127.0.0.1 that nothing listens on. It is below those that Linux gives to servers that ask for any port: a freed one
 * of those may be given to the next server of the same test.
 */
export async function closedPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, 30_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no free port from 20,000 to 30,000');
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
