// The HTTP server: sockets, limits, and how it stops. What is served is the routes' business.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatAddress } from '../config/address.ts';
import { ConfigError } from '../config/error.ts';
import type { Logger } from '../log.ts';
import { errnoOf } from '../printer/errors.ts';
import { type Answer, RequestError, textAnswer } from './answer.ts';
import { findRoute, type Routes } from './router.ts';

export interface ListenAddress {
  /** Undefined for all interfaces. */
  readonly host: string | undefined;
  readonly port: number;
}

export interface ServerOptions {
  readonly routes: Routes;
  readonly listen: readonly ListenAddress[];
  /** Requests under way at once; one more is answered 503. */
  readonly maxRequests: number;
  readonly log: Logger;
}

export interface WebServer {
  /** Where it listens, as URLs. */
  readonly urls: readonly string[];
  /** Stops listening, lets the requests under way finish for at most this long, then closes. */
  close(graceMs: number): Promise<void>;
}

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Prometheus keeps its connection between scrapes; closing it under its hands costs it a retry.
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
} as const;

function requestUrl(target: string): URL | undefined {
  // `//x` would be taken for a host; only the path and the query count.
  return URL.canParse(target, 'http://exporter') && target.startsWith('/')
    ? new URL(`http://exporter${target}`)
    : undefined;
}

async function answer(
  options: ServerOptions,
  message: IncomingMessage,
  isFull: boolean,
  signal: AbortSignal,
): Promise<Answer> {
  const url = requestUrl(message.url ?? '');
  const method = message.method ?? '';
  if (!url) return textAnswer(400, '400: the request target must be a path');
  const route = findRoute(options.routes, method, url.pathname);
  if ('status' in route) return route;
  if (isFull && !route.isLight) {
    return textAnswer(503, `503: more than ${options.maxRequests} requests at once, see --web.max-requests`);
  }
  try {
    return await route.handle({ method, url, headers: message.headers, signal });
  } catch (error) {
    if (error instanceof RequestError)
      return textAnswer(error.status, `${error.status}: ${error.message}`, error.headers);
    options.log.error('request failed', {
      path: url.pathname,
      reason: error instanceof Error ? error.stack : String(error),
    });
    return textAnswer(500, '500: an error in the exporter; its log says more');
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer, isHead: boolean): void {
  if (response.destroyed) return;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { 'content-length': bytes.length, 'x-content-type-options': 'nosniff', ...headers });
  response.end(isHead ? undefined : bytes);
}

function createHandler(options: ServerOptions): (message: IncomingMessage, response: ServerResponse) => void {
  let underWay = 0;
  return (message, response) => {
    const gone = new AbortController();
    underWay++;
    response.once('close', () => {
      underWay--;
      if (!response.writableFinished) gone.abort();
    });
    // No route reads a body: whatever comes is let through to nowhere.
    message.resume();
    answer(options, message, underWay > options.maxRequests, gone.signal).then((result) =>
      send(response, result, message.method === 'HEAD'),
    );
  };
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  const wanted = `${host ?? ''}:${port}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const reason = errnoOf(error) === 'EADDRINUSE' ? 'the port is in use' : error.message;
      reject(new ConfigError(`cannot listen on ${wanted}: ${reason}; see --web.listen-address`));
    });
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? `http://${wanted}` : urlOf(bound);
}

function urlOf({ address, port }: AddressInfo): string {
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  return `http://${formatAddress(host, port)}`;
}

/** Starts to listen on every address. @throws ConfigError when one cannot be had; then none is kept */
export async function startServer(options: ServerOptions): Promise<WebServer> {
  const handle = createHandler(options);
  const servers = options.listen.map(() => createServer(LIMITS, handle));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    const urls = await Promise.all(
      servers.map((server, index) => listen(server, options.listen[index] ?? { host: undefined, port: 0 })),
    );
    return {
      urls,
      close: async (graceMs) => {
        // Node.js closes idle connections with the server; those in an answer close after it.
        const force = setTimeout(() => {
          for (const server of servers) server.closeAllConnections();
        }, graceMs);
        await stop();
        clearTimeout(force);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
