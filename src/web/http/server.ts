// The HTTP server: listening, limits and shutdown. The routes decide what is served.

import { setMaxListeners } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerOptions as NodeServerOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { formatAddress } from '../../common/address.ts';
import { ConfigError } from '../../common/config-error.ts';
import { errnoOf } from '../../common/errno.ts';
import type { Logger } from '../../common/log.ts';
import { traceOf } from '../../common/reason.ts';
import type { AccessControl } from './access-control.ts';
import { answerClientErrors } from './client-error.ts';
import { trackConnections } from './connections.ts';
import { type HttpResponse, RequestError, textResponse } from './message.ts';
import type { Refusals } from './refusals.ts';
import { findRoute, type Routes } from './router.ts';
import type { ListenFd } from './systemd.ts';

export interface ListenAddress {
  /** Undefined for all interfaces. */
  readonly host: string | undefined;
  readonly port: number;
}

export interface ServerOptions {
  readonly routes: Routes;
  readonly listen: readonly (ListenAddress | ListenFd)[];
  /** TLS, basic auth and headers; undefined for a plain server. */
  readonly access?: AccessControl | undefined;
  /** Concurrent requests; one more gets 503. */
  readonly maxRequests: number;
  /** How long a client may read nothing of its response; 30 s by default. */
  readonly sendTimeoutMs?: number;
  /** How long the head of a request may take to arrive; 10 s by default. */
  readonly headersTimeoutMs?: number;
  readonly log: Logger;
  /** Where refused requests are counted. */
  readonly refusals?: Refusals;
}

export interface WebServer {
  /** Where it listens, as URLs. */
  readonly urls: readonly string[];
  /** Stops listening, lets requests in progress finish for at most this long, then closes. */
  close(graceMs: number): Promise<void>;
}

const LIMITS = {
  requestTimeout: 30_000,
  // Prometheus keeps its connection between scrapes; closing it earlier would cost it a retry.
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
  // Checked below so that the error has our usual body; Node.js would send only the status.
  requireHostHeader: false,
} as const;

const DEFAULT_SEND_TIMEOUT_MS = 30_000;
const DEFAULT_HEADERS_TIMEOUT_MS = 10_000;

function limitsOf({ headersTimeoutMs = DEFAULT_HEADERS_TIMEOUT_MS }: ServerOptions): NodeServerOptions {
  // By default Node.js checks for late requests only every 30 s.
  return { ...LIMITS, headersTimeout: headersTimeoutMs, connectionsCheckingInterval: headersTimeoutMs / 2 };
}

// RFC 9112, 3.2.2: a server must accept this form too.
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]+/i;

/** The path and query of a request target; `//x` is a path, not a host, and the host of the absolute form is ignored. */
function requestUrl(target: string): URL | undefined {
  const path = target.replace(ABSOLUTE_FORM, '');
  const url = `http://exporter${path}`;
  return (path.startsWith('/') || path !== target) && URL.canParse(url) ? new URL(url) : undefined;
}

async function respond(
  options: ServerOptions,
  message: IncomingMessage,
  isFull: boolean,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const url = requestUrl(message.url ?? '');
  const method = message.method ?? '';
  if (!url) return textResponse(400, '400: the request target must be a path');
  if (message.headers.host === undefined && message.httpVersion === '1.1') {
    return textResponse(400, '400: the request has no Host header');
  }
  const route = findRoute(options.routes, method, url.pathname);
  if ('status' in route) return route;
  if (isFull && !route.isLight) {
    options.refusals?.count(503, message.socket.remoteAddress);
    return textResponse(503, `503: more than ${options.maxRequests} requests at once, see --web.max-requests`);
  }
  try {
    return await route.handle({ method, url, headers: message.headers, signal });
  } catch (error) {
    if (error instanceof RequestError)
      return textResponse(error.status, `${error.status}: ${error.message}`, error.headers);
    options.log.error('request failed', {
      path: url.pathname,
      reason: traceOf(error),
    });
    return textResponse(500, '500: an error in the exporter; its log says more');
  }
}

