// What an examination means: what works, what to do next, and the lines for the configuration file. Pure.

import { stringify } from 'yaml';
import type { FoundPrinter } from '../discovery/found.ts';
import { nextStepOf } from '../printer/advice.ts';
import { DEFAULT_HTTP_PORT, type PrinterConfig } from '../printer/config.ts';
import { missingCredentials, NEXT_STEPS } from '../printer/next-steps.ts';
import type { Examination, PortFinding } from './examine-printer.ts';

export interface Diagnosis {
  /** Whether anything at the address reacted. */
  readonly hostAnswers: boolean;
  /** Sentences, each once. */
  readonly next: readonly string[];
  /** What the HTTP endpoint needs to be read; undefined if it has it, or is not there. */
  readonly missing: string | undefined;
  /** The command that reads the HTTP endpoint too, with a placeholder for what only the owner knows. */
  readonly command: string | undefined;
}

function isOpen(ports: readonly PortFinding[], protocol: PortFinding['protocol']): boolean {
  return ports.some((port) => port.protocol === protocol && port.state === 'open');
}

/** The model in the printer's own words, or in those of its discovery reply. */
export function modelOf({ reading, discovery }: Pick<Examination, 'reading' | 'discovery'>): string | undefined {
  return reading.snapshot.identity?.model ?? discovery?.model;
}

function serialOf({ reading, discovery }: Examination): string | undefined {
  return discovery?.serial ?? reading.snapshot.identity?.serial;
}

/** False if a web server answered in place of the printer. */
function isPrinter({ reading }: Examination): boolean {
  return reading.endpoints.every(({ failure }) => failure?.detail !== 'html');
}

export function diagnose(config: PrinterConfig, examination: Examination): Diagnosis {
  const { ports, reading, discovery } = examination;
  const { endpoints } = reading;
  const model = modelOf(examination);
  const httpOpen = isOpen(ports, 'http');
  const known = { model, port: config.tcp?.port, login: config.tcp?.login, httpOpen };
  // HTTP first: it says more, and a printer that refuses TCP may have only HTTP.
  const inOrder = [...endpoints].sort((a, b) => Number(a.protocol === 'tcp') - Number(b.protocol === 'tcp'));
  const all = inOrder.map((endpoint) => nextStepOf(endpoint, endpoints, known));
  // That TCP refuses matters once HTTP is read.
  const steps = reading.up ? all : all.filter((step) => step !== NEXT_STEPS['no-tcp'].step || all.length === 1);
  const isUnused = httpOpen && !config.http && isPrinter(examination);
  // Where TCP failed, its own step says so.
  if (isUnused && reading.up) steps.push(NEXT_STEPS['http-unused'].step);
  return {
    hostAnswers: discovery !== undefined || ports.some(({ state }) => state === 'open' || state === 'refused'),
    next: [...new Set(steps.filter((step) => step !== undefined))],
    missing: isUnused ? missingCredentials({ serial: serialOf(examination), model }) : undefined,
    command: isUnused ? commandWithCredentials(config, serialOf(examination)) : undefined,
  };
}

function commandWithCredentials({ address }: PrinterConfig, told: string | undefined): string {
  // Anybody on the network can send a discovery reply, and people paste this line into a shell.
  const serial = told !== undefined && /^[\w-]+$/.test(told) ? told : 'SERIAL';
  return `flashforge-exporter probe ${address} --serial-number ${serial} --check-code-file FILE`;
}

/** What the command line has that the configuration file needs. */
export interface Written {
  /** Undefined if the command line has none. */
  readonly name?: string | undefined;
  /** Absolute. */
  readonly checkCodeFile?: string | undefined;
}

// No printer may be named like an address.
function nameFrom(discovery: FoundPrinter | undefined, ownName: string | undefined): string | undefined {
  const name = ownName || discovery?.name || undefined;
  return name !== undefined && /[\p{L}]/u.test(name) ? name : undefined;
}

/**
 * The entry for the configuration file of a printer that was read, as YAML. What is missing to read the HTTP endpoint too is a
 * comment. The check code is named by its file and never printed.
 */
export function configLines(
  config: PrinterConfig,
  written: Written,
  examination: Examination,
  missing: string | undefined,
): string {
  const { reading, discovery } = examination;
  const read = (protocol: string): boolean =>
    reading.endpoints.some((endpoint) => endpoint.protocol === protocol && !endpoint.failure);
  const { tcp, http } = config;
  const isHttpOnly = http !== undefined && read('http') && !read('tcp');
  const name = written.name ?? nameFrom(discovery, reading.snapshot.identity?.name);
  const entry = {
    ...(name !== undefined && { name }),
    address: isHttpOnly ? http.host : config.address,
    ...(isHttpOnly && { tcp: false }),
    ...(http && read('http') && { ...httpKeys(http.serialNumber, written.checkCodeFile), ...portKey(http.port) }),
    ...(!isHttpOnly && tcp && tcp.login !== 'auto' && { login: tcp.login }),
  };
  const lines = stringify({ printers: [entry] }, { lineWidth: 0 });
  if (missing === undefined) return lines;
  const hint = stringify(httpKeys(serialOf(examination), undefined), { lineWidth: 0 });
  return `${lines}${`${missing}\n${hint}`.trimEnd().replace(/^/gm, '    # ')}\n`;
}

function httpKeys(serial = '', checkCodeFile = ''): object {
  return { serial_number: serial, check_code_file: checkCodeFile };
}

function portKey(port: number): object {
  return port === DEFAULT_HTTP_PORT ? {} : { http_port: port };
}
