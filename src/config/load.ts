// From the configuration file, the command line and the environment to the printers to read.

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';
import { formatAddress, parseAddress } from './address.ts';
import { ConfigError } from './error.ts';
import { configSchema, type WrittenPrinter } from './schema.ts';
import { Secret } from './secret.ts';

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
  /** `printers.yml:3:5`, or the argument itself. */
  readonly where: string;
  readonly config: PrinterConfig;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where a path of the schema stands in the file, as `file:line:column`; the key itself where there is one. */
function locate(path: readonly PropertyKey[], document: Document, lines: LineCounter, file: string): string {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String(item.key) === String(step));
      if (!pair) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}

function describe(issue: z.core.$ZodIssue): { readonly path: readonly PropertyKey[]; readonly message: string } {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const where = issue.path.length === 0 ? 'the file' : 'a printer';
    const shape = issue.path.length === 0 ? configSchema : configSchema.shape.printers.unwrap().element;
    return {
      path: [...issue.path, key],
      message: `unknown key "${key}"; ${where} may have ${Object.keys(shape.shape).join(', ')}`,
    };
  }
  const key = issue.path.filter((step) => typeof step === 'string').at(-1);
  return { path: issue.path, message: key === undefined ? issue.message : `${key} ${issue.message}` };
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: not YAML: ${broken.message.split('\n')[0]}`);
  }
  const result = configSchema.safeParse(document.toJS() ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    if (!issue) throw new ConfigError(`${file}: not understood`);
    const { path, message } = describe(issue);
    throw new ConfigError(`${locate(path, document, lines, file)}: ${message}`);
  }
  return await Promise.all(
    result.data.printers.map(async (written, index) => {
      const where = locate(['printers', index], document, lines, file);
      try {
        return { where, config: printerConfig(written, await readCheckCode(written, file, env)) };
      } catch (error) {
        throw error instanceof ConfigError ? new ConfigError(`${where}: ${error.message}`) : error;
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
  if (name === '') throw new ConfigError(`"${text}": the name before "=" is empty`);
  const { host, port = DEFAULT_TCP_PORT } = parseAddress(address);
  if (port === 0) throw new ConfigError(`"${text}": port 0 switches TCP off, and HTTP needs a configuration file`);
  return { name, address, tcp: { host, port, login: 'auto' } };
}

function checkUnique(origins: readonly Origin[]): void {
  const names = new Map<string, string>();
  const endpoints = new Map<string, string>();
  for (const { where, config } of origins) {
    const sameName = names.get(config.name);
    if (sameName) throw new ConfigError(`${where}: the name "${config.name}" is taken already, at ${sameName}`);
    names.set(config.name, where);
    for (const side of [config.tcp, config.http]) {
      if (!side) continue;
      const endpoint = formatAddress(side.host.toLowerCase(), side.port);
      const same = endpoints.get(endpoint);
      if (same) throw new ConfigError(`${where}: the address ${endpoint} is taken already, at ${same}`);
      endpoints.set(endpoint, where);
    }
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
    ...printers.map((text) => ({ where: `argument "${text}"`, config: parsePrinter(text) })),
    ...fromEnvironment.map((text) => ({ where: `$${PRINTERS_VARIABLE} "${text}"`, config: parsePrinter(text) })),
  ];
  checkUnique(origins);
  return origins.map(({ config }) => config);
}