/** The response of the access control, or else of the routes. */
async function admit(...request: Parameters<typeof respond>): Promise<HttpResponse> {
  const [{ access, refusals }, message] = request;
  if (!access) return await respond(...request);
  const refused = await access.refuse(message.headers.authorization);
  if (refused) refusals?.count(refused.status, message.socket.remoteAddress);
  const result = refused ?? (await respond(...request));
  return { ...result, headers: { ...result.headers, ...access.headers() } };
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse, isHead: boolean): void {
  if (response.destroyed) return;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  // RFC 9110, 8.6: a response that cannot have a body has no Content-Length of its own.
  const length = status === 204 || status === 304 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, { ...length, 'x-content-type-options': 'nosniff', ...headers });
  response.end(isHead ? undefined : bytes);
}

type Handler = (message: IncomingMessage, response: ServerResponse) => void;

function createHandler(options: ServerOptions, isStopping: () => boolean): Handler {
  const { sendTimeoutMs = DEFAULT_SEND_TIMEOUT_MS } = options;
  let inProgress = 0;
  return (message, response) => {
    const gone = new AbortController();
    // Every printer of the fleet adds a listener; Node.js would warn of a leak from the eleventh on.
    setMaxListeners(0, gone.signal);
    inProgress++;
    response.once('close', () => {
      inProgress--;
      if (!response.writableFinished) gone.abort();
    });
    // No route reads a body: discard whatever arrives.
    message.resume();
    admit(options, message, inProgress > options.maxRequests, gone.signal)
      .then((result) => {
        // Node.js would keep the connection open, and shutdown would wait for the client to close it.
        if (isStopping()) response.shouldKeepAlive = false;
        send(response, result, message.method === 'HEAD');
        // A client that reads nothing would occupy one of the concurrent requests for good.
        response.setTimeout(sendTimeoutMs, () => response.destroy());
      })
      .catch((error: unknown) => {
        options.log.error('response not sent', { reason: traceOf(error) });
        response.destroy();
      });
  };
}

async function listen(server: Server, target: ListenAddress | ListenFd, scheme: string, log: Logger): Promise<string> {
  const isFd = 'fd' in target;
  const wanted = isFd ? `file descriptor ${target.fd}` : wantedAddress(target);
  const flag = isFd ? '--web.systemd-socket' : '--web.listen-address';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const reason = errnoOf(error) === 'EADDRINUSE' ? 'the port is in use' : error.message;
      reject(new ConfigError(`cannot listen on ${wanted}: ${reason}; see ${flag}`));
    });
    server.listen(
      isFd ? { fd: target.fd } : { port: target.port, ...(target.host !== undefined && { host: target.host }) },
      resolve,
    );
  });
  // For example out of file descriptors: that connection is lost, the exporter goes on.
  server.on('error', (error) => log.error('connection not accepted', { reason: error.message }));
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? wanted : `${scheme}://${authorityOf(bound)}`;
}

function wantedAddress({ host, port }: ListenAddress): string {
  return host === undefined ? `:${port}` : formatAddress(host, port);
}

function authorityOf({ address, port }: AddressInfo): string {
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  return formatAddress(host, port);
}

/** Listens on every address. @throws ConfigError when one of them fails; then none stays open */
export async function startServer(options: ServerOptions): Promise<WebServer> {
  let isStopping = false;
  const handle = createHandler(options, () => isStopping);
  const servers = options.listen.map(() => createServer(limitsOf(options), handle));
  const connections = servers.map((server) => {
    const tracked = trackConnections(server);
    answerClientErrors(server, tracked, () => options.access?.headers() ?? {});
    return tracked;
  });
  const fronts = servers.map((server) => options.access?.secure(server));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  // Wait for all of them: one that is still resolving its host would start to listen after the others were closed.
  const listening = await Promise.allSettled(
    servers.map((server, index) =>
      listen(
        server,
        options.listen[index] ?? { host: undefined, port: 0 },
        fronts[index] ? 'https' : 'http',
        options.log,
      ),
    ),
  );
  const failed = listening.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    urls: listening.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    close: async (graceMs) => {
      isStopping = true;
      for (const front of fronts) front?.abortHandshakes();
      const force = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, graceMs);
      // Requests that have already arrived are read before idle connections are closed: sockets are read between two turns
      // of the event loop.
      await turn();
      await turn();
      // Node.js closes idle connections together with the server, and from version 26 on also those that have sent nothing;
      // a connection with a response in progress closes after it.
      const stopped = stop();
      for (const { destroyIdle } of connections) destroyIdle();
      await stopped;
      clearTimeout(force);
    },
  };
}
