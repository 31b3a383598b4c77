// Log lines: a constant message with fields, as logfmt or JSON. Our own writer, because the npm packages for logfmt are
// unmaintained.

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['logfmt', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger extends Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>> {
  /** Whether debug lines are written, so that what they need is worth collecting. */
  readonly isDebug?: boolean;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly write: (line: string) => void;
  readonly now: () => number;
}

// Needs no quotes in logfmt: no white space, `=`, quotes, control characters or lone surrogates.
const BARE = /^[^\s="\u0000-\u001f\u007f-\u009f\ud800-\udfff]+$/u;

// JSON does not escape these, but terminals interpret them and some log collectors break lines at them.
const CONTROL = /[\u007f-\u009f\u2028\u2029]/g;

function toJson(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function quote(value: string | number | boolean): string {
  const text = String(value);
  return BARE.test(text) ? text : toJson(text);
}

// Control characters, line separators and lone surrogates.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/u;

/** Text to print on a terminal: unchanged, or quoted as JSON if it contains unprintable characters. */
export function printable(text: string): string {
  return UNPRINTABLE.test(text) ? toJson(text) : text;
}

function formatLine(format: LogFormat, fields: LogFields): string {
  const known = Object.entries(fields).filter(
    (field): field is [string, string | number | boolean] => field[1] !== undefined,
  );
  switch (format) {
    case 'json':
      return toJson(Object.fromEntries(known));
    case 'logfmt':
      return known.map(([key, value]) => `${key}=${quote(value)}`).join(' ');
    default:
      return format satisfies never;
  }
}

/** A logger that drops lines below its level; a line is `time=… level=… msg=…` and the given fields. */
export function createLogger({ level, format, write, now }: LogOptions): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(own) < lowest) return;
      const time = new Date(now()).toISOString();
      write(`${formatLine(format, { time, level: own, msg: message, ...fields })}\n`);
    };
  return { isDebug: level === 'debug', debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A logger that writes nothing. */
export const silentLogger: Logger = createLogger({ level: 'error', format: 'logfmt', write: () => {}, now: () => 0 });
