// `flashforge-exporter simulate`: simulated printers alone, for development and benchmarks.

import type { Argv } from 'yargs';
import { parsePort } from '../config/address.ts';
import { ConfigError } from '../config/error.ts';
import { SIMULATED_MODELS } from '../simulator/models.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../simulator/printer.ts';
import { type CliContext, untilStopped } from './context.ts';

const MAX_PRINTERS = 10_000;

function parseWhole(name: string, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value <= max) return value;
    throw new ConfigError(`--${name}: "${text}" is no number from 0 to ${max}`);
  };
}

export function simulateBuilder(yargs: Argv) {
  return yargs
    .option('model', { choices: SIMULATED_MODELS, default: 'finder' as const, describe: 'Model of all printers' })
    .option('count', {
      type: 'string',
      default: '1',
      describe: 'How many; each has a loopback address of its own from 127.0.1.1 on',
      coerce: parseWhole('count', MAX_PRINTERS),
    })
    .option('port', {
      type: 'string',
      default: '8899',
      describe: 'TCP port of each; 0 lets the system choose',
      coerce: (text: string) => {
        const port = parsePort(text);
        if (port === undefined) throw new ConfigError(`--port: "${text}" is no port`);
        return port;
      },
    })
    .option('latency', {
      type: 'string',
      default: '0',
      describe: 'Milliseconds before each reply',
      coerce: parseWhole('latency', 60_000),
    })
    .option('speed', {
      type: 'string',
      default: '1',
      describe: 'How much faster than real time the jobs run',
      coerce: parseWhole('speed', 100_000),
    });
}

type SimulateArguments = ReturnType<typeof simulateBuilder> extends Argv<infer T> ? T : never;

/** The n-th loopback address after 127.0.1.0; each is a printer of its own, as on a LAN. */
export function loopbackAddress(index: number): string {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

export async function simulate(args: SimulateArguments, context: CliContext): Promise<number> {
  const printers: SimulatedPrinter[] = [];
  try {
    for (let index = 0; index < args.count; index++) {
      const host = loopbackAddress(index);
      const name = `${args.model}-${index + 1}`;
      const { model, port, latency, speed } = args;
      const started = await startSimulatedPrinter({
        model,
        host,
        tcpPort: port,
        name,
        latencyMs: latency,
        speed,
        job: { headStartMs: 600_000, plateMs: 60_000 },
      });
      printers.push(started);
      context.writeOut(`${name}=${host}:${started.tcpPort ?? started.httpPort}\n`);
    }
    await untilStopped(context);
    return 0;
  } finally {
    await Promise.all(printers.map((printer) => printer.close()));
  }
}
