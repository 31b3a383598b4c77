// Programs of other projects that tests run: found on the PATH, or the test is skipped with the reason.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The path of a program, by the first of its names that is installed. Undefined, with the reason on stderr, when there is
 * none; in CI (CI=true) that is an error, since a skipped test would look like a passed one. WITHOUT_PROGRAMS=1 leaves
 * these tests out on purpose: what the programs do does not depend on the version of Node.js.
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
  /** stdout and stderr in the order they came. */
  output: string;
}

/** Runs a program to its end. A code other than 0 is an answer, not an error. */
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
