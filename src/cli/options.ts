// The flags, in Prometheus's spelling, and what their text means.

import type { Argv } from 'yargs';
import { parseListenAddress } from '../config/address.ts';
import { parseDuration } from '../config/duration.ts';
import { ConfigError } from '../config/error.ts';
import { parseNetworks } from '../config/networks.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../log.ts';

/** Where the exporter listens unless told otherwise; not registered in Prometheus's list of ports so far. */
export const DEFAULT_PORT = 10_899;

/** A parser of a flag's text whose error names the flag. */
export function flag<I, T>(name: string, parse: (text: I) => T): (text: I) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw error instanceof ConfigError ? new ConfigError(`--${name}: ${error.message}`) : error;
    }
  };
}

function parsePath(text: string): string {
  if (!/^\/[\w./-]*$/.test(text)) throw new ConfigError(`"${text}" is no path: write /metrics`);
  return text;
}

function parseCount(text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new ConfigError(`"${text}" is no number from 1 to 999999`);
  return count;
}

function parseTime(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0) throw new ConfigError('must be longer than 0');
  return ms;
}

/** Flags of every command. */
export function logOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('log.level', { choices: LOG_LEVELS, default: 'info' as const, describe: 'Least important lines to log' })
    .option('log.format', { choices: LOG_FORMATS, default: 'logfmt' as const, describe: 'How log lines look' });
}

/** Flags of the web server and of reading. */
export function serveOptions<T>(yargs: Argv<T>) {
  return logOptions(yargs)
    .option('web.listen-address', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [`:${DEFAULT_PORT}`],
      describe: 'Address to listen on; may be repeated',
      coerce: (texts: string[]) => texts.map(flag('web.listen-address', parseListenAddress)),
    })
    .option('web.telemetry-path', {
      type: 'string',
      default: '/metrics',
      describe: 'Path of the metrics',
      coerce: flag('web.telemetry-path', parsePath),
    })
    .option('web.disable-exporter-metrics', {
      type: 'boolean',
      default: false,
      describe: 'Leave out process_* and nodejs_*',
    })
    .option('web.max-requests', {
      type: 'string',
      default: '40',
      describe: 'Requests answered at once; one more gets 503',
      coerce: flag('web.max-requests', parseCount),
    })
    .option('probe.allow', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Network (CIDR) in which /probe may read printers that are not configured; may be repeated',
      coerce: (texts: string[] | undefined) => texts && flag('probe.allow', parseNetworks)(texts),
    })
    .option('scrape.timeout', {
      type: 'string',
      default: '10s',
      describe: 'Time for a scrape whose request names none',
      coerce: flag('scrape.timeout', parseTime),
    })
    .option('scrape.timeout-offset', {
      type: 'string',
      default: '500ms',
      describe: "Taken off Prometheus's own timeout, to send the answer in",
      coerce: flag('scrape.timeout-offset', parseDuration),
    });
}

/** Finding printers while serving. */
export function discoveryOptions<T>(yargs: Argv<T>) {
  return yargs.option('discovery.interval', {
    type: 'string',
    default: '0',
    describe: 'Search the LAN for printers this often and read those found too; 0 is off',
    coerce: flag('discovery.interval', parseDuration),
  });
}

/** The printers, as positional arguments and by file. */
export function printerOptions<T>(yargs: Argv<T>) {
  return yargs
    .positional('printer', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: '[name=]host[:port] of a printer; also $FLASHFORGE_PRINTERS',
    })
    .option('config.file', { type: 'string', describe: 'YAML file with printers' });
}
