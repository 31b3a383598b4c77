// What each TCP fault does to a reply, or to a new connection.

import type { Socket } from 'node:net';
import type { SharedFault, TcpFault } from './faults.ts';
import type { Timers } from './timers.ts';

const OK = 'ok\r\n';
const LINE_END = '\r\n';

/**
 * Delay between half a reply and the RST. If a client receives both at once, libuv reports an orderly end
 * (uv__stream_io turns POLLHUP after a partial read into EOF), and the client never sees the reset.
 */
export const RESET_DELAY_MS = 20;

/**
 * Sends a reply, changed by the fault.
 * @param foreign replies to other clients' commands, for `foreign-blocks`
 * @param done called when the next command may be answered; never called if the fault ends the conversation
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
    case 'control-refused': // the caller has replaced the reply
    case 'mute-until-login': // the caller sends the reply only after a login
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
    case 'foreign-only':
      socket.write(foreign());
      done();
      return;
    case 'stall':
      stall(socket, reply, fault.ms, timers, done);
      return;
    case 'drop':
      if (fault.how === 'close') socket.end();
      else socket.resetAndDestroy();
      return;
    case 'foreign-blocks':
      socket.write(Buffer.concat([foreign(), reply]));
      done();
      return;
    default:
      fault satisfies never;
  }
}

/** Applies a fault to a new connection; returns whether the connection still accepts commands. */
export function greet(socket: Socket, fault: SharedFault | TcpFault | undefined): boolean {
  switch (fault?.kind) {
    case 'reset':
    case 'reset-once':
      socket.resetAndDestroy();
      return false;
    case 'close':
      // Keep reading, or the client's FIN is never seen.
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

/** Sends the first half of the lines, and the rest after the delay. */
function stall(socket: Socket, reply: Buffer, ms: number | undefined, timers: Timers, done: () => void): void {
  const end = reply.indexOf(LINE_END, reply.length >> 2) + LINE_END.length;
  socket.write(reply.subarray(0, end));
  if (ms === undefined) {
    done();
    return;
  }
  timers.after(ms, () => {
    if (socket.writable) socket.write(reply.subarray(end));
    done();
  });
}

/** Sends one byte at a time, until the client disconnects. */
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

// Endless, but only as fast as the client reads, and without blocking the event loop.
function pump(socket: Socket, chunk: Buffer): void {
  if (!socket.writable) return;
  socket.write(chunk, (error) => {
    if (!error) setImmediate(pump, socket, chunk);
  });
}

// Every byte value twice, in a fixed order that looks random (167 is odd, so i * 167 takes all 256 values).
const GARBAGE = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256));
