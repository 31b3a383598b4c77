// One exchange with a printer, for the debug log: what was sent, how much came, and how long it took. Never what was said, since
// responses contain register codes and requests contain check codes.

import type { LogFields } from '../common/log.ts';
import type { PrinterError } from './errors.ts';
import type { Protocol } from './snapshot.ts';

export interface Exchange {
  readonly protocol: Protocol;
  /** `connect 192.168.1.50:8899`, `M119`, `POST 192.168.1.60:8898/detail`: without any secret. */
  readonly sent: string;
  /** Undefined if it is in the failure's message. */
  readonly receivedBytes?: number | undefined;
  readonly seconds: number;
  readonly failure?: PrinterError | undefined;
}

/** Takes each exchange when it ends. */
export type Trace = (exchange: Exchange) => void;

/** An exchange as the fields of a log line. */
export function exchangeFields({ protocol, sent, receivedBytes, seconds, failure }: Exchange): LogFields {
  const rounded = Number(seconds.toFixed(6));
  return { protocol, sent, bytes: receivedBytes, seconds: rounded, code: failure?.code, reason: failure?.message };
}
