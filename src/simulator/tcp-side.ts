// The TCP port of a simulated printer: takes commands, and sends one reply at a time.

import { createServer, type Socket } from 'node:net';
import { currentReading, type PrinterCore, recordCommand } from './core.ts';
import { controlFailed, isTcpCommand, tcpReply } from './dialects.ts';
import type { TcpFault } from './faults.ts';
import { createListener, type Listener } from './listener.ts';
import { greet, sendReply } from './tcp-faults.ts';

const MAX_LINE_CHARACTERS = 65_536;

export function createTcpSide(core: PrinterCore, host: string, port: number): Listener {
  // Control belongs to one connection and ends with it (docs/protocol.md#tcp-login-m601-m602).
  const control: Control = { holder: undefined };
  const server = createServer({ noDelay: true }, (socket) => serve(core, control, socket));
  return createListener(server, host, port);
}

interface Control {
  holder: Socket | undefined;
}

function serve(core: PrinterCore, control: Control, socket: Socket): void {
  const { stats } = core;
  stats.tcpConnections += 1;
  stats.openTcpConnections += 1;
  stats.maxOpenTcpConnections = Math.max(stats.maxOpenTcpConnections, stats.openTcpConnections);
  socket.once('close', () => {
    stats.openTcpConnections -= 1;
    if (control.holder === socket) control.holder = undefined;
  });
  if (!greet(socket, core.faults.atTcp('connect'))) return;

  const waiting: string[] = [];
  let answering = false;
  let rest = '';
  const next = (): void => {
    const line = socket.writable ? waiting.shift() : undefined;
    answering = line !== undefined;
    if (line !== undefined) answer(core, control, socket, line, next);
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) {
      socket.destroy();
      return;
    }
    for (const line of lines) {
      const command = line.trim();
      if (!command.startsWith('~')) continue;
      recordCommand(core, command);
      waiting.push(command);
    }
    if (!answering) next();
  });
}

function answer(core: PrinterCore, control: Control, socket: Socket, line: string, done: () => void): void {
  const send = (): void => {
    if (!socket.writable) return;
    // The CMD line echoes the word without arguments: M601, not M601 S1.
    const command = line.slice(1).split(/\s/u)[0] ?? '';
    const fault = core.faults.atTcp(command);
    const refusal = fault?.kind === 'control-refused' ? fault : undefined;
    const reply = Buffer.from(replyTo(core, control, socket, command, refusal));
    if (fault?.kind === 'mute-until-login' && control.holder !== socket && command !== 'M602') {
      done();
      return;
    }
    sendReply(socket, reply, fault, () => Buffer.from(foreignBlocks(core, command)), core.timers, done);
  };
  if (core.latencyMs > 0) core.timers.after(core.latencyMs, send);
  else send();
}

function replyTo(
  core: PrinterCore,
  control: Control,
  socket: Socket,
  command: string,
  refusal: Extract<TcpFault, { kind: 'control-refused' }> | undefined,
): string {
  const login = refusal?.login;
  const reply = (granted: boolean): string =>
    tcpReply(core.model, command, core.identity, currentReading(core), granted ? 'granted' : 'refused');
  if (command === 'M601') {
    const granted = login !== 'refused' && (control.holder === undefined || control.holder === socket);
    if (granted) control.holder = socket;
    return refusal?.bare ? inTwoReplies(reply(granted)) : reply(granted);
  }
  if (command === 'M602') {
    if (control.holder === socket) control.holder = undefined;
    return reply(true);
  }
  const refused = login !== undefined && control.holder !== socket && isTcpCommand(command);
  return refused ? controlFailed(command, refusal) : reply(true);
}

/** The acknowledgement of M601, and its answer without a CMD line. */
function inTwoReplies(whole: string): string {
  const head = whole.indexOf('\n') + 1;
  return `${whole.slice(0, head)}ok\r\n${whole.slice(head)}`;
}

// Replies to other clients arrive on every connection, and so do the acknowledgements of an upload (docs/protocol.md#tcp-connections-and-load).
function foreignBlocks(core: PrinterCore, command: string): string {
  const others = ['M119', 'M105', 'M27'].filter((other) => other !== command).slice(0, 2);
  const [first = '', second = ''] = others.map((other) =>
    tcpReply(core.model, other, core.identity, currentReading(core)),
  );
  return `${first}N0001 ok.\r\n${second}N0002 ok.\r\n`;
}
