// One read of one printer: all its endpoints at the same time, merged into one Snapshot.

import type { CancelSignal } from '../common/cancellation.ts';
import type { HttpReader } from '../lan-http/read.ts';
import type { HttpSide, PrinterConfig, TcpSide } from '../printer/config.ts';
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

/** What a TCP read has so far: up once it would count as read if it ended now. */
function fromUnfinishedTcp(reading: TcpReading | undefined): EndpointReading {
  return reading?.replies.m119 || reading?.replies.m105 ? fromTcp(reading) : unfinished('tcp');
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

/** The reading of a printer whose every endpoint failed for this reason. */
export function failedReading({ tcp, http }: PrinterConfig, failure: PrinterError): Reading {
  return merge(tcp && { endpoint: { protocol: 'tcp', failure } }, http && { endpoint: { protocol: 'http', failure } });
}

/** Creates the function that reads printers, over the given HTTP client. */
export function createPrinterReader(httpReader: HttpReader): ReadPrinter {
  return async ({ tcp, http }, { identity, tcpHabits: habits, nowMs, trace, onBegin }, signal) => {
    let peekTcp: (() => TcpReading) | undefined;
    let tcpReading: EndpointReading | undefined;
    let httpReading: EndpointReading | undefined;
    const reading = (): Reading =>
      merge(tcp && (tcpReading ?? fromUnfinishedTcp(peekTcp?.())), http && (httpReading ?? unfinished('http')));
    onBegin?.(reading);
    const readsTcp = async (target: TcpSide): Promise<void> => {
      const begun = (peek: () => TcpReading): void => {
        peekTcp = peek;
      };
      const options = { login: target.login, identity, habits, nowMs, trace, onBegin: begun };
      tcpReading = fromTcp(await readTcp(target, options, signal));
    };
    const readsHttp = async (target: HttpSide): Promise<void> => {
      httpReading = await httpReader.readDetail(target, signal, trace).then(fromHttp, failedHttp);
    };
    // Both at the same time: a slow one must not take the other's.
    await Promise.all([tcp && readsTcp(tcp), http && readsHttp(http)]);
    return reading();
  };
}
