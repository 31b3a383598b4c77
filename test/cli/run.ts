// Runs a command line inside the test's process, with its output captured.

import { setImmediate as turn } from 'node:timers/promises';
import { runCli } from '../../src/cli/cli.ts';
import type { Environment } from '../../src/config/origin.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface RunningCli extends AsyncDisposable {
  readonly out: string;
  readonly err: string;
  /** Resolves once the output matches; rejects if the command ends without a match. */
  see(stream: 'out' | 'err', pattern: RegExp): Promise<RegExpExecArray>;
  /** Stops the command as SIGTERM does. */
  stop(): Promise<Outcome>;
  readonly ended: Promise<Outcome>;
}

/** Output that grows, and a way to wait for something in it. */
export function createTranscript() {
  let text = '';
  let isOver = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  return {
    get text(): string {
      return text;
    },
    write(more: string): void {
      text += more;
      wake();
    },
    /** Marks the output as complete. */
    end(): void {
      isOver = true;
      wake();
    },
    see(pattern: RegExp): Promise<RegExpExecArray> {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text);
          if (!found && !isOver) return;
          waiting.delete(look);
          if (found) resolve(found);
          else reject(new Error(`it ended without ${pattern}: ${text}`));
        };
        waiting.add(look);
        look();
      });
    },
  };
}

/** Starts a command, which ends by itself, with stop(), or with the test. */
export function startCli(argv: readonly string[], env: Environment = {}): RunningCli {
  const streams = { out: createTranscript(), err: createTranscript() };
  const stopping = new AbortController();
  const running = runCli(argv, {
    env,
    writeOut: streams.out.write,
    writeErr: streams.err.write,
    stop: stopping.signal,
    now: Date.now,
  });
  const ended = running
    .then((exitCode) => ({ exitCode, out: streams.out.text, err: streams.err.text }))
    .finally(() => {
      streams.out.end();
      streams.err.end();
    });
  const stop = (): Promise<Outcome> => {
    stopping.abort();
    return ended;
  };
  return {
    get out() {
      return streams.out.text;
    },
    get err() {
      return streams.err.text;
    },
    see: (stream, pattern) => streams[stream].see(pattern),
    stop,
    ended,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** Runs a command that ends by itself. */
export function run(argv: readonly string[], env: Environment = {}): Promise<Outcome> {
  return startCli(argv, env).ended;
}

/** The number of listening sockets of this process, after those just closed are released. */
export async function listeningSockets(): Promise<number> {
  for (let turns = 0; turns < 2; turns++) await turn();
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap' || kind === 'UDPWrap').length;
}
