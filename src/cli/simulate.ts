// `flashforge-exporter simulate`: simulated printers alone, for development and benchmarks.

import { stringify } from 'yaml';
import type { Argv } from 'yargs';
import { ConfigError, quoted } from '../common/config-error.ts';
import { errnoOf } from '../common/errno.ts';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT } from '../printer/config.ts';
import { SIMULATED_MODELS } from '../simulator/models.ts';
import { type SimulatedPrinter, type SimulatedPrinterOptions, startSimulatedPrinter } from '../simulator/printer.ts';
import { type CliContext, untilStopped } from './context.ts';
import { choice, single } from './options.ts';

const MAX_PRINTERS = 10_000;
// In real time, whatever --speed says: a scrape every 30 s has to see the end.
const PLATE_MS = 60_000;

function parseWhole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new ConfigError(`${quoted(text)} is not a number from ${min} to ${max}`);
  };
}

export function simulateBuilder(yargs: Argv) {
  return yargs
    .option('model', { ...choice('model', SIMULATED_MODELS), default: 'finder', describe: 'Model of all printers' })
    .option('count', {
      ...single('count', parseWhole(1, MAX_PRINTERS)),
      default: '1',
      describe: 'Number of printers; each has its own loopback address, from 127.0.1.1 on',
    })
    .option('port', {
      ...single('port', parseWhole(0, 65_535)),
      default: String(DEFAULT_TCP_PORT),
      describe: `TCP port of each, with HTTP at ${DEFAULT_HTTP_PORT} beside ${DEFAULT_TCP_PORT}; 0 for any free port`,
    })
    .option('latency', {
      ...single('latency', parseWhole(0, 60_000)),
      default: '0',
      describe: 'Milliseconds before each reply',
    })
    .option('speed', {
      ...single('speed', parseWhole(0, 100_000)),
      default: '1',
      describe: 'Speed of printing relative to real time; 0 stops the clock',
    });
}

type SimulateArguments = ReturnType<typeof simulateBuilder> extends Argv<infer T> ? T : never;

/** The n-th loopback address after 127.0.1.0: one for each printer, as on a LAN. */
export function loopbackAddress(index: number): string {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** The printer's entry for --config.file, with the credentials that its HTTP endpoint asks for. */
function configOf({ name, host, tcpPort, httpPort, serialNumber, checkCode }: SimulatedPrinter) {
  return {
    name,
    address: tcpPort === undefined ? host : `${host}:${tcpPort}`,
    ...(tcpPort === undefined && { tcp: false }),
    ...(httpPort !== DEFAULT_HTTP_PORT && { http_port: httpPort }),
    serial_number: serialNumber,
    check_code: checkCode,
  };
}

async function startPrinter(options: SimulatedPrinterOptions): Promise<SimulatedPrinter> {
  try {
    return await startSimulatedPrinter(options);
  } catch (error) {
    // The port is in use, or the system has no loopback address other than 127.0.0.1.
    if (!(error instanceof Error) || errnoOf(error) === undefined) throw error;
    throw new ConfigError(`a simulated printer cannot start: ${error.message}; see --port`);
  }
}

export async function simulate(args: SimulateArguments, context: CliContext): Promise<number> {
  const printers: SimulatedPrinter[] = [];
  try {
    for (let index = 0; index < args.count; index++) {
      const host = loopbackAddress(index);
      const name = `${args.model}-${index + 1}`;
      const { model, port, latency, speed } = args;
      const started = await startPrinter({
        model,
        host,
        tcpPort: port,
        // On the real port, so that the configuration printed below stays valid.
        httpPort: port === DEFAULT_TCP_PORT ? DEFAULT_HTTP_PORT : 0,
        name,
        latencyMs: latency,
        speed,
        now: context.now,
        job: { headStartMs: 600_000, plateMs: PLATE_MS * speed },
      });
      printers.push(started);
      if (started.tcpPort !== undefined) context.writeOut(`${name}=${host}:${started.tcpPort}\n`);
    }
    const overHttp = printers.filter(({ httpPort }) => httpPort !== undefined);
    if (overHttp.length > 0) {
      context.writeOut(
        `# read over HTTP too with this --config.file:\n${stringify({ printers: overHttp.map(configOf) })}`,
      );
    }
    await untilStopped(context);
    return 0;
  } finally {
    await Promise.all(printers.map((printer) => printer.close()));
  }
}
