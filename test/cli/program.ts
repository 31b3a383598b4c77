// The program as people run it: compiled, in a process of its own.

import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTranscript } from './run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Program extends AsyncDisposable {
  /** The compiled main.js. */
  readonly main: string;
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): RunningProgram;
  /** Starts it as `npm start` does: in a shell, which is the child that signals reach. */
  startInShell(argv: readonly string[]): RunningProgram;
  /** Starts it and sends this signal while it loads, which takes seconds on a slow disk. */
  startSignalled(signal: NodeJS.Signals, argv: readonly string[]): Promise<RunningProgram>;
}

export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningProgram extends AsyncDisposable {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  see(stream: 'out' | 'err', pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<ProgramEnd>;
}

const STDIO: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];

/** Compiles src/ into a temporary folder, since something else may be building dist/ at the same time. */
export async function buildProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-exporter-'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = join(ROOT, 'tsconfig.build.json');
  await promisify(execFile)(process.execPath, [tsc, '-p', project, '--outDir', join(folder, 'dist')]);
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await writeFile(join(folder, 'dist/revision.txt'), 'abc1234\n');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const main = join(folder, 'dist/main.js');
  return {
    main,
    start: (argv, env = {}) => startProgram(main, argv, env),
    startInShell: (argv) => {
      // The second command keeps the shell from replacing itself with the first one.
      const command = `'${process.execPath}' '${main}' ${argv.join(' ')}; exit $?`;
      return follow(spawn('sh', ['-c', command], { stdio: STDIO, env: { npm_lifecycle_event: 'start' } }));
    },
    startSignalled: async (signal, argv) => {
      const copy = join(folder, `dist-${signal}-${argv[0]}`);
      await cp(join(folder, 'dist'), copy, { recursive: true });
      // A signal listener does not keep the process alive, so a timer does.
      await appendFile(
        join(copy, 'cli/cli.js'),
        `process.kill(process.pid, '${signal}');
        const waiting = setInterval(() => {}, 1000);
        await new Promise((resolve) => process.once('${signal}', resolve));
        clearInterval(waiting);`,
      );
      return startProgram(join(copy, 'main.js'), argv, {});
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function startProgram(main: string, argv: readonly string[], env: Readonly<Record<string, string>>): RunningProgram {
  return follow(spawn(process.execPath, [main, ...argv], { stdio: STDIO, env }));
}

function follow(child: RunningProgram['child']): RunningProgram {
  const streams = { out: createTranscript(), err: createTranscript() };
  child.stdout.setEncoding('utf8').on('data', streams.out.write);
  child.stderr.setEncoding('utf8').on('data', streams.err.write);
  const ended = once(child, 'close').then(() => {
    streams.out.end();
    streams.err.end();
    return { exitCode: child.exitCode, signal: child.signalCode, out: streams.out.text, err: streams.err.text };
  });
  return {
    child,
    see: (stream, pattern) => streams[stream].see(pattern),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
