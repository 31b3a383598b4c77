// From the configuration file, the command line and the environment to the printers to read.

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';
import { comparableHost, formatAddress, parseAddress } from './address.ts';
import { ConfigError, quoted } from './error.ts';
import { configSchema, FILE_KEYS, MAX_NAME_LENGTH, PRINTER_KEYS, type WrittenPrinter } from './schema.ts';
import { Secret } from './secret.ts';
import { parseYaml } from './yaml.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  readonly file?: string;
  /** `[name=]host[:port]` each. */
  readonly printers: readonly string[];
  readonly env: Environment;
}

/** Environment variable with printers, separated by blanks or commas. */
export const PRINTERS_VARIABLE = 'FLASHFORGE_PRINTERS';

interface Origin {
  /** `printers.yml:3:5` for a key of the printer, or the argument itself. */
  readonly at: (key: PrinterKey) => string;
  readonly config: PrinterConfig;
}

type PrinterKey = keyof WrittenPrinter;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(issue: z.core.$ZodIssue): { readonly path: readonly PropertyKey[]; readonly message: string } {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const [where, allowed] = path.length === 0 ? ['the file', FILE_KEYS] : ['a printer', PRINTER_KEYS];
    // `{check_code:5f3a}` without the blank is one key; what follows the colon is no part of the message.
    const shown = quoted(key.replace(/:.*$/s, ': …'));
    return { path: [...path, key], message: `unknown key ${shown}; ${where} may have ${allowed.join(', ')}` };
  }
  const last = path.at(-1);
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

// The printers take their serial with its prefix only, their screens show it with and without (quirks.md B2).
function withPrefix(serial: string): string {
  return /^SN/i.test(serial) ? serial : `SN${serial}`;
}

function printerConfig(written: WrittenPrinter, checkCode: string | undefined): PrinterConfig {
  const { host, port = DEFAULT_TCP_PORT } = written.address.parsed;
  const serialNumber = written.serial_number;
  return {
    name: written.name ?? written.address.written,
    address: written.address.written,
    ...(written.tcp !== false && port !== 0 && { tcp: { host, port, login: written.login ?? 'auto' } }),
    ...(serialNumber !== undefined &&
      checkCode !== undefined && {
        http: {
          host,
          port: written.http_port ?? DEFAULT_HTTP_PORT,
          serialNumber: withPrefix(serialNumber),
          checkCode: new Secret(checkCode),
        },
      }),
    ...(written.timeout && { timeoutMs: written.timeout.parsed }),
  };
}

/** Reads the text of a configuration file. @throws ConfigError with `file:line:column` */
async function parseFile(text: string, file: string, env: Environment): Promise<Origin[]> {
  const { value = {}, at } = parseYaml(text, file);
  const result = configSchema.safeParse(value);
  if (!result.success) {
    const { issues } = result.error;
    // A misspelt key is missing under its right name as well: say what is there first.
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    if (!issue) throw new ConfigError(`${file}: not understood`);
    const { path, message } = describe(issue);
    throw new ConfigError(`${at(path)}: ${message}`);
  }
  return await Promise.all(
    result.data.printers.map(async (written, index) => {
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

async function readConfigFile(file: string, env: Environment): Promise<Origin[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`--config.file cannot be read: ${reasonOf(error)}`);
  });
  return await parseFile(text, file, env);
}

/** Reads `[name=]host[:port]`. @throws ConfigError */
export function parsePrinter(text: string): PrinterConfig {
  const equals = text.indexOf('=');
  const address = text.slice(equals + 1);
  const name = equals === -1 ? address : text.slice(0, equals);
  if (address === '') throw new ConfigError(`${quoted(text)}: the address is empty; write [name=]host[:port]`);
  if (name.trim() === '' && equals !== -1) throw new ConfigError(`${quoted(text)}: the name before "=" is empty`);
  if (name.length > MAX_NAME_LENGTH) {
    throw new ConfigError(`"${name.slice(0, 20)}…": a name must have at most ${MAX_NAME_LENGTH} characters`);
  }
  const { host, port = DEFAULT_TCP_PORT } = parseAddress(address);
  if (port === 0)
    throw new ConfigError(`${quoted(text)}: port 0 switches TCP off, and HTTP needs a configuration file`);
  return { name, address, tcp: { host, port, login: 'auto' } };
}

function originOf(text: string, where: string): Origin {
  try {
    return { at: () => `${where} ${quoted(text)}`, config: parsePrinter(text) };
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(`${where} ${error.message}`) : error;
  }
}

function endpointsOf({ address, tcp, http }: PrinterConfig): ReadonlySet<string> {
  // The address counts with its TCP side switched off too: it is what /probe is asked for.
  const { host, port = DEFAULT_TCP_PORT } = parseAddress(address);
  const sides = [{ host, port }, ...(tcp ? [tcp] : []), ...(http ? [http] : [])];
  return new Set(sides.map((side) => formatAddress(comparableHost(side.host), side.port)));
}

function checkUnique(origins: readonly Origin[]): void {
  const names = new Map<string, string>();
  const endpoints = new Map<string, string>();
  for (const { at, config } of origins) {
    // Addresses first: where names default to them, the name would be blamed for what nobody wrote.
    for (const endpoint of endpointsOf(config)) {
      const same = endpoints.get(endpoint);
      if (same) throw new ConfigError(`${at('address')}: the address ${endpoint} is taken already, at ${same}`);
      endpoints.set(endpoint, at('address'));
    }
    const sameName = names.get(config.name);
    if (sameName) throw new ConfigError(`${at('name')}: the name "${config.name}" is taken already, at ${sameName}`);
    names.set(config.name, at('name'));
  }
}

/**
 * The printers that the file, the arguments and the environment name, in that order.
 * @throws ConfigError naming the file, line and column, or the argument
 */
export async function loadPrinters({ file, printers, env }: ConfigSources): Promise<readonly PrinterConfig[]> {
  const fromEnvironment = (env[PRINTERS_VARIABLE] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const origins = [
    ...(file === undefined ? [] : await readConfigFile(file, env)),
    ...printers.map((text) => originOf(text, 'argument')),
    ...fromEnvironment.map((text) => originOf(text, `$${PRINTERS_VARIABLE}`)),
  ];
  checkUnique(origins);
  return origins.map(({ config }) => config);
}
