// The faults of a simulated printer: one closed union, and when each fault takes effect.

export type Side = 'tcp' | 'http';

/** Commands that the simulator answers with data. It acknowledges any other without data. */
export type TcpCommand = 'M105' | 'M114' | 'M115' | 'M119' | 'M27' | 'M601' | 'M602' | 'M650';

/** The step of a conversation at which a fault takes effect: at a new connection, or at one command. */
export type FaultStep = 'connect' | TcpCommand;

/** Faults of either side, or of both without `side`. With `at` a command only the TCP side has it. */
export type SharedFault =
  /** The port is closed. */
  | { readonly kind: 'refuse'; readonly side?: Side }
  /** Nothing is answered. */
  | { readonly kind: 'silence'; readonly side?: Side; readonly at?: FaultStep }
  /** Half the reply, then RST; at `connect` RST at once. */
  | { readonly kind: 'reset'; readonly side?: Side; readonly at?: FaultStep }
  /** The same, but only once; by default at `connect`. */
  | { readonly kind: 'reset-once'; readonly side?: Side; readonly at?: FaultStep }
  /** Half the reply, then FIN; at `connect` FIN at once. */
  | { readonly kind: 'close'; readonly side?: Side; readonly at?: FaultStep }
  /** The whole reply, after a delay. */
  | { readonly kind: 'late'; readonly ms: number; readonly side?: Side; readonly at?: TcpCommand };

export type TcpFault =
  /** The reply one byte at a time. */
  | { readonly kind: 'drip'; readonly intervalMs: number; readonly at?: TcpCommand }
  /** A line that never ends; at `connect` without a command. */
  | { readonly kind: 'endless-line'; readonly at?: FaultStep }
  /** Endless short lines without an `ok`. */
  | { readonly kind: 'flood'; readonly at?: FaultStep }
  /** 512 bytes that are not text, followed by `ok` if set. */
  | { readonly kind: 'garbage'; readonly ok?: boolean; readonly at?: FaultStep }
  | { readonly kind: 'no-ok'; readonly at?: TcpCommand }
  | { readonly kind: 'ok-without-line-end'; readonly at?: TcpCommand }
  /** Replies to other clients' commands and `N0001 ok.` lines before the reply (docs/protocol.md#tcp-connections-and-load). */
  | { readonly kind: 'foreign-blocks'; readonly at?: TcpCommand }
  /** Only replies to other clients' commands. */
  | { readonly kind: 'foreign-only'; readonly at?: TcpCommand }
  /** The first half of the reply, up to a line end, and the rest after a delay; without `ms` never. */
  | { readonly kind: 'stall'; readonly ms?: number; readonly at?: TcpCommand }
  /** The connection ends instead of a reply. */
  | { readonly kind: 'drop'; readonly how: 'close' | 'reset'; readonly at?: TcpCommand }
  /** No byte before M601 succeeds on that connection (docs/protocol.md#tcp-login-m601-m602). */
  | { readonly kind: 'mute-until-login'; readonly at?: TcpCommand }
  /**
   * Reads get `Control failed.` until M601 succeeds on that connection; with `refused` it never does. `bare` leaves the CMD line
   * out of refusals, and answers M601 in two replies, as an emulator does (docs/protocol.md#tcp-login-m601-m602).
   */
  | {
      readonly kind: 'control-refused';
      readonly login: 'accepted' | 'refused';
      readonly bare?: boolean;
      /** By default `Control failed.` */
      readonly words?: string;
      readonly at?: TcpCommand;
    };

export type HttpFault =
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'lan-mode-off' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'html' }
  | { readonly kind: 'truncated-json' }
  /** 10 MB of JSON. */
  | { readonly kind: 'huge-body' }
  /** Every field of the payload has a wrong type. */
  | { readonly kind: 'wrong-types' }
  /** Uninitialised memory in the job fields, as captured or as wild as docs/protocol.md#http-detail-fields quotes. */
  | { readonly kind: 'job-start-garbage'; readonly variant?: 'captured' | 'wild' }
  | { readonly kind: 'slow-head'; readonly ms: number }
  /** The head at once, the body byte by byte. */
  | { readonly kind: 'slow-body'; readonly intervalMs: number };

export type Fault = SharedFault | TcpFault | HttpFault;

