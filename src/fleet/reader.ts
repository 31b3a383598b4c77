// One read of one printer: its sides at the same time, merged into one Snapshot.

import type { CancelSignal } from '../common/cancellation.ts';
import type { HttpReader } from '../lan-http/read.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import { mergeSnapshots } from '../printer/merge.ts';
import type { Identity, Protocol, Snapshot } from '../printer/snapshot.ts';
import type { ReadCommand } from '../tcp/commands.ts';
import { readTcp, type TcpReading, type TcpReplies } from '../tcp/read.ts';
import { snapshotFromTcp } from '../tcp/snapshot.ts';

export interface Endpoint {
  readonly protocol: Protocol;
  /** Why this side was not read; undefined when it was. */
  readonly failure?: PrinterError;
  /** What this side said the printer is, where it was asked: the two sides word it differently. */
  readonly identity?: Identity;
}

export interface Reading {
  /** Whether any side was read. */
  readonly up: boolean;
  readonly snapshot: Snapshot;
  /** Each configured side. */
  readonly endpoints: readonly Endpoint[];
  /** Parts of a side that was read which are missing all the same. */
  readonly problems: ReadonlyMap<ReadCommand, PrinterError>;
  /** Commands that got no reply at all. */
  readonly unanswered: ReadonlySet<ReadCommand>;
  /** The parsed TCP replies with their raw texts, for those who show what the printer wrote. */
  readonly replies: TcpReplies;
}

export interface ReadOptions {
  /** Whether to ask what the printer is, beside how it is. */
  readonly identity: boolean;
}

/** Reads a printer; settles soon after the signal fires and never throws for what a printer does. */
export type ReadPrinter = (config: PrinterConfig, options: ReadOptions, signal: CancelSignal) => Promise<Reading>;

interface Side {
  readonly endpoint: Endpoint;
  readonly snapshot?: Snapshot;
  readonly replies?: TcpReplies;
  readonly problems?: ReadonlyMap<ReadCommand, PrinterError>;
  readonly unanswered?: ReadonlySet<ReadCommand>;
}

function tcpSideOf({ replies, problems, unanswered, failure }: TcpReading): Side {
  if (failure) return { endpoint: { protocol: 'tcp', failure } };
  const snapshot = snapshotFromTcp(replies);
  return { endpoint: endpointOf('tcp', snapshot), snapshot, replies, problems, unanswered };
}

function httpSideOf(snapshot: Snapshot): Side {
  return { endpoint: endpointOf('http', snapshot), snapshot };
}

function endpointOf(protocol: Protocol, { identity }: Snapshot): Endpoint {
  return identity ? { protocol, identity } : { protocol };
}

function failedHttpSide(failure: unknown): Side {
  if (!(failure instanceof PrinterError)) throw failure;
  return { endpoint: { protocol: 'http', failure } };
}

/** The reading of a printer whose every side failed for this reason. */
export function failedReading({ tcp, http }: PrinterConfig, failure: PrinterError): Reading {
  const protocols = [tcp && ('tcp' as const), http && ('http' as const)].filter((protocol) => protocol !== undefined);
  return {
    up: false,
    snapshot: {},
    endpoints: protocols.map((protocol) => ({ protocol, failure })),
    problems: new Map(),
    unanswered: new Set(),
    replies: {},
  };
}

function readingOf(sides: readonly Side[]): Reading {
  const sideOf = (wanted: Protocol): Side | undefined => sides.find(({ endpoint }) => endpoint.protocol === wanted);
  const [tcp, http] = [sideOf('tcp'), sideOf('http')];
  return {
    up: sides.some((side) => !side.endpoint.failure),
    snapshot: mergeSnapshots(tcp?.snapshot, http?.snapshot),
    endpoints: sides.map((side) => side.endpoint),
    problems: tcp?.problems ?? new Map(),
    unanswered: tcp?.unanswered ?? new Set(),
    replies: tcp?.replies ?? {},
  };
}

/** Makes the function that reads printers, over the HTTP client given. */
export function createPrinterReader(http: HttpReader): ReadPrinter {
  return async ({ tcp, http: detail }, { identity }, signal) => {
    const sides: Promise<Side>[] = [];
    if (tcp) sides.push(readTcp(tcp, { login: tcp.login, identity }, signal).then(tcpSideOf));
    if (detail) sides.push(http.readDetail(detail, signal).then(httpSideOf, failedHttpSide));
    return readingOf(await Promise.all(sides));
  };
}
