// One read of a printer's HTTP side: what is posted, one retry after a reset, and what the response says.

import { formatAddress } from '../common/address.ts';
import type { CancelSignal } from '../common/cancellation.ts';
import { hasValue } from '../common/defined.ts';
import { PrinterError } from '../printer/errors.ts';
import type { Trace } from '../printer/exchange.ts';
import { withSerialPrefix } from '../printer/identifiers.ts';
import type { Snapshot } from '../printer/snapshot.ts';
import type { HttpLimits, HttpTarget, Post, Send } from './client.ts';
import { parseDetail } from './detail.ts';
import { type HttpResponse, openResponse } from './envelope.ts';

export const DEFAULT_HTTP_LIMITS: HttpLimits = { connectMs: 3000, bodyBytes: 256 * 1024 };

export interface HttpReader {
  /**
   * Reads a printer. When it settles, soon after the signal fires at the latest, its sockets are closed.
   * @param trace called after each request with its response or failure
   * @throws PrinterError any code but denied; the message never contains the check code
   */
  readDetail(target: HttpTarget, signal: CancelSignal, trace?: Trace): Promise<Snapshot>;
}

/** Loads the HTTP client ahead of the first read, which would otherwise load it within its own deadline. */
export async function loadHttpClient(): Promise<typeof import('./client.ts')> {
  return await import('./client.ts');
}

/** Sends as before, and tells the trace of it. */
function traced(send: Send, trace: Trace): Send {
  return async (post, signal) => {
    const startedAt = performance.now();
    const told = { protocol: 'http', sent: post.doing } as const;
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    try {
      const response = await send(post, signal);
      trace({ ...told, receivedBytes: Buffer.byteLength(response.text), seconds: seconds() });
      return response;
    } catch (error) {
      if (error instanceof PrinterError) trace({ ...told, seconds: seconds(), failure: error });
      throw error;
    }
  };
}

async function sendWithRetry(send: Send, post: Post, signal: CancelSignal): Promise<HttpResponse> {
  try {
    return await send(post, signal);
  } catch (error) {
    // A reset now and then is normal (joseffallman/hass_flashforge#46). Two in a row are a failure.
    if (!(error instanceof PrinterError) || error.code !== 'closed') throw error;
    return send(post, signal);
  }
}

/** Creates the reader of HTTP sides. The caller reads a printer once at a time (docs/architecture.md#data-flow). */
export function createHttpReader(limits: HttpLimits = DEFAULT_HTTP_LIMITS): HttpReader {
  let sender: Send | undefined;
  return {
    readDetail: async (target, signal, trace) => {
      const doing = `POST ${formatAddress(target.host, target.port)}/detail`;
      const serialNumber = withSerialPrefix(target.serialNumber);
      const checkCode = target.checkCode.reveal();
      const body = JSON.stringify({ serialNumber, checkCode });
      // Imported here: undici is a quarter of the start-up time, and many users have no printer with an HTTP side.
      sender ??= (await loadHttpClient()).createSender();
      const send = trace ? traced(sender, trace) : sender;
      const response = await sendWithRetry(send, { target, doing, body, limits }, signal);
      const snapshot = parseDetail(openResponse(response, doing, checkCode));
      if (!hasValue(snapshot)) {
        throw new PrinterError('protocol', `${doing}: the response has no known field`);
      }
      // The printer accepted this serial number; its response does not repeat it.
      return { ...snapshot, identity: { ...snapshot.identity, serial: serialNumber } };
    },
  };
}
