// The HTTP port of a simulated printer: POST /detail and /product, with serial number and check code.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { currentReading, type PrinterCore } from './core.ts';
import { detailBody, type HttpResponse, productBody, REFUSALS } from './detail.ts';
import { playReply } from './http-faults.ts';
import { createListener, type Listener } from './listener.ts';
import { greet } from './tcp-faults.ts';

const MAX_REQUEST_BYTES = 65_536;
const HOUR_MS = 3_600_000;

export function createHttpSide(core: PrinterCore, host: string, port: number): Listener {
  // No limits on slow requests: they would cost each of a thousand printers a timer.
  const server = createServer(
    { noDelay: true, requestTimeout: 0, headersTimeout: 0, connectionsCheckingInterval: HOUR_MS },
    (request, response) => receive(core, request, response),
  );
  server.on('connection', (socket) => {
    const fault = core.faults.atHttp('connect');
    // HTTP faults change the response. Only the faults that both sides share can show in a new connection.
    if (
      fault?.kind === 'silence' ||
      fault?.kind === 'reset' ||
      fault?.kind === 'reset-once' ||
      fault?.kind === 'close'
    ) {
      greet(socket, fault);
    }
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return createListener(server, host, port);
}

function receive(core: PrinterCore, request: IncomingMessage, response: ServerResponse): void {
  core.stats.httpRequests += 1;
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('error', () => {});
  response.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    const send = (): void => respond(core, request, response, Buffer.concat(chunks).toString());
    if (core.latencyMs > 0) core.timers.after(core.latencyMs, send);
    else send();
  });
}

const BODIES: ReadonlyMap<string, (core: PrinterCore) => HttpResponse> = new Map([
  ['/detail', (core: PrinterCore) => detailBody(core.model, core.identity, currentReading(core), core.quirks)],
  ['/product', (core: PrinterCore) => productBody(core.model)],
]);

function respond(core: PrinterCore, request: IncomingMessage, response: ServerResponse, body: string): void {
  if (response.destroyed) return;
  const createBody = BODIES.get(request.url ?? '');
  if (!createBody || request.method !== 'POST') {
    response.writeHead(createBody ? 405 : 404, { Connection: 'close', 'Content-Length': 0 });
    response.end();
    return;
  }
  playReply(response, refusalOf(core, body) ?? createBody(core), core.faults.atHttp('reply'), core.timers);
}

function refusalOf(core: PrinterCore, body: string): HttpResponse | undefined {
  const parameters = parseParameters(body);
  if (!parameters) return REFUSALS.badParameters;
  if (parameters.serialNumber !== core.identity.serialNumber) return REFUSALS.wrongSerial;
  return parameters.checkCode === core.checkCode ? undefined : REFUSALS.wrongCode;
}

function parseParameters(body: string): { serialNumber: string; checkCode: string } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('serialNumber' in json) || !('checkCode' in json))
    return undefined;
  const { serialNumber, checkCode } = json;
  return typeof serialNumber === 'string' && typeof checkCode === 'string' ? { serialNumber, checkCode } : undefined;
}
