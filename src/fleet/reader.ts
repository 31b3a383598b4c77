// One read of one printer: all its endpoints at the same time, merged into one Snapshot.

import type { CancelSignal } from '../common/cancellation.ts';
import type { Ongoing } from '../common/ongoing.ts';
import type { HttpReader } from '../lan-http/read.ts';
import type { HttpSide, PrinterConfig } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import type { Trace } from '../printer/exchange.ts';
import { mergeSnapshots } from '../printer/merge.ts';
import type { Identity, Protocol, Snapshot } from '../printer/snapshot.ts';
import type { ReadCommand } from '../tcp/commands.ts';
import type { TcpHabits } from '../tcp/habits.ts';
import { readTcp } from '../tcp/read.ts';
import { ALL_ANSWERED, NO_PROBLEMS, type TcpReading, type TcpReplies } from '../tcp/replies.ts';
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
}

/** Begins to read a printer. The read is over soon after the signal fires, and never fails because of what a printer does. */
export type ReadPrinter = (config: PrinterConfig, options: ReadOptions, signal: CancelSignal) => Ongoing<Reading>;

/** What came from one endpoint. */
interface EndpointReading {
  readonly endpoint: Endpoint;
  readonly snapshot?: Snapshot;
  readonly tcp?: TcpReading;
  readonly habits?: TcpHabits;
}

function fromTcp(tcp: TcpReading): EndpointReading {
  const { failure, replies, habits } = tcp;
  if (failure) return { endpoint: { protocol: 'tcp', failure }, habits };
  // The read goes on: what makes it count as read is still to come.
  if (!replies.m119 && !replies.m105) return unfinished('tcp');
  const snapshot = snapshotFromTcp(replies);
  return { endpoint: { protocol: 'tcp', identity: snapshot.identity }, snapshot, tcp, habits };
}

function fromHttp(snapshot: Snapshot): EndpointReading {
  return { endpoint: { protocol: 'http', identity: snapshot.identity }, snapshot };
}

function failedHttp(failure: unknown): EndpointReading {
  if (!(failure instanceof PrinterError)) throw failure;
  return { endpoint: { protocol: 'http', failure } };
}

function unfinished(protocol: Protocol): EndpointReading {
  return { endpoint: { protocol, failure: new PrinterError('timeout', 'the printer did not answer in time') } };
}

/** Joins what came from each endpoint that the printer has. */
function merge(tcp: EndpointReading | undefined, http: EndpointReading | undefined): Reading {
  const endpoints: Endpoint[] = [];
  if (tcp) endpoints.push(tcp.endpoint);
  if (http) endpoints.push(http.endpoint);
  return {
    up: endpoints.some(({ failure }) => !failure),
    snapshot: mergeSnapshots(tcp?.snapshot, http?.snapshot),
    endpoints,
    problems: tcp?.tcp?.problems ?? NO_PROBLEMS,
    unanswered: tcp?.tcp?.unanswered ?? ALL_ANSWERED,
    replies: tcp?.tcp?.replies ?? {},
    tcpHabits: tcp?.habits,
  };
}

/** The reading of a printer whose read a fault of the exporter has ended. */
export function faultyReading({ tcp, http }: PrinterConfig): Reading {
  const failure = new PrinterError('protocol', 'a fault in the exporter; see its log', { detail: 'own_fault' });
  return merge(tcp && { endpoint: { protocol: 'tcp', failure } }, http && { endpoint: { protocol: 'http', failure } });
}

function beginHttp(
  reader: HttpReader,
  target: HttpSide,
  trace: Trace | undefined,
  signal: CancelSignal,
): Ongoing<EndpointReading> {
  let whole: EndpointReading | undefined;
  const over = reader
    .readDetail(target, signal, trace)
    .then(fromHttp, failedHttp)
    .then((reading) => {
      whole = reading;
    });
  return { over, soFar: () => whole ?? unfinished('http') };
}

// Most printers have one endpoint, and a thousand may be read at once: no promise more than it takes.
function allOver(tcp: Promise<void> | undefined, http: Promise<void> | undefined): Promise<void> {
  return tcp && http ? Promise.all([tcp, http]).then(() => {}) : (tcp ?? http ?? Promise.resolve());
}

/** Creates the function that reads printers, over the given HTTP client. */
export function createPrinterReader(httpReader: HttpReader): ReadPrinter {
  return ({ tcp, http }, { identity, tcpHabits: habits, nowMs, trace }, signal) => {
    // Both at the same time: a slow one must not take the other's.
    const tcpRead = tcp && readTcp(tcp, { login: tcp.login, identity, habits, nowMs, trace }, signal);
    const httpRead = http && beginHttp(httpReader, http, trace, signal);
    return {
      over: allOver(tcpRead?.over, httpRead?.over),
      soFar: () => merge(tcpRead && fromTcp(tcpRead.soFar()), httpRead?.soFar()),
    };
  };
}
