// One POST request on its own connection. The only file in this folder that opens sockets, and the only one that imports undici.

import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { formatAddress } from '../common/address.ts';
import type { CancelSignal } from '../common/cancellation.ts';
import type { Secret } from '../common/secret.ts';
import { decodeText } from '../common/text.ts';
import { inNextTurn } from '../common/turn.ts';
import { PrinterError, type PrinterErrorOptions } from '../printer/errors.ts';
import { toPrinterError } from './client-errors.ts';
import { type HttpResponse, isWholeJson } from './envelope.ts';

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** With or without its `SN` prefix. */
  readonly serialNumber: string;
  readonly checkCode: Secret;
}

export interface HttpLimits {
  /** For name resolution and connecting together, as over TCP. The response may take until the deadline: docs/protocol.md#http-timing-and-load. */
  readonly connectMs: number;
  readonly bodyBytes: number;
}

// A URL has no room for a zone (`fe80::1%eth0`), and only the socket needs it.
function originOf({ host, port }: HttpTarget): string {
  return `http://${formatAddress(isIPv6(host) ? host.replace(/%.*/, '') : host, port)}`;
}

// For sockets destroyed without an error undici creates one each time, with its stack. This one is created once.
const FINISHED = new Error('the request is finished');

// A body in more pieces is not parsed before its end, so that a slow one cannot cost much.
const MAX_PIECES = 100;

const CONNECTING: PrinterErrorOptions = { detail: 'connect' };

/** What to post, and where to. */
export interface Post {
  readonly target: HttpTarget;
  /** Its error messages begin with this. */
  readonly doing: string;
  /** JSON. */
  readonly body: string;
  readonly limits: HttpLimits;
}

type Connect = (callback: buildConnector.Callback) => void;

const refuseToConnect: Connect = (callback) => callback(FINISHED, null);

/** An undici client of one target. It connects by whatever the request that is under way says. */
class TargetClient {
  connect = refuseToConnect;
  readonly #client: Client;

  /** @throws Error if the target's host is not a valid one */
  constructor(target: HttpTarget, { bodyBytes }: HttpLimits) {
    this.#client = new Client(originOf(target), {
      connect: (_options, callback) => this.connect(callback),
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: bodyBytes,
    });
  }

  dispatch(body: string, handler: Dispatcher.DispatchHandler): void {
    const headers = { 'content-type': 'application/json' };
    this.#client.dispatch({ method: 'POST', path: '/detail', headers, body }, handler);
  }
}

/**
 * Clients without a connection. Setting one up is a quarter of what a request costs, so one whose response has ended, and whose
 * connection is closed, serves the next request. After anything else it is dropped, in whatever state it is.
 */
type IdleClients = WeakMap<HttpTarget, TargetClient>;

/**
 * One request and its response. Printers close the connection after each response (docs/protocol.md#http-timing-and-load),
 * so each has a connection of its own. It connects by itself: undici's connector cannot tell a hanging name look-up from a
 * hanging connect, and its requests ignore an abort until they are connected.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #target: HttpTarget;
  readonly #doing: string;
  readonly #body: string;
  readonly #limits: HttpLimits;
  readonly #signal: CancelSignal;
  readonly #settle: (outcome: HttpResponse | PrinterError) => void;
  readonly #idleClients: IdleClients;
  readonly #client: TargetClient;
  readonly #chunks: Buffer[] = [];
  #statusCode = 200;
  /** Whether the response does not say where its body ends. */
  #isEndless = false;
  #missing: 'address' | 'connection' | 'response' | 'end of the response';
  #socket: Socket | undefined;
  #connecting: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** @throws Error if the target's host is not a valid one */
  constructor(
    { target, doing, body, limits }: Post,
    idleClients: IdleClients,
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
    this.#idleClients = idleClients;
    this.#client = idleClients.get(target) ?? new TargetClient(target, limits);
    idleClients.delete(target);
    this.#client.connect = (callback) => this.#connect(callback);
    signal.addEventListener('abort', this.#onAbort);
  }

  begin(): void {
    if (this.#signal.aborted) {
      this.#onAbort();
      return;
    }
    this.#client.dispatch(this.#body, this);
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
      this.#missing = 'response';
      socket.off('error', refuse); // undici has its own listener from here on
      callback(null, socket);
    });
  }

  // Called by undici.

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: object): void {
    this.#missing = 'end of the response';
    this.#statusCode = statusCode;
    this.#isEndless = !('content-length' in headers) && !('transfer-encoding' in headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#statusCode === 200 ? this.#isWhole() : this.#isEnough(chunk)) this.#end();
  }

  onResponseEnd(): void {
    this.#socket?.once('close', () => {
      // Else it would keep this request and its response until the next one.
      this.#client.connect = refuseToConnect;
      this.#idleClients.set(this.#target, this.#client);
    });
    this.#end();
  }

  // A body without a length ends with its connection, which not every server closes.
  #isWhole(): boolean {
    return this.#isEndless && this.#chunks.length <= MAX_PIECES && isWholeJson(this.#text);
  }

  get #text(): string {
    return decodeText(Buffer.concat(this.#chunks));
  }

  // With any other status than 200 only a refusal matters, which is one JSON object. Do not wait for anything else.
  #isEnough(latest: Buffer): boolean {
    const [first = latest] = this.#chunks;
    return !/^\s*\{/.test(first.toString('latin1')) || latest.toString('latin1').trimEnd().endsWith('}');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(toPrinterError(error, this.#doing, this.#limits.bodyBytes));
  }

  #expire(): void {
    const { host, port } = this.#target;
    const isUnresolved = this.#missing === 'address';
    const late = `connect ${formatAddress(host, port)}: ${isUnresolved ? 'name not resolved' : 'no answer'}`;
    const message = `${late} within ${this.#limits.connectMs} ms`;
    this.#end(isUnresolved ? new PrinterError('dns', message) : new PrinterError('timeout', message, CONNECTING));
  }

  readonly #onAbort = (): void => {
    const code = this.#missing === 'address' ? 'dns' : 'timeout';
    const message = `${this.#doing}: no ${this.#missing} before the deadline`;
    this.#end(new PrinterError(code, message, this.#missing === 'connection' ? CONNECTING : {}));
  };

  #end(error?: PrinterError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#connecting);
    this.#socket?.destroy(FINISHED);
    const statusCode = this.#statusCode;
    // Any other status than 200 is the failure to report, even if its body breaks off.
    const outcome = error && statusCode === 200 ? error : { statusCode, text: this.#text };
    // The requests to other printers go out before this response is parsed.
    inNextTurn(() => this.#settle(outcome));
  }
}

/**
 * Posts once. When it settles, soon after the signal fires at the latest, its socket is closed.
 * @throws PrinterError any code but denied
 */
export type Send = (post: Post, signal: CancelSignal) => Promise<HttpResponse>;

/** Creates the function that posts. Each target must be posted to with the same limits, and once at a time. */
export function createSender(): Send {
  const idleClients: IdleClients = new WeakMap();
  return (post, signal) =>
    new Promise<HttpResponse>((resolve, reject) => {
      const settle = (outcome: HttpResponse | PrinterError): void =>
        outcome instanceof PrinterError ? reject(outcome) : resolve(outcome);
      try {
        new Exchange(post, idleClients, signal, settle).begin();
      } catch (error) {
        settle(toPrinterError(error, post.doing, post.limits.bodyBytes));
      }
    });
}
