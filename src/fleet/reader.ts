// One read of one printer: all its endpoints at the same time, merged into one Snapshot.

import type { CancelSignal } from '../common/cancellation.ts';
import type { HttpReader } from '../lan-http/read.ts';
import { type PrinterConfig, protocolsOf } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import type { Trace } from '../printer/exchange.ts';
import { mergeSnapshots } from '../printer/merge.ts';
import type { Identity, Protocol, Snapshot } from '../printer/snapshot.ts';
import type { ReadCommand } from '../tcp/commands.ts';
import type { TcpHabits } from '../tcp/habits.ts';
import { readTcp } from '../tcp/read.ts';
import type { TcpReading, TcpReplies } from '../tcp/replies.ts';
import { snapshotFromTcp } from '../tcp/snapshot.ts';

export interface Endpoint {
  readonly protocol: Protocol;
  /** Why the endpoint was not read; undefined if it was. */
  readonly failure?: PrinterError | undefined;
  /** What this endpoint said the printer is, if it was asked: the two protocols word it differently. */
  readonly identity?: Identity | undefined;
}

export interface Reading {
  /** Whether any endpoint was read. */
  readonly up: boolean;
  readonly snapshot: Snapshot;
  /** Each configured endpoint. */
  readonly endpoints: readonly Endpoint[];
  /** Parts that are missing although their endpoint was read. */
  readonly problems: ReadonlyMap<ReadCommand, PrinterError>;
  /** Commands without any reply. */
  readonly unanswered: ReadonlySet<ReadCommand>;
  /** The parsed TCP replies with their raw text, for callers that show what the printer wrote. */
  readonly replies: TcpReplies;
  /** What is known about the TCP endpoint now, for the next read; undefined if it was not read. */
  readonly tcpHabits?: TcpHabits | undefined;
}

export interface ReadOptions {
  /** Whether to ask what the printer is, besides its state. */
  readonly identity: boolean;
  /** What earlier reads have learned about the TCP endpoint; by default nothing. */
  readonly tcpHabits?: TcpHabits | undefined;
  /** Milliseconds since 1970; by default the system's time. */
  readonly nowMs?: number | undefined;
  /** Called after each exchange with the printer. */
  readonly trace?: Trace | undefined;
  /** Called once at the start, with a function that returns what has been read so far. */
  readonly onBegin?: ((peek: () => Reading) => void) | undefined;
}

/** Reads a printer. Settles soon after the signal fires, and never throws because of what a printer does. */
export type ReadPrinter = (config: PrinterConfig, options: ReadOptions, signal: CancelSignal) => Promise<Reading>;

/** What came from one endpoint. */
interface EndpointReading {
  readonly endpoint: Endpoint;
  readonly snapshot?: Snapshot;
  readonly tcp?: TcpReading;
  readonly habits?: TcpHabits;
}

/** Reads one endpoint; undefined if the printer has none of that protocol. */
type ReadEndpoint = (
  config: PrinterConfig,
  options: Omit<ReadOptions, 'onBegin'> & { readonly onBegin: (peek: () => EndpointReading) => void },
  signal: CancelSignal,
) => Promise<EndpointReading> | undefined;

function fromTcp(tcp: TcpReading): EndpointReading {
  if (tcp.failure) return { endpoint: { protocol: 'tcp', failure: tcp.failure }, habits: tcp.habits };
  const snapshot = snapshotFromTcp(tcp.replies);
  return { endpoint: { protocol: 'tcp', identity: snapshot.identity }, snapshot, tcp, habits: tcp.habits };
}

function fromHttp(snapshot: Snapshot): EndpointReading {
  return { endpoint: { protocol: 'http', identity: snapshot.identity }, snapshot };
}

function failedHttp(failure: unknown): EndpointReading {
  if (!(failure instanceof PrinterError)) throw failure;
  return { endpoint: { protocol: 'http', failure } };
}

/** The reading of a printer whose every endpoint failed for this reason. */
export function failedReading(config: PrinterConfig, failure: PrinterError): Reading {
  return merge(protocolsOf(config).map((protocol) => ({ endpoint: { protocol, failure } })));
}

/** What a TCP read has so far: up once it would count as read if it ended now. */
function fromUnfinishedTcp(reading: TcpReading): EndpointReading {
  const { m119, m105 } = reading.replies;
  return m119 || m105 ? fromTcp(reading) : unfinished('tcp');
}

function unfinished(protocol: Protocol): EndpointReading {
  return { endpoint: { protocol, failure: new PrinterError('timeout', 'the printer did not answer in time') } };
}

function merge(parts: readonly EndpointReading[]): Reading {
  const snapshotOf = (wanted: Protocol): Snapshot | undefined =>
    parts.find(({ endpoint }) => endpoint.protocol === wanted)?.snapshot;
  const tcp = parts.find((part) => part.tcp)?.tcp;
  return {
    up: parts.some(({ endpoint }) => !endpoint.failure),
    snapshot: mergeSnapshots(snapshotOf('tcp'), snapshotOf('http')),
    endpoints: parts.map(({ endpoint }) => endpoint),
    problems: tcp?.problems ?? new Map(),
    unanswered: tcp?.unanswered ?? new Set(),
    replies: tcp?.replies ?? {},
    tcpHabits: parts.find((part) => part.habits)?.habits,
  };
}

/** Creates the function that reads printers, over the given HTTP client. */
export function createPrinterReader(http: HttpReader): ReadPrinter {
  const readers: Readonly<Record<Protocol, ReadEndpoint>> = {
    tcp: ({ tcp }, { identity, tcpHabits: habits, nowMs, trace, onBegin }, signal) =>
      tcp &&
      readTcp(
        tcp,
        {
          login: tcp.login,
          identity,
          habits,
          nowMs,
          trace,
          onBegin: (peek) => onBegin(() => fromUnfinishedTcp(peek())),
        },
        signal,
      ).then(fromTcp),
    http: ({ http: detail }, { trace }, signal) =>
      detail && http.readDetail(detail, signal, trace).then(fromHttp, failedHttp),
  };
  return async (config, { onBegin, ...common }, signal) => {
    const protocols = protocolsOf(config);
    const peeks = new Map<Protocol, () => EndpointReading>();
    onBegin?.(() => merge(protocols.map((protocol) => peeks.get(protocol)?.() ?? unfinished(protocol))));
    const parts = await Promise.all(
      protocols.map(async (protocol) => {
        const options = { ...common, onBegin: (peek: () => EndpointReading) => peeks.set(protocol, peek) };
        const part = (await readers[protocol](config, options, signal)) ?? unfinished(protocol);
        peeks.set(protocol, () => part);
        return part;
      }),
    );
    return merge(parts);
  };
}
