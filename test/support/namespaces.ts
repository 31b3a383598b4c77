// Two network namespaces connected by a virtual cable: the exporter in one, the printers in the other. A test can drop or
// delay packets between them. The machine's own network is not touched.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { requireProgram, runProgram } from './programs.ts';

const EXPORTER_HOST = '198.18.7.1';
export const PRINTER_HOST = '198.18.7.2';
/** An address without a route. */
export const UNROUTED_HOST = '198.18.8.1';
/** An address on the cable's network that no host has. */
export const MISSING_HOST = '198.18.7.77';

export type Place = 'exporter' | 'printers';

export interface Cable extends AsyncDisposable {
  /** Starts a program in a namespace. It is killed when the cable is disposed. */
  start(place: Place, args: readonly [string, ...string[]]): ChildProcessByStdio<null, Readable, Readable>;
  /** Runs a program in a namespace and returns its output. @throws Error with the output if it fails */
  run(place: Place, args: readonly [string, ...string[]]): Promise<string>;
}

/** The path of `ip` if namespaces can be created; otherwise undefined, with the reason on stderr (an error in CI). */
export function requireNamespaces(): string | undefined {
  if (process.env['WITHOUT_PROGRAMS'] === '1') return undefined;
  if (process.getuid?.() === 0) return requireProgram('ip');
  const reason = 'network namespaces need root';
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and CI=true`);
  process.stderr.write(`skipped: ${reason}\n`);
  return undefined;
}

export async function layCable(ip: string): Promise<Cable> {
  const id = `${process.pid}-${Date.now() % 100_000}`;
  const names = { exporter: `ff-e-${id}`, printers: `ff-p-${id}` };
  const children: ChildProcessByStdio<null, Readable, Readable>[] = [];
  const ipDo = async (...args: readonly string[]): Promise<void> => {
    const { code, output } = await runProgram(ip, args);
    if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${output}`);
  };
  const remove = async (): Promise<void> => {
    const ended = children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'close'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ended);
    // The cable disappears with its first end.
    for (const name of Object.values(names)) await runProgram(ip, ['netns', 'del', name]);
  };
  try {
    await ipDo('netns', 'add', names.exporter);
    await ipDo('netns', 'add', names.printers);
    await ipDo('-n', names.exporter, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'cable', 'netns', names.printers);
    for (const [name, host] of [
      [names.exporter, EXPORTER_HOST],
      [names.printers, PRINTER_HOST],
    ] as const) {
      await ipDo('-n', name, 'addr', 'add', `${host}/24`, 'dev', 'cable');
      await ipDo('-n', name, 'link', 'set', 'lo', 'up');
      await ipDo('-n', name, 'link', 'set', 'cable', 'up');
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    start: (place, args) => {
      const child = spawn(ip, ['netns', 'exec', names[place], ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    },
    run: async (place, args) => {
      const { code, output } = await runProgram(ip, ['netns', 'exec', names[place], ...args]);
      if (code !== 0) throw new Error(`${args.join(' ')}: ${output}`);
      return output;
    },
    [Symbol.asyncDispose]: remove,
  };
}
