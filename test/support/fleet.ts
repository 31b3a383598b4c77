// Printers and fleets for tests: readings made by hand, a reader that the test controls, and the real reader.

import type { CancelSignal } from '../../src/common/cancellation.ts';
import { createLogger, type Logger } from '../../src/common/log.ts';
import type { Ongoing } from '../../src/common/ongoing.ts';
import { Secret } from '../../src/common/secret.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import { Printer, type PrinterDependencies } from '../../src/fleet/printer.ts';
import { createPrinterReader, type Reading, type ReadOptions, type ReadPrinter } from '../../src/fleet/reader.ts';
import { createHttpReader } from '../../src/lan-http/read.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import { type FailureCode, PrinterError } from '../../src/printer/errors.ts';
import type { Protocol, Snapshot } from '../../src/printer/snapshot.ts';
import type { SimulatedPrinter } from '../../src/simulator/printer.ts';
import { createDeferred } from './deferred.ts';

/** Reads real sockets. */
export const readSockets: ReadPrinter = createPrinterReader(createHttpReader());

/** A read that the test completes. */
export interface PendingRead {
  readonly config: PrinterConfig;
  readonly options: ReadOptions;
  readonly signal: CancelSignal;
  /** Shows this to whoever leaves before the answer. */
  show(part: Reading): void;
  answer(reading: Reading): void;
  fail(error: Error): void;
}

export interface ReaderByHand {
  readonly read: ReadPrinter;
  /** In the order in which they started. */
  readonly reads: readonly PendingRead[];
}

/** A reader whose reads wait for the test, or return `answer` immediately if it is given. */
export function readByHand(answer?: (options: ReadOptions) => Reading): ReaderByHand {
  const reads: PendingRead[] = [];
  const read: ReadPrinter = (config, options, signal) => {
    const { promise: over, resolve, reject } = createDeferred();
    let soFar = failedReading({ tcp: 'timeout' });
    const show = (reading: Reading): void => {
      soFar = reading;
    };
    const end = (reading: Reading): void => {
      show(reading);
      resolve();
    };
    reads.push({ config, options, signal, show, answer: end, fail: reject });
    if (answer) end(answer(options));
    return { over, soFar: () => soFar };
  };
  return { read, reads };
}

/** A complete reading of one endpoint, which is also the source of the snapshot's identity. */
export function readingOf(snapshot: Snapshot, protocol: Protocol = 'tcp'): Reading {
  const { identity } = snapshot;
  return {
    up: true,
    snapshot,
    endpoints: [{ protocol, ...(identity && { identity }) }],
    problems: new Map(),
    unanswered: new Set(),
    replies: protocol === 'tcp' && identity ? { m115: {} } : {},
  };
}

/** A read that is over at once. */
export function ended(reading: Reading): Ongoing<Reading> {
  return { over: Promise.resolve(), soFar: () => reading };
}

/** A reading in which every endpoint failed, each with its code. */
export function failedReading(codes: Partial<Record<Protocol, FailureCode>>): Reading {
  const endpoints = (['tcp', 'http'] as const).flatMap((protocol) => {
    const code = codes[protocol];
    return code ? [{ protocol, failure: new PrinterError(code, `${protocol} says ${code}`) }] : [];
  });
  return { up: false, snapshot: {}, endpoints, problems: new Map(), unanswered: new Set(), replies: {} };
}

export interface LogLines {
  readonly log: Logger;
  /** Without `time=`. */
  readonly lines: readonly string[];
}

export function collectLog(level: 'debug' | 'info' = 'info'): LogLines {
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line.trimEnd().replace(/^time=\S+ /, ''));
  };
  return { log: createLogger({ level, format: 'logfmt', write, now: () => 0 }), lines };
}

export interface Clock {
  nowMs: number;
}

type Dependencies = Partial<PrinterDependencies> & { readonly clock?: Clock };

function complete({ clock = { nowMs: 1_700_000_000_000 }, ...dependencies }: Dependencies): PrinterDependencies {
  return {
    read: readSockets,
    log: collectLog().log,
    now: () => clock.nowMs,
    monotonicSeconds: () => clock.nowMs / 1000,
    ...dependencies,
  };
}

export function createPrinter(config: PrinterConfig, dependencies: Dependencies = {}): Printer {
  return new Printer(config, complete(dependencies));
}

export function createFleet(configs: readonly PrinterConfig[], dependencies: Dependencies = {}): Fleet {
  return new Fleet(configs, complete(dependencies));
}

/** A printer at a documentation address: only for readers made by hand. */
export function configNamed(name: string, more: Partial<PrinterConfig> = {}): PrinterConfig {
  return { name, address: '192.0.2.1', tcp: { host: '192.0.2.1', port: 8899, login: 'auto' }, ...more };
}

/** The configuration of a simulated printer with these endpoints. */
export function configOf(printer: SimulatedPrinter, protocols: readonly Protocol[] = ['tcp']): PrinterConfig {
  const { name, host, tcpPort, httpPort, serialNumber, checkCode } = printer;
  return {
    name,
    address: `${host}:${tcpPort ?? httpPort ?? 0}`,
    ...(protocols.includes('tcp') && tcpPort !== undefined && { tcp: { host, port: tcpPort, login: 'auto' } }),
    ...(protocols.includes('http') &&
      httpPort !== undefined && { http: { host, port: httpPort, serialNumber, checkCode: new Secret(checkCode) } }),
  };
}
