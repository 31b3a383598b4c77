// What `probe` prints: the findings, what to do next, and lines for the configuration file; for people or as JSON.

import { isIPv4 } from 'node:net';
import { printable } from '../common/log.ts';
import type { PrinterConfig } from '../printer/config.ts';
import type { Protocol } from '../printer/snapshot.ts';
import type { PortState } from '../tcp/port-check.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Examination, PortFinding } from './examine-printer.ts';
import { type Row, readingRows } from './reading-text.ts';

export interface Report {
  readonly config: PrinterConfig;
  readonly host: string;
  readonly examination: Examination;
  readonly diagnosis: Diagnosis;
  /** YAML; undefined if the printer was not read, or is in the configuration file already. */
  readonly configLines: string | undefined;
}

const STATE_WORDS: Readonly<Record<PortState, string>> = {
  open: 'open',
  refused: 'refused',
  unreachable: 'unreachable',
  silent: 'no answer',
};

const PROTOCOL_WORDS: Readonly<Record<Protocol, string>> = { tcp: 'TCP', http: 'HTTP' };

function portRow({ protocol, port, state }: PortFinding, { examination, diagnosis }: Report): Row {
  const endpoint = examination.reading.endpoints.find((one) => one.protocol === protocol);
  const label = `${PROTOCOL_WORDS[protocol]} ${port}`;
  if (state !== 'open') return [label, STATE_WORDS[state]];
  if (endpoint) return [label, endpoint.failure ? `open, not read: ${endpoint.failure.code}` : 'open, read'];
  return [
    label,
    `open, not read: ${(protocol === 'http' && diagnosis.missing) || 'switched off in the configuration'}`,
  ];
}

function discoveryText({ discovery: found, addresses }: Examination): string {
  // UDP discovery is IPv4 only.
  if (!found) return addresses.some(isIPv4) ? 'no reply' : 'not asked over IPv6';
  const serial = found.serial === undefined ? '' : `, serial number ${found.serial}`;
  const name = found.name === '' ? '' : ` "${found.name}"`;
  return `${found.model ?? 'unknown model'}${name}${serial}`;
}

function rowsOf(report: Report): readonly Row[] {
  const { config, host, examination, diagnosis } = report;
  const { addresses, reading, ports } = examination;
  const readOver = reading.endpoints.flatMap(({ protocol, failure }) => (failure ? [] : [protocol])).join(', ');
  return [
    ['printer', printable(config.name)],
    ['address', config.address],
    ['resolves to', addresses.includes(host) ? undefined : addresses.join(', ')],
    ['host', diagnosis.hostAnswers ? 'answers' : 'does not answer'],
    ...ports.map((port) => portRow(port, report)),
    ['discovery', discoveryText(examination)],
    ['read over', readOver || 'nothing'],
    ...readingRows(reading),
  ];
}

/** One line per fact, then what to do next. */
export function formatReportTable(report: Report): string {
  const { diagnosis, configLines } = report;
  const rows = rowsOf(report).filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('');
  const command = diagnosis.command === undefined ? [] : [`try: ${diagnosis.command}\n`];
  const next = [...diagnosis.next.map((step) => `next: ${step}\n`), ...command].join('');
  const lines = configLines === undefined ? '' : `\n# for --config.file:\n${configLines}`;
  return `${table}${next === '' ? '' : `\n${next}`}${lines}`;
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Error && 'code' in value) return { code: value.code, message: value.message };
  return value;
}

/** The same as JSON, with the printer's raw text, for programs and bug reports. */
export function formatReportJson({ config, host, examination, diagnosis, configLines }: Report): string {
  const { reading, addresses, ports, discovery } = examination;
  const { hostAnswers, next } = diagnosis;
  const report = {
    name: config.name,
    address: config.address,
    ...reading,
    host: { name: host, addresses, answers: hostAnswers },
    ports,
    discovery,
    missing: diagnosis.missing,
    next,
    command: diagnosis.command,
    config: configLines,
  };
  return `${JSON.stringify(report, plain, 2)}\n`;
}
