// Why a printer could not be read: one closed set of codes, used as label, in logs and on pages alike.

import { errnoOf } from '../common/errno.ts';

export const FAILURE_CODES = [
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'closed',
  'protocol',
  'denied',
  'auth',
  'lan_mode',
  'busy',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

/** A read that failed. The message says what was sent and what came back; it never holds a secret. */
export class PrinterError extends Error {
  override readonly name = 'PrinterError';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const CODE_OF_ERRNO: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  ECONNABORTED: 'closed',
  EPIPE: 'closed',
};

/**
 * Turns a socket error into a PrinterError.
 * @param doing what was tried, as the message's beginning: `connect 192.168.1.50:8899`
 */
export function fromSocketError(error: unknown, doing: string): PrinterError {
  if (error instanceof PrinterError) return error;
  const errno = errnoOf(error);
  // What has no code of ours (EMFILE, EACCES, …) kept us from reaching the printer all the same.
  const code = (errno !== undefined ? CODE_OF_ERRNO[errno] : undefined) ?? 'unreachable';
  const came = errno ?? (error instanceof Error ? error.message : String(error));
  return new PrinterError(code, `${doing}: ${came}`, { cause: error });
}
