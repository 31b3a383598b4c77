// A printer on 127.0.0.1 that says exactly what a test tells it, and keeps what it heard.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { TcpTarget } from '../../src/tcp/target.ts';

/** One connection, as the printer sees it. */
export interface Client {
  /** From 1. */
  readonly number: number;
  readonly socket: Socket;
  /** How often this command came on this connection, this time included. */
  readonly times: number;
  /** Sends bytes that a reply goes on after; resolves when they are out. */
  part(bytes: string | Uint8Array): Promise<void>;
  /** Sends the last bytes of a reply. */
  send(bytes: string | Uint8Array): Promise<void>;
}

/** Bytes to answer with, or what to do. Whoever only wants silence does nothing. */
export type HttpResponse = string | Uint8Array | ((client: Client) => Promise<void> | void);

/** Answers by command word; a command that is not listed is acknowledged without data. */
export type Script = Readonly<Record<string, HttpResponse>>;

export interface ScriptedPrinter extends AsyncDisposable {
  readonly target: TcpTarget;
  /** Every byte that came, one text a connection. */
  readonly received: readonly string[];
  /** Commands that came before the one before them was answered. */
  readonly pipelined: readonly string[];
  /** Takes no further connection; those that stand go on. */
  refuse(): void;
  /** Resolves when the other side has closed every connection so far. */
  allClosed(): Promise<void>;
}

/** A whole reply as it is on the wire. */
export function reply(command: string, ...lines: readonly string[]): string {
  return `${[`CMD ${command} Received.`, ...lines, 'ok'].join('\r\n')}\r\n`;
}

/** A reply whose `ok` never comes. */
export function replyWithoutOk(command: string, ...lines: readonly string[]): string {
  return [`CMD ${command} Received.`, ...lines, ''].join('\r\n');
}

export const silence: HttpResponse = () => {};
export const reset: HttpResponse = ({ socket }) => void socket.resetAndDestroy();
export const hangUp: HttpResponse = ({ socket }) => void socket.end();

/** Sends the same bytes without an end, as fast as they are taken. */
export async function pump({ socket, part }: Client, bytes: string): Promise<void> {
  while (socket.writable) await part(bytes);
}

/** The commands of a conversation without its `~` and line ends. */
export function commandsIn(received: string | undefined): string[] {
  return (received ?? '').split('\r\n').flatMap((line) => (line === '' ? [] : [line.replace('~', '')]));
}

/** @param greeting what happens as soon as a connection stands */
export async function startScriptedPrinter(
  script: Script | ((connection: number) => Script),
  greeting?: HttpResponse,
): Promise<ScriptedPrinter> {
  const received: string[] = [];
  const pipelined: string[] = [];
  const open = new Set<Socket>();

  const server = createServer({ noDelay: true }, (socket) => {
    const number = received.push('');
    const answers = typeof script === 'function' ? script(number) : script;
    const counts = new Map<string, number>();
    let answering: string | undefined;
    let rest = '';
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received[number - 1] += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) void hear(line.replace('~', '').split(/\s/)[0] ?? '');
    });
    async function part(bytes: string | Uint8Array): Promise<void> {
      await new Promise((resolve) => socket.write(bytes, resolve));
      await turn();
    }
    async function answer(what: HttpResponse, times: number): Promise<void> {
      const send = (bytes: string | Uint8Array): Promise<void> => {
        answering = undefined;
        return part(bytes);
      };
      if (typeof what === 'function') await what({ number, socket, times, part, send });
      else await send(what);
    }
    async function hear(command: string): Promise<void> {
      if (answering !== undefined) pipelined.push(`${command} during ${answering}`);
      answering = command;
      const times = (counts.get(command) ?? 0) + 1;
      counts.set(command, times);
      // Commands sent together are heard together before the first is answered.
      await turn();
      await answer(answers[command] ?? reply(command), times);
    }
    if (greeting !== undefined) void answer(greeting, 0);
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
      // Not events.once, which rejects at a reset.
      await Promise.all([...open].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await closed;
    },
  };
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
