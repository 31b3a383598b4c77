// One read of a printer's HTTP side: POST /detail on a connection of its own. The only file here that opens sockets.

import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { type buildConnector, Client } from 'undici';
import type { Secret } from '../config/secret.ts';
import { errnoOf, fromSocketError, PrinterError } from '../printer/errors.ts';
import type { Snapshot } from '../printer/snapshot.ts';
import { parseDetail } from './detail.ts';
import { openEnvelope, parseJson } from './envelope.ts';

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** With or without its `SN` prefix. */
  readonly serialNumber: string;
  readonly checkCode: Secret;
}

export interface HttpLimits {
  /** For name resolution and connecting together, as over TCP. The answer has the whole deadline: quirks.md B5. */
  readonly connectMs: number;
  readonly bodyBytes: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = { connectMs: 3000, bodyBytes: 256 * 1024 };

export interface HttpReader {
  /**
   * Reads a printer. Nothing stays open when it settles, which is soon after the signal fires.
   * @throws PrinterError any code but denied; its message never holds the check code
   */
  readDetail(target: HttpTarget, signal: AbortSignal): Promise<Snapshot>;
}

interface Dialer {
  readonly connect: buildConnector.connector;
  /** What is still waited for: a name's address or a connection. */
  waitingFor(): 'address' | 'connection';
  destroy(): void;
}

// undici's own connector cannot tell a hanging look-up from a hanging connect, and its requests do not heed an abort before
// they are connected: the socket has to.
function createDialer({ host, port }: HttpTarget, connectMs: number, signal: AbortSignal): Dialer {
  const sockets = new Set<Socket>();
  let isResolved = isIP(host) !== 0;
  return {
    connect: (_options, callback) => {
      const expiry = AbortSignal.timeout(connectMs);
      const socket = connect({ host, port, noDelay: true, signal });
      const expire = (): void => {
        const late = `connect ${authority(host, port)}: ${isResolved ? 'no answer' : 'name not resolved'}`;
        socket.destroy(new PrinterError(isResolved ? 'timeout' : 'dns', `${late} within ${connectMs} ms`));
      };
      const refuse = (error: Error): void => callback(error, null);
      sockets.add(socket);
      expiry.addEventListener('abort', expire, { once: true });
      socket.once('error', refuse);
      socket.once('lookup', () => {
        isResolved = true;
      });
      socket.once('connect', () => {
        expiry.removeEventListener('abort', expire);
        socket.off('error', refuse); // undici listens from here on
        callback(null, socket);
      });
      socket.once('close', () => expiry.removeEventListener('abort', expire));
    },
    waitingFor: () => (isResolved ? 'connection' : 'address'),
    destroy: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function authority(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

// A URL takes no zone (`fe80::1%eth0`); only the dialer needs it.
function originOf({ host, port }: HttpTarget): string {
  return `http://${authority(isIPv6(host) ? host.replace(/%.*/, '') : host, port)}`;
}

/** The serial as the printer takes it: users leave its `SN` out (quirks.md B2). */
function serialOf({ serialNumber }: HttpTarget): string {
  const serial = serialNumber.trim();
  return /^SN/i.test(serial) ? serial : `SN${serial}`;
}

function toPrinterError(error: unknown, doing: string, limits: HttpLimits): PrinterError {
  const errno = errnoOf(error) ?? '';
  // No cause for these: the parser's errors carry what came, and that may hold register codes.
  if (errno.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) {
    return new PrinterError('protocol', `${doing}: the answer is not HTTP${errno && ` (${errno})`}`);
  }
  switch (errno) {
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return new PrinterError('protocol', `${doing}: the answer is over ${limits.bodyBytes} bytes`);
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new PrinterError('protocol', `${doing}: the head of the answer is over the limit`);
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return new PrinterError('closed', `${doing}: the printer closed the connection`, { cause: error });
    default:
      return fromSocketError(error, doing);
  }
}

async function post(target: HttpTarget, doing: string, limits: HttpLimits, signal: AbortSignal): Promise<string> {
  const dialer = createDialer(target, limits.connectMs, signal);
  let answered: 'nothing' | 'connected' | 'head' = 'nothing';
  let client: Client | undefined;
  try {
    signal.throwIfAborted();
    // Printers answer one request and close (protocol.md 2.6), so a client lives for one request: no pool, no keep-alive.
    client = new Client(originOf(target), {
      connect: dialer.connect,
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: limits.bodyBytes,
    });
    client.once('connect', () => {
      answered = 'connected';
    });
    const { statusCode, body } = await client.request({
      method: 'POST',
      path: '/detail',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ serialNumber: serialOf(target), checkCode: target.checkCode.reveal() }),
      signal,
    });
    answered = 'head';
    if (statusCode !== 200) {
      body.on('error', () => {}); // it ends early, with the client
      throw new PrinterError('protocol', `${doing}: HTTP status ${statusCode}`);
    }
    return await body.text();
  } catch (error) {
    if (!signal.aborted) throw toPrinterError(error, doing, limits);
    const missing = { nothing: dialer.waitingFor(), connected: 'answer', head: 'end of the answer' }[answered];
    throw new PrinterError(missing === 'address' ? 'dns' : 'timeout', `${doing}: no ${missing} before the deadline`);
  } finally {
    await client?.destroy();
    dialer.destroy();
  }
}

async function postTwice(target: HttpTarget, doing: string, limits: HttpLimits, signal: AbortSignal): Promise<string> {
  try {
    return await post(target, doing, limits, signal);
  } catch (error) {
    // A reset now and then is normal (quirks.md A5): a second one is news.
    if (!(error instanceof PrinterError) || error.code !== 'closed') throw error;
    return post(target, doing, limits, signal);
  }
}

/** Makes the reader of HTTP sides. It holds no state: callers read a printer once at a time (design.md 3). */
export function createHttpReader(limits: HttpLimits = DEFAULT_HTTP_LIMITS): HttpReader {
  return {
    readDetail: async (target, signal) => {
      const doing = `POST ${authority(target.host, target.port)}/detail`;
      const answer = parseJson(await postTwice(target, doing, limits, signal), doing);
      const snapshot = parseDetail(openEnvelope(answer, doing, target.checkCode.reveal()));
      if (Object.keys(snapshot).length === 0) {
        throw new PrinterError('protocol', `${doing}: the answer holds no field that is known`);
      }
      // The printer took this serial; its answer does not repeat it.
      return { ...snapshot, identity: { ...snapshot.identity, serial: serialOf(target) } };
    },
  };
}
