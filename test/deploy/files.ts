// Helpers to read the files of the project and to run the exporter's command line.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../../src/cli/cli.ts';

const root = new URL('../../', import.meta.url);

/** The absolute path of a project file. */
export const pathOf = (name: string) => fileURLToPath(new URL(name, root));
export const readText = (name: string) => readFileSync(pathOf(name), 'utf8');

/** The data of a YAML file with one document, with merge keys (`<<`) applied. */
export function readYaml<T>(name: string): T {
  const [document] = readYamls<T>(name);
  if (document === undefined) throw new Error(`${name} is empty`);
  return document;
}

export function readYamls<T>(name: string): T[] {
  return parseYamls<T>(readText(name), name);
}

/** @param name for error messages */
export function parseYamls<T>(text: string, name: string): T[] {
  return parseAllDocuments(text, { merge: true, logLevel: 'error' }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${name}: ${document.errors.join('; ')}`);
    return document.toJS() as T;
  });
}

export interface PackageJson {
  version: string;
  scripts: Record<string, string>;
}
export const readPackage = () => JSON.parse(readText('package.json')) as PackageJson;

export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** Runs a command of the exporter in this process. */
export async function runExporter(
  args: readonly string[],
  stop = new AbortController().signal,
  onOut: (text: string) => void = () => {},
  now: () => number = Date.now,
): Promise<CliRun> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    env: {},
    writeOut: (text) => {
      out += text;
      onOut(text);
    },
    writeErr: (text) => {
      err += text;
    },
    stop,
    now,
  });
  return { code, out, err };
}

/**
 * Runs `--config.check` with these arguments and another configuration file. An unknown flag or an invalid value gives
 * exit code 2.
 */
export function checkArguments(args: readonly string[], configFile: string): Promise<CliRun> {
  const replaced = args.map((word) => (word.startsWith('--config.file=') ? `--config.file=${configFile}` : word));
  return runExporter([...replaced, '--config.check']);
}
