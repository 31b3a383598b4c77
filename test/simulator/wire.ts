// A bare client for the simulator's tests: sends text, waits for bytes or for the end.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export interface Wire {
  send(text: string): void;
  /** Waits until what came so far satisfies the condition; takes it. Fails when the connection ends before. */
  receive(enough: (text: string) => boolean): Promise<string>;
  /** Sends a command and takes its reply up to `ok` CRLF. */
  ask(command: string): Promise<string>;
  /** How the connection ended, with what was not taken. */
  readonly ended: Promise<{ how: 'fin' | 'reset'; rest: string }>;
  destroy(): void;
}

export async function openWire(port: number | undefined, host = '127.0.0.1'): Promise<Wire> {
  const socket = connect({ port: port ?? 0, host });
  let buffer = '';
  let how: 'fin' | 'reset' | undefined;
  const { promise: ended, resolve: end } = deferred<{ how: 'fin' | 'reset'; rest: string }>();
  let wake = (): void => {};
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    buffer += text;
    wake();
  });
  socket.on('end', () => {
    how ??= 'fin';
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {
    how = 'reset';
  });
  socket.on('close', () => {
    end({ how: how ?? 'fin', rest: buffer });
    wake();
  });
  const receive = async (enough: (text: string) => boolean): Promise<string> => {
    while (!enough(buffer)) {
      if (socket.closed) throw new Error(`connection ended after ${JSON.stringify(buffer.slice(0, 200))}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const taken = buffer;
    buffer = '';
    return taken;
  };
  return {
    send: (text) => {
      socket.write(text);
    },
    receive,
    ask(command) {
      socket.write(`~${command}\r\n`);
      return receive((text) => text.endsWith('\r\nok\r\n'));
    },
    ended,
    destroy: () => socket.destroy(),
  };
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A capture as it was on the wire: files whose source hides line ends get CRLF. */
export function capture(path: string): string {
  const text = readFileSync(new URL(`../captures/${path}`, import.meta.url), 'utf8');
  return text.includes('\r') ? text : text.replaceAll('\n', '\r\n');
}

export function captureJson(path: string): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(new URL(`../captures/${path}`, import.meta.url), 'utf8'));
}
