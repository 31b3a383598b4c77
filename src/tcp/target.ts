// Where a printer's TCP side is, and how long and how much it may talk (docs/architecture.md#data-flow).

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

export interface SessionLimits {
  /** For name resolution and connecting together. A printer without power must not stretch every scrape. */
  readonly connectMs: number;
  /** For one whole reply. A busy printer (homing, copying a file) takes seconds: docs/protocol.md#tcp-connections-and-load. */
  readonly commandMs: number;
  /** Silence that ends a reply whose CMD line has come: a Dremel sends no `ok` for M27 (OctoPrint-FlashForge#40). */
  readonly silenceMs: number;
  /** How long an `ok` without a line end may still become a longer line. */
  readonly okTailMs: number;
  readonly replyBytes: number;
  /** Of all that comes while one reply is waited for, other clients' replies too: who sends more floods us. */
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
