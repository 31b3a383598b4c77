// One read of a printer's HTTP side: what is posted, what a reset costs, and what the answer says.

import { formatAddress } from '../common/address.ts';
import type { CancelSignal } from '../common/cancellation.ts';
import { PrinterError } from '../printer/errors.ts';
import type { Snapshot } from '../printer/snapshot.ts';
import type { HttpLimits, HttpTarget, Post } from './client.ts';
import { parseDetail } from './detail.ts';
import { type HttpResponse, openAnswer } from './envelope.ts';

export const DEFAULT_HTTP_LIMITS: HttpLimits = { connectMs: 3000, bodyBytes: 256 * 1024 };

export interface HttpReader {
  /**
   * Reads a printer. Nothing stays open when it settles, which is soon after the signal fires.
   * @throws PrinterError any code but denied; its message never holds the check code
   */
  readDetail(target: HttpTarget, signal: CancelSignal): Promise<Snapshot>;
}

/** The serial as the printer takes it: users leave its `SN` out (ff-5mp-hass#14). */
function serialOf({ serialNumber }: HttpTarget): string {
  const serial = serialNumber.trim();
  return /^SN/i.test(serial) ? serial : `SN${serial}`;
}

/** Loads what talks to HTTP sides. A first read would have to do it else, within its deadline. */
export async function loadHttpClient(): Promise<typeof import('./client.ts')> {
  return await import('./client.ts');
}

async function sendTwice(post: Post, signal: CancelSignal): Promise<HttpResponse> {
  // Only here, for it would be a quarter of the time to start where no printer has this side.
  const { send } = await loadHttpClient();
  try {
    return await send(post, signal);
  } catch (error) {
    // A reset now and then is normal (joseffallman/hass_flashforge#46): a second one is news.
    if (!(error instanceof PrinterError) || error.code !== 'closed') throw error;
    return send(post, signal);
  }
}

/** Makes the reader of HTTP sides. It holds no state: callers read a printer once at a time (docs/architecture.md#data-flow). */
export function createHttpReader(limits: HttpLimits = DEFAULT_HTTP_LIMITS): HttpReader {
  return {
    readDetail: async (target, signal) => {
      const doing = `POST ${formatAddress(target.host, target.port)}/detail`;
      const serialNumber = serialOf(target);
      const checkCode = target.checkCode.reveal();
      const body = JSON.stringify({ serialNumber, checkCode });
      const answer = await sendTwice({ target, doing, body, limits }, signal);
      const snapshot = parseDetail(openAnswer(answer, doing, checkCode));
      if (Object.keys(snapshot).length === 0) {
        throw new PrinterError('protocol', `${doing}: the answer holds no field that is known`);
      }
      // The printer took this serial; its answer does not repeat it.
      return { ...snapshot, identity: { ...snapshot.identity, serial: serialNumber } };
    },
  };
}
