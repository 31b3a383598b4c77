// The files this project ships for deployments, as the tests read them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../../src/cli/cli.ts';

const root = new URL('../../', import.meta.url);

/** The absolute path of a file of the project. */
export const pathOf = (name: string) => fileURLToPath(new URL(name, root));
export const readText = (name: string) => readFileSync(pathOf(name), 'utf8');

/** Plain data of a YAML file, with merge keys (`<<`) applied. It has to be one document. */
export function readYaml<T>(name: string): T {
  const [document] = readYamls<T>(name);
  if (document === undefined) throw new Error(`${name} is empty`);
  return document;
}

export function readYamls<T>(name: string): T[] {
  return parseYamls<T>(readText(name), name);
}

/** @param name for the message of an error */
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

/** Runs a command line of the exporter in this process. */
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
 * What `--config.check` says to these arguments, with the configuration file found elsewhere: an unknown flag or a
 * value that is not understood is exit code 2.
 */
export function checkArguments(args: readonly string[], configFile: string): Promise<CliRun> {
  const here = args.map((word) => (word.startsWith('--config.file=') ? `--config.file=${configFile}` : word));
  return runExporter([...here, '--config.check']);
}
