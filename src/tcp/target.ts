// The TCP endpoint of a printer, and the limits in time and bytes of a conversation with it (docs/architecture.md#data-flow).

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

export interface SessionLimits {
  /** For name resolution and connecting together: short, so that a printer that is off does not delay every scrape. */
  readonly connectMs: number;
  /** For one whole reply. A busy printer (homing, copying a file) takes seconds (docs/protocol.md#tcp-connections-and-load). */
  readonly commandMs: number;
  /** Silence that ends a reply whose CMD line has come: a Dremel sends no `ok` for M27 (OctoPrint-FlashForge#40). */
  readonly silenceMs: number;
  /** How long to wait for the rest of a line that begins with `ok` and has no line end yet. */
  readonly okTailMs: number;
  readonly replyBytes: number;
  /** Of all bytes received while waiting for one reply, including replies to other clients. */
  readonly floodBytes: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  connectMs: 3000,
  commandMs: 5000,
  silenceMs: 1000,
  okTailMs: 50,
  replyBytes: 16 * 1024,
  floodBytes: 1024 * 1024,
};
