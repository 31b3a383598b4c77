// Renders found printers as a file for `--config.file`, with comments for what only their owner knows.

import { Document, stringify } from 'yaml';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT } from '../printer/config.ts';
import { missingCredentials } from '../printer/next-steps.ts';
import type { FoundPrinter } from './found.ts';
import { nameFound } from './names.ts';

const HEADING = ' Printers found by `flashforge-exporter discover`.';
// Keeps long names on one line.
const OPTIONS = { lineWidth: 0 } as const;

interface Named {
  readonly name: string;
  readonly printer: FoundPrinter;
}

/**
 * The configuration file for these printers. The serial number is in a comment, since the file is invalid with a serial number
 * but no check code. A printer without a TCP endpoint cannot be read without its check code, so its whole entry is a comment.
 */
export function renderConfigYaml(printers: readonly FoundPrinter[]): string {
  const names = nameFound(printers, []);
  const named = printers.map((printer, index) => ({ printer, name: names[index] ?? printer.address }));
  const readable = named.filter(({ printer }) => printer.tcp);
  const httpOnly = named.filter(({ printer }) => !printer.tcp);

  const document = new Document();
  const entries = readable.map(({ name, printer }) => {
    const entry = document.createNode({ name, address: writeAddress(printer) });
    const hint = writeHttpHint(printer);
    if (hint !== undefined) entry.comment = hint;
    return entry;
  });
  document.contents = document.createNode({ printers: entries });
  document.commentBefore = HEADING;
  return document.toString(OPTIONS) + writeHttpOnly(httpOnly, readable.length > 0);
}

function writeAddress({ address, tcpPort = DEFAULT_TCP_PORT }: FoundPrinter): string {
  return tcpPort === DEFAULT_TCP_PORT ? address : `${address}:${tcpPort}`;
}

/** Undefined for a printer without an HTTP endpoint: its reply has no serial number. */
function writeHttpHint(printer: FoundPrinter): string | undefined {
  if (printer.serial === undefined) return undefined;
  const hint = `${missingCredentials(printer)}; fill it in and uncomment to read HTTP too:`;
  return prefixLines(`${hint}\n${stringify(httpKeys(printer), OPTIONS)}`, ' ').trimEnd();
}

function writeHttpOnlyEntry({ name, printer }: Named): string {
  const entry = { name, address: printer.address, tcp: false, ...httpKeys(printer) };
  const hint = `${missingCredentials(printer)}; fill it in and uncomment, since this printer is read over HTTP only:`;
  return `${hint}\n${stringify([entry], OPTIONS)}`;
}

/** The entries of printers without a TCP endpoint, commented out. Uncommented they continue the list, or replace an empty one. */
function writeHttpOnly(printers: readonly Named[], hasList: boolean): string {
  if (printers.length === 0) return '';
  const entries = printers.map(writeHttpOnlyEntry).join('');
  if (hasList) return prefixLines(entries, '  # ');
  return `# uncomment the list below in place of the empty one above:\n# printers:\n${prefixLines(entries, '#   ')}`;
}

function httpKeys({ serial = '', httpPort = DEFAULT_HTTP_PORT }: FoundPrinter): object {
  return { serial_number: serial, check_code: '', ...(httpPort !== DEFAULT_HTTP_PORT && { http_port: httpPort }) };
}

/** Prefixes each line of a text. */
function prefixLines(text: string, prefix: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${prefix}${line}\n`)
    .join('');
}
