// Programs of other projects that tests run. If one is not on the PATH, the test is skipped and the reason is printed.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The path of the first of these programs that is installed. If none is, returns undefined and prints the reason on stderr;
 * in CI (CI=true) it throws, since a skipped test would look like a passed one. WITHOUT_PROGRAMS=1 skips these tests on
 * purpose: the programs behave the same on every version of Node.js.
 */
export function requireProgram(...names: [string, ...string[]]): string | undefined {
  if (process.env['WITHOUT_PROGRAMS'] === '1') return undefined;
  for (const name of names) {
    const path = findOnPath(name);
    if (path !== undefined) return path;
  }
  const reason = `${names.join(' or ')} is not installed`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and CI=true`);
  process.stderr.write(`skipped: ${reason}\n`);
  return undefined;
}

function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface Run {
  code: number | null;
  /** stdout and stderr, interleaved. */
  output: string;
}

/** Runs a program until it exits. A non-zero exit code does not reject. */
export function runProgram(path: string, args: readonly string[], signal?: AbortSignal): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
