// What each HTTP fault does to a response.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type HttpResponse, REFUSALS } from './detail.ts';
import type { HttpFault, SharedFault } from './faults.ts';
import { JOB_START_GARBAGE, withWrongTypes } from './garbage.ts';
import { RESET_DELAY_MS } from './tcp-faults.ts';
import type { Timers } from './timers.ts';

// Misspelt by the printer: test/captures/http-error-replies/http-headers.txt
const CONTENT_TYPE = 'appliation/json';
const HUGE_BYTES = 10 * 1024 * 1024;
const PAGE = '<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>';

/** Sends a response, changed by the fault. */
export function playReply(
  response: ServerResponse,
  answer: HttpResponse,
  fault: SharedFault | HttpFault | undefined,
  timers: Timers,
): void {
  const whole = toBytes(answer);
  switch (fault?.kind) {
    case undefined:
    case 'refuse': // closes the listener, which destroys this connection
      send(response, whole);
      return;
    case 'wrong-code':
      sendJson(response, REFUSALS.wrongCode);
      return;
    case 'lan-mode-off':
      sendJson(response, REFUSALS.lanModeOff);
      return;
    case 'busy':
      sendJson(response, REFUSALS.busy);
      return;
    case 'html':
      send(response, Buffer.from(PAGE), 'text/html');
      return;
    case 'truncated-json':
      send(response, whole.subarray(0, whole.length >> 1));
      return;
    case 'wrong-types':
      sendJson(response, changeDetail(answer, withWrongTypes));
      return;
    case 'job-start-garbage': {
      const garbage = JOB_START_GARBAGE[fault.variant ?? 'captured'];
      sendJson(
        response,
        changeDetail(answer, (detail) => ({ ...detail, ...garbage })),
      );
      return;
    }
    case 'huge-body':
      sendHuge(response);
      return;
    case 'late':
    case 'slow-head':
      timers.after(fault.ms, () => send(response, whole));
      return;
    case 'slow-body':
      writeHead(response, whole.length);
      response.flushHeaders();
      drip(response, whole, fault.intervalMs, timers);
      return;
    case 'silence':
      return;
    case 'reset':
    case 'reset-once':
      writeHead(response, whole.length);
      response.write(whole.subarray(0, whole.length >> 1));
      timers.after(RESET_DELAY_MS, () => response.socket?.resetAndDestroy());
      return;
    case 'close':
      writeHead(response, whole.length);
      response.write(whole.subarray(0, whole.length >> 1), () => response.socket?.end());
      return;
    default:
      fault satisfies never;
  }
}

function writeHead(response: ServerResponse, length: number, contentType = CONTENT_TYPE): void {
  response.sendDate = false;
  response.writeHead(200, { Connection: 'close', 'Content-Length': length, 'Content-Type': contentType });
}

function send(response: ServerResponse, body: Buffer, contentType?: string): void {
  if (response.destroyed) return;
  writeHead(response, body.length, contentType);
  response.end(body);
}

function sendJson(response: ServerResponse, answer: HttpResponse): void {
  send(response, toBytes(answer));
}

function toBytes(answer: HttpResponse): Buffer {
  return Buffer.from(JSON.stringify(answer));
}

function changeDetail(answer: HttpResponse, change: (detail: HttpResponse) => HttpResponse): HttpResponse {
  const { detail } = answer;
  return typeof detail === 'object' && detail !== null ? { ...answer, detail: change({ ...detail }) } : answer;
}

function sendHuge(response: ServerResponse): void {
  const head = '{"code":0,"message":"Success","detail":{"name":"';
  const tail = '"}}';
  const chunk = Buffer.alloc(65_536, 'a');
  function* body(): Generator<Buffer> {
    yield Buffer.from(head);
    let left = HUGE_BYTES - head.length - tail.length;
    for (; left > chunk.length; left -= chunk.length) yield chunk;
    yield chunk.subarray(0, left);
    yield Buffer.from(tail);
  }
  writeHead(response, HUGE_BYTES);
  // pipe() stops when the client disconnects.
  Readable.from(body()).pipe(response);
}

function drip(response: ServerResponse, body: Buffer, intervalMs: number, timers: Timers): void {
  let sent = 0;
  const next = (): void => {
    if (response.destroyed) return;
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent === body.length) response.end();
    else timers.after(intervalMs, next);
  };
  next();
}
