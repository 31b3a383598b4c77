// One POST /detail on a connection of its own. The only file here that opens sockets, and that knows undici.

import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { formatAddress } from '../common/address.ts';
import type { CancelSignal } from '../common/cancellation.ts';
import { errnoOf } from '../common/errno.ts';
import type { Secret } from '../common/secret.ts';
import { decodeText } from '../common/text.ts';
import { fromSocketError, PrinterError } from '../printer/errors.ts';
import type { HttpResponse } from './envelope.ts';

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** With or without its `SN` prefix. */
  readonly serialNumber: string;
  readonly checkCode: Secret;
}

export interface HttpLimits {
  /** For name resolution and connecting together, as over TCP. The answer has the whole deadline: docs/protocol.md#http-timing-and-load. */
  readonly connectMs: number;
  readonly bodyBytes: number;
}

// A URL takes no zone (`fe80::1%eth0`); only the dialer needs it.
function originOf({ host, port }: HttpTarget): string {
  return `http://${formatAddress(isIPv6(host) ? host.replace(/%.*/, '') : host, port)}`;
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

// undici makes an error, with its stack, for every socket that closes without one; this one is made once.
const FINISHED = new Error('the exchange is over');

/** What to post, and where. */
export interface Post {
  readonly target: HttpTarget;
  /** The beginning of its messages. */
  readonly doing: string;
  /** JSON. */
  readonly body: string;
  readonly limits: HttpLimits;
}

/**
 * One request and its answer, on a connection of its own: printers answer one request and close (docs/protocol.md#http-timing-and-load), so a
 * client lives for one request, with no pool and no keep-alive. The connection is ours: undici's own connector cannot tell
 * a hanging look-up from a hanging connect, and its requests do not heed an abort before they are connected.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #target: HttpTarget;
  readonly #doing: string;
  readonly #body: string;
  readonly #limits: HttpLimits;
  readonly #signal: CancelSignal;
  readonly #settle: (outcome: HttpResponse | PrinterError) => void;
  readonly #client: Client;
  readonly #chunks: Buffer[] = [];
  #statusCode = 200;
  #missing: 'address' | 'connection' | 'answer' | 'end of the answer';
  #socket: Socket | undefined;
  #connecting: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** @throws Error for a host that is none */
  constructor(
    { target, doing, body, limits }: Post,
    signal: CancelSignal,
    settle: (outcome: HttpResponse | PrinterError) => void,
  ) {
    this.#target = target;
    this.#doing = doing;
    this.#body = body;
    this.#limits = limits;
    this.#signal = signal;
    this.#settle = settle;
    this.#missing = isIP(target.host) === 0 ? 'address' : 'connection';
    this.#client = new Client(originOf(target), {
      connect: (_options, callback) => this.#connect(callback),
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: limits.bodyBytes,
    });
    signal.addEventListener('abort', this.#onAbort);
  }

  begin(): void {
    if (this.#signal.aborted) {
      this.#onAbort();
      return;
    }
    this.#client.dispatch(
      {
        method: 'POST',
        path: '/detail',
        headers: { 'content-type': 'application/json' },
        body: this.#body,
      },
      this,
    );
  }

  #connect(callback: buildConnector.Callback): void {
    if (this.#hasEnded) {
      callback(FINISHED, null);
      return;
    }
    const { host, port } = this.#target;
    const socket = connect({ host, port, noDelay: true });
    const refuse = (error: Error): void => callback(error, null);
    this.#socket = socket;
    this.#connecting = setTimeout(() => this.#expire(), this.#limits.connectMs);
    socket.once('error', refuse);
    socket.once('lookup', () => {
      this.#missing = 'connection';
    });
    socket.once('connect', () => {
      clearTimeout(this.#connecting);
      this.#missing = 'answer';
      socket.off('error', refuse); // undici listens from here on
      callback(null, socket);
    });
  }

  // What undici tells of the answer.

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.#missing = 'end of the answer';
    this.#statusCode = statusCode;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#statusCode !== 200 && this.#isEnough(chunk)) this.#end();
  }

  onResponseEnd(): void {
    this.#end();
  }

  // With another status only a refusal is of interest, one JSON object: nothing else and nothing more is waited for.
  #isEnough(latest: Buffer): boolean {
    const [first = latest] = this.#chunks;
    return !/^\s*\{/.test(first.toString('latin1')) || latest.toString('latin1').trimEnd().endsWith('}');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(toPrinterError(error, this.#doing, this.#limits));
  }

  #expire(): void {
    const { host, port } = this.#target;
    const isUnresolved = this.#missing === 'address';
    const late = `connect ${formatAddress(host, port)}: ${isUnresolved ? 'name not resolved' : 'no answer'}`;
    this.#end(new PrinterError(isUnresolved ? 'dns' : 'timeout', `${late} within ${this.#limits.connectMs} ms`));
  }

  readonly #onAbort = (): void => {
    const code = this.#missing === 'address' ? 'dns' : 'timeout';
    this.#end(new PrinterError(code, `${this.#doing}: no ${this.#missing} before the deadline`));
  };

  #end(error?: PrinterError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#connecting);
    this.#socket?.destroy(FINISHED);
    const statusCode = this.#statusCode;
    // Another status is the failure, whatever becomes of its body.
    if (error && statusCode === 200) this.#settle(error);
    else this.#settle({ statusCode, text: decodeText(Buffer.concat(this.#chunks)) });
  }
}

/**
 * Posts once. Nothing stays open when it settles, which is soon after the signal fires.
 * @throws PrinterError any code but denied
 */
export function send(post: Post, signal: CancelSignal): Promise<HttpResponse> {
  return new Promise<HttpResponse>((resolve, reject) => {
    const settle = (outcome: HttpResponse | PrinterError): void =>
      outcome instanceof PrinterError ? reject(outcome) : resolve(outcome);
    try {
      new Exchange(post, signal, settle).begin();
    } catch (error) {
      settle(toPrinterError(error, post.doing, post.limits));
    }
  });
}
