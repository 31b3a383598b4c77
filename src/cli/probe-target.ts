// Which printer `probe` reads, and with which credentials: from its own flags, or from the configuration file.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../common/config-error.ts';
import { reasonOf } from '../common/reason.ts';
import { Secret } from '../common/secret.ts';
import { findByTarget } from '../config/endpoints.ts';
import { loadPrinters, parsePrinter } from '../config/load.ts';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT, type LoginMode, type PrinterConfig } from '../printer/config.ts';
import type { CliContext } from './context.ts';
import type { Written } from './diagnosis.ts';

export interface TargetFlags {
  readonly printer: string;
  readonly 'config.file'?: string | undefined;
  readonly 'serial-number'?: string | undefined;
  readonly 'check-code-file'?: string | undefined;
  readonly login?: LoginMode | undefined;
}

export interface ProbeTarget {
  readonly config: PrinterConfig;
  /** Undefined for a printer of the configuration file, which needs no more lines for it. */
  readonly written?: Written;
}

async function readCheckCode(path: string): Promise<Secret> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`--check-code-file cannot be read: ${reasonOf(error)}`);
  });
  if (text.trim() === '') throw new ConfigError(`--check-code-file: ${path} is empty; write the check code into it`);
  return new Secret(text.trim());
}

function withLogin(config: PrinterConfig, login: LoginMode | undefined): PrinterConfig {
  return config.tcp && login !== undefined ? { ...config, tcp: { ...config.tcp, login } } : config;
}

async function fromFile(file: string, flags: TargetFlags, { env }: CliContext): Promise<PrinterConfig> {
  if (flags['serial-number'] !== undefined || flags['check-code-file'] !== undefined) {
    throw new ConfigError('--serial-number and --check-code-file do not go with --config.file, which has its own');
  }
  const printers = await loadPrinters({ file, printers: [], env: { ...env, FLASHFORGE_PRINTERS: undefined } });
  const { printer } = flags;
  const chosen = findByTarget(printers, (config) => config, printer);
  if (chosen) return chosen;
  const names = printers.map(({ name }) => name).join(', ');
  throw new ConfigError(`${file} has no printer "${printer}"; it has ${names}`);
}

/** An address with the HTTP port, which people copy from other tools, means the printer there. */
function atTcpPort(config: PrinterConfig): PrinterConfig {
  const { tcp, address, name } = config;
  if (tcp?.port !== DEFAULT_HTTP_PORT) return config;
  const moved = { ...tcp, port: DEFAULT_TCP_PORT };
  return { ...config, name: name === address ? tcp.host : name, address: tcp.host, tcp: moved };
}

async function fromFlags(flags: TargetFlags): Promise<ProbeTarget> {
  const config = atTcpPort(parsePrinter(flags.printer));
  const name = config.name === config.address ? undefined : config.name;
  const { 'serial-number': serialNumber, 'check-code-file': file } = flags;
  if (serialNumber === undefined && file === undefined) return { config, written: { name } };
  if (serialNumber === undefined || file === undefined) {
    const [given, missing] =
      file === undefined ? ['serial-number', 'check-code-file'] : ['check-code-file', 'serial-number'];
    throw new ConfigError(`--${given} needs --${missing} beside it`);
  }
  if (serialNumber.trim() === '') throw new ConfigError('--serial-number: must not be empty');
  const host = config.tcp?.host ?? config.address;
  const http = { host, port: DEFAULT_HTTP_PORT, serialNumber, checkCode: await readCheckCode(file) };
  return { config: { ...config, http }, written: { name, checkCodeFile: resolve(file) } };
}

/** The printer that the flags of `probe` mean. @throws ConfigError */
export async function chooseTarget(flags: TargetFlags, context: CliContext): Promise<ProbeTarget> {
  const file = flags['config.file'];
  const target = file === undefined ? await fromFlags(flags) : { config: await fromFile(file, flags, context) };
  return { ...target, config: withLogin(target.config, flags.login) };
}

/** The host of the endpoints that are read. */
export function hostOf({ tcp, http, address }: PrinterConfig): string {
  return tcp?.host ?? http?.host ?? address;
}
