// Why a printer could not be read: one closed set of codes, for labels, logs and pages alike.

import { errnoOf } from '../common/errno.ts';
import { shortReasonOf } from '../common/reason.ts';

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
  'local',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

/**
 * What the code alone does not say, where the next step depends on it (advice.ts).
 * `connect`: nothing answered the connection; `mute`: the connection stood, and not one byte came; `other_client`: only replies to
 * another client's commands came; `html`: a web page came; `own_fault`: the exporter is at fault, whatever the printer did.
 */
export type FailureDetail =
  | 'connect'
  | 'mute'
  | 'other_client'
  | 'html'
  | 'own_fault'
  | 'wrong_serial'
  | 'wrong_check_code';

export interface PrinterErrorOptions extends ErrorOptions {
  readonly detail?: FailureDetail;
}

/** A failed read. The message says what was sent and what came back. It never contains a secret. */
export class PrinterError extends Error {
  override readonly name = 'PrinterError';
  readonly code: FailureCode;
  readonly detail: FailureDetail | undefined;

  constructor(code: FailureCode, message: string, options?: PrinterErrorOptions) {
    super(message, options);
    this.code = code;
    this.detail = options?.detail;
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

// Nothing was sent to the printer: this machine could not, or was not allowed to, open a connection.
const LOCAL_ERRNOS: Readonly<Record<string, string>> = {
  EMFILE: 'the exporter has reached its limit of open files; raise LimitNOFILE= of the service, or ulimit -n',
  ENFILE: 'this machine has reached its limit of open files; raise fs.file-max',
  ENOBUFS: 'this machine has no memory left for sockets',
  ENOMEM: 'this machine has no memory left; check MemoryMax= of the service',
  EADDRNOTAVAIL: 'this machine has no local port or address left; check net.ipv4.ip_local_port_range',
  EPERM:
    'this machine forbids the connection; check its firewall, its security module and IPAddressAllow= of the service',
  EACCES:
    'this machine forbids the connection; check its firewall, its security module and IPAddressAllow= of the service',
  EAFNOSUPPORT: 'this machine forbids the address family; check RestrictAddressFamilies= of the service, and IPv6',
};

/**
 * Turns a socket error into a PrinterError.
 * @param doing what was tried; the message begins with it: `connect 192.168.1.50:8899`
 */
export function fromSocketError(error: unknown, doing: string): PrinterError {
  if (error instanceof PrinterError) return error;
  const errno = errnoOf(error);
  const local = errno === undefined ? undefined : LOCAL_ERRNOS[errno];
  if (local !== undefined) return new PrinterError('local', `${doing}: ${errno}: ${local}`, { cause: error });
  const code = (errno !== undefined ? CODE_OF_ERRNO[errno] : undefined) ?? 'unreachable';
  return new PrinterError(code, `${doing}: ${shortReasonOf(error)}`, { cause: error });
}
