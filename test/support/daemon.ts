// Starts a real server program on a free port of 127.0.0.1 with its own working folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** Running programs, killed if the test process exits early. */
const running = new Set<ChildProcess>();
const killRunning = () => {
  for (const child of running) child.kill('SIGKILL');
};

export interface Daemon {
  url: string;
  folder: string;
  /** The program's output so far, for failure messages. */
  log(): string;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  program: string;
  /** Writes the program's files into its folder and returns its arguments. */
  prepare(folder: string, address: string): Promise<string[]>;
  /** Stops the program when aborted. */
  signal?: AbortSignal | undefined;
  readyTimeoutMs?: number | undefined;
}

/** Starts a program and waits until GET /-/ready responds with 200. @throws Error with the program's log on a timeout */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Another process may have taken the port before the program bound it.
      if (attempt < 3 && String(error).includes('address already in use')) continue;
      throw error;
    }
  }
}

async function startOnce({ program, prepare, signal, readyTimeoutMs = 20_000 }: DaemonOptions): Promise<Daemon> {
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-test-'));
  const address = `127.0.0.1:${await findFreePort()}`;
  const url = `http://${address}`;
  let log = '';
  const child = spawn(program, await prepare(folder, address), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  child.on('error', (error) => {
    log += `${error}\n`;
  });
  if (running.size === 0) process.once('exit', killRunning);
  running.add(child);

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endProcess(child).finally(() => {
      running.delete(child);
      if (running.size === 0) process.off('exit', killRunning);
      signal?.removeEventListener('abort', stop);
      return rm(folder, { recursive: true, force: true });
    });
    return stopped;
  };
  signal?.addEventListener('abort', stop, { once: true });

  try {
    await poll(
      async () => {
        if (hasEnded(child)) throw new Error('it exited');
        return (await fetchOk(`${url}/-/ready`)) ? true : undefined;
      },
      readyTimeoutMs,
      () => `${url}/-/ready did not respond with 200`,
    );
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${String(error)}\n${log}`, { cause: error });
  }
  return { url, folder, log: () => log, stop };
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await closed;
  clearTimeout(killer);
}

async function fetchOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Calls `read` until it returns a value. Only for other programs over HTTP, which cannot notify us. */
export async function poll<T>(
  read: () => Promise<T | undefined>,
  timeoutMs: number,
  describeFailure: () => string,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (performance.now() >= deadline) throw new Error(`${describeFailure()} within ${timeoutMs / 1000} s`);
    await delay(POLL_MS);
  }
}

/** A port of 127.0.0.1 that is free at the time of the call. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`unexpected address ${address}`);
  server.close();
  await once(server, 'close');
  return address.port;
}