/** One of each kind. The type makes sure that none is forgotten. */
export const FAULT_EXAMPLES: { readonly [K in Fault['kind']]: Extract<Fault, { kind: K }> } = {
  refuse: { kind: 'refuse' },
  silence: { kind: 'silence' },
  reset: { kind: 'reset' },
  'reset-once': { kind: 'reset-once' },
  close: { kind: 'close' },
  late: { kind: 'late', ms: 60_000 },
  drip: { kind: 'drip', intervalMs: 1_000 },
  'endless-line': { kind: 'endless-line' },
  flood: { kind: 'flood' },
  garbage: { kind: 'garbage' },
  'no-ok': { kind: 'no-ok' },
  'ok-without-line-end': { kind: 'ok-without-line-end' },
  'foreign-blocks': { kind: 'foreign-blocks' },
  'foreign-only': { kind: 'foreign-only' },
  stall: { kind: 'stall' },
  drop: { kind: 'drop', how: 'close' },
  'mute-until-login': { kind: 'mute-until-login' },
  'control-refused': { kind: 'control-refused', login: 'refused' },
  'wrong-code': { kind: 'wrong-code' },
  'lan-mode-off': { kind: 'lan-mode-off' },
  busy: { kind: 'busy' },
  html: { kind: 'html' },
  'truncated-json': { kind: 'truncated-json' },
  'huge-body': { kind: 'huge-body' },
  'wrong-types': { kind: 'wrong-types' },
  'job-start-garbage': { kind: 'job-start-garbage' },
  'slow-head': { kind: 'slow-head', ms: 60_000 },
  'slow-body': { kind: 'slow-body', intervalMs: 1_000 },
};

/** The current fault of a printer; a single-use fault is gone once used. */
export interface FaultSwitch {
  set(fault: Fault | undefined): void;
  refuses(side: Side): boolean;
  /** The TCP fault that takes effect at a step. */
  atTcp(step: string): SharedFault | TcpFault | undefined;
  /** The HTTP fault that takes effect at a new connection, or in a response. */
  atHttp(step: 'connect' | 'reply'): SharedFault | HttpFault | undefined;
}

export function createFaultSwitch(first: Fault | undefined): FaultSwitch {
  let current = first;
  const use = <F extends Fault>(fault: F): F => {
    if (fault.kind === 'reset-once') current = undefined;
    return fault;
  };
  return {
    set(fault) {
      current = fault;
    },
    refuses: (side) => current?.kind === 'refuse' && (current.side ?? side) === side,
    atTcp(step) {
      if (!current || isHttpFault(current) || current.kind === 'refuse') return undefined;
      if ('side' in current && current.side === 'http') return undefined;
      // The fault covers the login too, whichever read is refused.
      if (current.kind === 'control-refused' && step === 'M601') return current;
      const at = current.at ?? (current.kind === 'reset-once' ? 'connect' : undefined);
      // A fault without a step takes effect at every command.
      return at === step || (at === undefined && step !== 'connect') ? use(current) : undefined;
    },
    atHttp(step) {
      if (!current) return undefined;
      if (isHttpFault(current)) return step === 'reply' ? current : undefined;
      if (isTcpFault(current) || current.kind === 'refuse' || current.side === 'tcp') return undefined;
      const at = current.at ?? (current.kind === 'reset-once' ? 'connect' : 'reply');
      // An HTTP server of Node.js reads every connection, so silence from the start becomes silence in the response.
      const isStillSilent = current.kind === 'silence' && at === 'connect';
      return at === step || isStillSilent ? use(current) : undefined;
    },
  };
}

function isTcpFault(fault: Fault): fault is TcpFault {
  switch (fault.kind) {
    case 'drip':
    case 'endless-line':
    case 'flood':
    case 'garbage':
    case 'no-ok':
    case 'ok-without-line-end':
    case 'foreign-blocks':
    case 'control-refused':
    case 'foreign-only':
    case 'stall':
    case 'drop':
    case 'mute-until-login':
      return true;
    default:
      return false;
  }
}

function isHttpFault(fault: Fault): fault is HttpFault {
  switch (fault.kind) {
    case 'wrong-code':
    case 'lan-mode-off':
    case 'busy':
    case 'html':
    case 'truncated-json':
    case 'huge-body':
    case 'wrong-types':
    case 'job-start-garbage':
    case 'slow-head':
    case 'slow-body':
      return true;
    default:
      return false;
  }
}
