// The flags, in Prometheus's spelling, and the parsers of their values.

import type { Argv } from 'yargs';
import { parseListenAddress } from '../common/address.ts';
import { ConfigError, quoted } from '../common/config-error.ts';
import { parseDuration } from '../common/duration.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../common/log.ts';
import { type Networks, parseNetworks } from '../common/networks.ts';
import { DOCUMENTS } from '../web/api/documents.ts';

/** The default port. It is not registered in Prometheus's list of exporter ports so far. */
export const DEFAULT_PORT = 10_899;

/** Flags without a value. yargs looks for the command before it knows the command's flags, so these are declared up front. */
export const BOOLEAN_FLAGS = [
  'config.check',
  'web.disable-exporter-metrics',
  'web.enable-lifecycle',
  'web.systemd-socket',
] as const;

/** Wraps a parser so that its ConfigError names the flag. */
export function flag<I, T>(name: string, parse: (given: I) => T): (given: I) => T {
  return (given) => {
    try {
      return parse(given);
    } catch (error) {
      throw error instanceof ConfigError ? new ConfigError(`--${name}: ${error.message}`) : error;
    }
  };
}

function isText(given: unknown): given is string {
  return typeof given === 'string';
}

/** A flag with one value. `--no-…` and repeating it are errors. */
export function single<T>(name: string, parse: (text: string) => T) {
  return {
    type: 'string',
    nargs: 1,
    coerce: flag(name, (given: unknown) => {
      if (!isText(given)) throw new ConfigError('takes one value, once');
      return parse(given);
    }),
  } as const;
}

/** A flag that may be repeated. */
export function repeatable<T>(name: string, parse: (texts: readonly string[]) => T) {
  return {
    type: 'string',
    nargs: 1,
    coerce: flag(name, (given: unknown) => {
      const texts = [given].flat();
      if (!texts.every(isText)) throw new ConfigError('takes a value');
      return parse(texts);
    }),
  } as const;
}

/** A flag whose value is one of a few words. */
export function choice<const T extends string>(name: string, words: readonly T[]) {
  return {
    ...single(name, (text) => {
      const found = words.find((word) => word === text);
      if (found === undefined) throw new ConfigError(`${quoted(text)} is not one of ${words.join(', ')}`);
      return found;
    }),
    choices: words,
  };
}

/** A flag that takes the path of a file; it has no default. */
export function file(name: string) {
  return single(name, (path): string | undefined => {
    // An unset shell variable. Ignoring it would start the exporter without its access control.
    if (path === '') throw new ConfigError('takes the path of a file');
    return path;
  });
}

/** A flag without a value. */
export const SWITCH = { type: 'boolean', nargs: 0, default: false } as const;

// Other routes of the exporter, which the metrics would hide; the last are the JSON documents of a printer.
const RESERVED_PATH = new RegExp(`^/(?:-/.*|probe|sd|config|printer/.*|[^/]+/(?:${DOCUMENTS.join('|')}))$`);

function parsePath(text: string): string {
  // Clients resolve `.` and `..`, so these never reach a server.
  if (!/^\/[\w./-]*$/.test(text) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(text)) {
    throw new ConfigError(`${quoted(text)} is not a path: write /metrics`);
  }
  if (RESERVED_PATH.test(text)) throw new ConfigError(`${text} is taken; write /metrics`);
  return text;
}

function parseOrigin(text: string): string | undefined {
  if (text === '*') return text;
  // As browsers send it: `http://192.168.1.5:8000`, without a path or a trailing slash.
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new ConfigError(`${quoted(text)} is not an origin: write http://host:port, or * for all`);
}

function parseCount(text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new ConfigError(`${quoted(text)} is not a number from 1 to 999999`);
  return count;
}

/** A duration longer than 0, in milliseconds. @throws ConfigError */
export function parseTime(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0) throw new ConfigError('must be longer than 0');
  return ms;
}

/** Flags of every command. */
export function logOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('log.level', {
      ...choice('log.level', LOG_LEVELS),
      default: 'info',
      describe: 'Least important lines to log',
    })
    .option('log.format', { ...choice('log.format', LOG_FORMATS), default: 'logfmt', describe: 'How log lines look' });
}

/** Flags of the web server and of reading. */
export function serveOptions<T>(yargs: Argv<T>) {
  return logOptions(yargs)
    .option('web.listen-address', {
      ...repeatable('web.listen-address', (texts) => texts.map(parseListenAddress)),
      default: `:${DEFAULT_PORT}`,
      describe: 'Address to listen on; may be repeated',
    })
    .option('web.config.file', {
      ...file('web.config.file'),
      describe: "YAML file with TLS, users and headers, in the format of Prometheus's exporters",
    })
    .option('web.systemd-socket', {
      ...SWITCH,
      describe: 'Listen on the sockets that systemd passes, instead of --web.listen-address',
    })
    .option('web.telemetry-path', {
      ...single('web.telemetry-path', parsePath),
      default: '/metrics',
      describe: 'Path of the metrics',
    })
    .option('web.disable-exporter-metrics', {
      ...SWITCH,
      describe: 'Leave out process_* and nodejs_*',
    })
    .option('web.max-requests', {
      ...single('web.max-requests', parseCount),
      default: '40',
      describe: 'Requests handled at once; further ones get 503',
    })
    .option('web.enable-lifecycle', {
      ...SWITCH,
      describe: 'Serve POST /-/reload, which reloads the configuration; SIGHUP always does',
    })
    .option('web.cors-origin', {
      ...single('web.cors-origin', parseOrigin),
      describe: 'Origin whose pages may read the JSON API; * for all',
    })
    .option('probe.allow', {
      ...repeatable('probe.allow', (texts): Networks | undefined => parseNetworks(texts)),
      describe:
        'Network (CIDR) in which /probe and the JSON API may read printers that are not configured; may be repeated',
    })
    .option('scrape.timeout', {
      ...single('scrape.timeout', parseTime),
      default: '10s',
      describe: 'Timeout of a scrape whose request does not set one',
    })
    .option('scrape.timeout-offset', {
      ...single('scrape.timeout-offset', parseDuration),
      default: '500ms',
      describe: "Subtracted from Prometheus's own timeout, to send the response in",
    });
}

/** Flags for what outlives the process. */
export function stateOptions<T>(yargs: Argv<T>) {
  return yargs.option('state.file', {
    ...file('state.file'),
    describe: 'File that keeps the outcomes of prints over restarts',
  });
}

/** Flags for finding printers while serving. */
export function discoveryOptions<T>(yargs: Argv<T>) {
  return yargs.option('discovery.interval', {
    ...single('discovery.interval', parseDuration),
    default: '0',
    describe: 'Search the LAN for printers this often and read those found too; 0 for never',
  });
}

/** The printers, as positional arguments and in a file. */
export function printerOptions<T>(yargs: Argv<T>) {
  return yargs
    .positional('printer', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: '[name=]host[:port] of a printer; also $FLASHFORGE_PRINTERS',
    })
    .option('config.file', { ...file('config.file'), describe: 'YAML file with printers' });
}
