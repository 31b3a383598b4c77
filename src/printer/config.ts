// What is known of a printer before it is read: where it is, and how to read it.

import type { Secret } from '../common/secret.ts';
import type { Protocol } from './snapshot.ts';

/** All protocols, in the order in which a printer's endpoints are listed. */
export const PROTOCOLS = ['tcp', 'http'] as const satisfies readonly Protocol[];

export const DEFAULT_TCP_PORT = 8899;
export const DEFAULT_HTTP_PORT = 8898;
/** Longest printer name in characters: the label value is cut there. */
export const MAX_NAME_LENGTH = 256;

/** auto: log in only if the printer refuses a read. never: do not log in. always: log in first. */
export const LOGIN_MODES = ['auto', 'never', 'always'] as const;
export type LoginMode = (typeof LOGIN_MODES)[number];

export interface TcpSide {
  readonly host: string;
  readonly port: number;
  readonly login: LoginMode;
}

export interface HttpSide {
  readonly host: string;
  readonly port: number;
  /** As configured, with or without its `SN` prefix. */
  readonly serialNumber: string;
  readonly checkCode: Secret;
}

export interface PrinterConfig {
  /** The label `printer`. Unique. */
  readonly name: string;
  /** As configured. Unique. */
  readonly address: string;
  readonly tcp?: TcpSide | undefined;
  readonly http?: HttpSide | undefined;
  /** Time limit of one read in milliseconds; a request's own deadline may be earlier. */
  readonly timeoutMs?: number | undefined;
  /** Static labels, for flashforge_printer_labels_info and /sd. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The protocols over which the printer is read. */
export function protocolsOf(config: PrinterConfig): readonly Protocol[] {
  return PROTOCOLS.filter((protocol) => config[protocol] !== undefined);
}

/** Whether both mean the same endpoints, so that what is remembered of one holds for the other. */
export function isSamePlace(one: PrinterConfig, other: PrinterConfig): boolean {
  if (one === other) return true;
  const [a, b] = [one, other].map(({ tcp, http }) =>
    JSON.stringify([tcp?.host, tcp?.port, http?.host, http?.port, http?.serialNumber]),
  );
  return a === b;
}
