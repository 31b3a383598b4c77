// Reads the configuration file. Loaded on demand, because it brings the YAML parser and the schema with it.

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigError, quoted } from '../common/config-error.ts';
import { reasonOf } from '../common/reason.ts';
import { Secret } from '../common/secret.ts';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';
import { checkYaml, type Problem, shownKey } from './check.ts';
import type { Environment, Origin } from './origin.ts';
import { configSchema, FILE_KEYS, PRINTER_KEYS, type PrinterKey, type WrittenPrinter } from './schema.ts';
import { parseYaml } from './yaml.ts';

function describe(issue: z.core.$ZodIssue): Problem {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const [where, allowed] = path.length === 0 ? ['the file', FILE_KEYS] : ['a printer', PRINTER_KEYS];
    return { path: [...path, key], message: `unknown key ${shownKey(key)}; ${where} may have ${allowed.join(', ')}` };
  }
  const last = path.at(-1);
  // The name of a label is wrong, not its value.
  if (issue.code === 'invalid_key') {
    const [reason] = issue.issues;
    return { path, message: `${quoted(String(last))} ${reason?.message ?? 'is not a label name'}` };
  }
  const subject = last === undefined ? 'the file' : typeof last === 'number' ? 'a printer' : String(last);
  return { path, message: `${subject} ${issue.message}` };
}

function checkCodeKey(written: WrittenPrinter): PrinterKey {
  if (written.check_code_file !== undefined) return 'check_code_file';
  return written.check_code_env !== undefined ? 'check_code_env' : 'check_code';
}

async function readCheckCode(written: WrittenPrinter, file: string, env: Environment): Promise<string | undefined> {
  if (written.check_code_file !== undefined) {
    const path = resolve(dirname(file), written.check_code_file);
    const code = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new ConfigError(`check_code_file cannot be read: ${reasonOf(error)}`);
    });
    if (code.trim() === '') throw new ConfigError(`check_code_file ${path} is empty`);
    return code.trim();
  }
  if (written.check_code_env !== undefined) {
    const code = env[written.check_code_env]?.trim();
    if (!code) throw new ConfigError(`check_code_env: the environment variable ${written.check_code_env} is not set`);
    return code;
  }
  return written.check_code;
}

function printerConfig(written: WrittenPrinter, checkCode: string | undefined): PrinterConfig {
  const { host, port = DEFAULT_TCP_PORT } = written.address.parsed;
  const serialNumber = written.serial_number;
  return {
    name: written.name ?? written.address.written,
    address: written.address.written,
    tcp: written.tcp === false || port === 0 ? undefined : { host, port, login: written.login ?? 'auto' },
    http:
      serialNumber === undefined || checkCode === undefined
        ? undefined
        : { host, port: written.http_port ?? DEFAULT_HTTP_PORT, serialNumber, checkCode: new Secret(checkCode) },
    timeoutMs: written.timeout?.parsed,
    labels: written.labels,
  };
}

async function parseFile(text: string, file: string, env: Environment): Promise<Origin[]> {
  const yaml = parseYaml(text, file);
  const { at } = yaml;
  const { printers } = checkYaml(configSchema, yaml, describe);
  return await Promise.all(
    printers.map(async (written, index) => {
      const atKey = (key: PrinterKey): string => at(['printers', index, key]);
      try {
        return { at: atKey, config: printerConfig(written, await readCheckCode(written, file, env)) };
      } catch (error) {
        throw error instanceof ConfigError
          ? new ConfigError(`${atKey(checkCodeKey(written))}: ${error.message}`)
          : error;
      }
    }),
  );
}

/** Reads the configuration file. @throws ConfigError with `file:line:column` */
export async function readConfigFile(file: string, env: Environment, isReload: boolean): Promise<Origin[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`--config.file cannot be read: ${reasonOf(error)}`);
  });
  // A full disk or an editor at work leaves an empty file, which must not cost every printer its history.
  if (isReload && text.trim() === '') throw new ConfigError(`${file} is empty; write printers: [] for none`);
  return await parseFile(text, file, env);
}
