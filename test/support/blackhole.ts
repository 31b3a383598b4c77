// A port of 127.0.0.1 on which connection attempts time out, as if the packets were lost.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TcpTarget } from '../../src/tcp/target.ts';

// Listens with the shortest possible backlog and never accepts a connection.
const LISTEN = `
  const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

export async function blackhole(): Promise<AsyncDisposable & { readonly target: TcpTarget }> {
  const listener = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [bytes]: unknown[] = await once(listener.stdout, 'data');
  const target = { host: '127.0.0.1', port: Number(String(bytes)) };
  // Linux queues one connection more than the backlog.
  const filling = [connect(target), connect(target)];
  await Promise.all(filling.map((socket) => once(socket, 'connect')));
  return {
    target,
    [Symbol.asyncDispose]: async () => {
      for (const socket of filling) socket.destroy();
      listener.kill('SIGKILL');
      await once(listener, 'exit');
    },
  };
}
