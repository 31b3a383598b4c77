// How each TCP fault plays on a socket, in place of a proper reply.

import type { Socket } from 'node:net';
import type { SharedFault, TcpFault } from './faults.ts';
import type { Timers } from './timers.ts';

const OK = 'ok\r\n';
const LINE_END = '\r\n';

/**
 * Between half a reply and its RST. A client that finds both at once is told of an orderly end by libuv
 * (uv__stream_io turns POLLHUP after a partial read into EOF), and would never see the reset.
 */
export const RESET_DELAY_MS = 20;

/**
 * Sends a reply as the fault has it.
 * @param foreign replies to other clients' commands, for `foreign-blocks`
 * @param done called when the next command may be answered; never where the conversation ends here
 */
export function sendReply(
  socket: Socket,
  reply: Buffer,
  fault: SharedFault | TcpFault | undefined,
  foreign: () => Buffer,
  timers: Timers,
  done: () => void,
): void {
  switch (fault?.kind) {
    case undefined:
    case 'control-refused': // its reply is another one already
    case 'refuse': // closes the listener, which destroys this socket
      socket.write(reply);
      done();
      return;
    case 'silence':
      done();
      return;
    case 'reset':
    case 'reset-once':
      socket.write(reply.subarray(0, reply.length >> 1));
      timers.after(RESET_DELAY_MS, () => socket.resetAndDestroy());
      return;
    case 'close':
      socket.end(reply.subarray(0, reply.length >> 1));
      return;
    case 'late':
      timers.after(fault.ms, () => {
        if (socket.writable) socket.write(reply);
        done();
      });
      return;
    case 'drip':
      drip(socket, reply, fault.intervalMs, timers, done);
      return;
    case 'endless-line':
    case 'flood':
    case 'garbage':
      socket.write(reply.subarray(0, reply.indexOf(LINE_END) + LINE_END.length));
      sendUnasked(socket, fault);
      done();
      return;
    case 'no-ok':
      socket.write(reply.subarray(0, -OK.length));
      done();
      return;
    case 'ok-without-line-end':
      socket.write(reply.subarray(0, -LINE_END.length));
      done();
      return;
    case 'foreign-blocks':
      socket.write(Buffer.concat([foreign(), reply]));
      done();
      return;
    default:
      fault satisfies never;
  }
}

/** Plays a fault on a connection nobody has asked anything on yet; returns whether the connection still listens. */
export function greet(socket: Socket, fault: SharedFault | TcpFault | undefined): boolean {
  switch (fault?.kind) {
    case 'reset':
    case 'reset-once':
      socket.resetAndDestroy();
      return false;
    case 'close':
      // Read on, or the client's own end would never be seen.
      socket.end().resume();
      return false;
    case 'silence':
      socket.resume();
      return false;
    case 'endless-line':
    case 'flood':
    case 'garbage':
      sendUnasked(socket, fault);
      return true;
    default:
      return true;
  }
}

/** A byte at a time; stops when the client goes. */
function drip(socket: Socket, bytes: Buffer, intervalMs: number, timers: Timers, done: () => void): void {
  let sent = 0;
  const next = (): void => {
    if (!socket.writable) return;
    socket.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent === bytes.length) done();
    else timers.after(intervalMs, next);
  };
  next();
}

function sendUnasked(socket: Socket, fault: Extract<TcpFault, { kind: 'endless-line' | 'flood' | 'garbage' }>): void {
  switch (fault.kind) {
    case 'endless-line':
      pump(socket, Buffer.alloc(16_384, 'T0:24 /0 '));
      return;
    case 'flood':
      pump(socket, Buffer.alloc(16_380, 'T0:24 /0\r\n'));
      return;
    case 'garbage':
      socket.write(Buffer.concat([GARBAGE, Buffer.from(fault.ok ? `${LINE_END}${OK}` : '')]));
      return;
    default:
      fault satisfies never;
  }
}

// Without end, but only as fast as the client reads, and letting others have the loop.
function pump(socket: Socket, chunk: Buffer): void {
  if (!socket.writable) return;
  socket.write(chunk, (error) => {
    if (!error) setImmediate(pump, socket, chunk);
  });
}

// Every byte value twice in a fixed disorder (167 is odd, so i * 167 runs through all 256 values).
const GARBAGE = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256));
