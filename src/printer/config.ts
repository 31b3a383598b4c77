// What the program knows of a printer before it asks: where it is and how to read it.

import type { Secret } from '../common/secret.ts';

export const DEFAULT_TCP_PORT = 8899;
export const DEFAULT_HTTP_PORT = 8898;
/** The most characters a name may have: Prometheus would get no more of it as a label. */
export const MAX_NAME_LENGTH = 256;

/** auto logs in when a printer refuses a read; never does not; always logs in first. */
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
  /** As its owner wrote it, with or without its `SN` prefix. */
  readonly serialNumber: string;
  readonly checkCode: Secret;
}

export interface PrinterConfig {
  /** The label `printer`; unique. */
  readonly name: string;
  /** As its owner wrote it; unique. */
  readonly address: string;
  readonly tcp?: TcpSide;
  readonly http?: HttpSide;
  /** The most that one read may take, in milliseconds; the scrape's deadline may be earlier. */
  readonly timeoutMs?: number;
}
