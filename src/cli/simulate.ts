// `flashforge-exporter simulate`: simulated printers alone, for development and benchmarks.

import { stringify } from 'yaml';
import type { Argv } from 'yargs';
import { ConfigError, quoted } from '../common/config-error.ts';
import { errnoOf } from '../common/errno.ts';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT } from '../printer/config.ts';
import { isTcpCommand } from '../simulator/dialects.ts';
import { type DiscoveryResponder, startDiscoveryResponder } from '../simulator/discovery.ts';
import { FAULT_EXAMPLES, type Fault } from '../simulator/faults.ts';
import { MODELS, SIMULATED_MODELS } from '../simulator/models.ts';
import { type SimulatedPrinter, type SimulatedPrinterOptions, startSimulatedPrinter } from '../simulator/printer.ts';
import { HTTP_QUIRKS, type HttpQuirk } from '../simulator/quirks.ts';
import { type CliContext, untilStopped } from './context.ts';
import { choice, repeatable, SWITCH, single } from './options.ts';

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

function parseQuirk(text: string): HttpQuirk {
  const quirk = HTTP_QUIRKS.find((name) => name === text);
  if (quirk === undefined) throw new ConfigError(`${quoted(text)} is not one of ${HTTP_QUIRKS.join(', ')}`);
  return quirk;
}

// The faults by name, and the refusals of an emulator that lets a login in.
const FAULTS: Readonly<Record<string, Fault>> = {
  ...FAULT_EXAMPLES,
  'bare-refusal': { kind: 'control-refused', login: 'accepted', bare: true },
};

/** `silence` or `silence@M27`: the fault at every command, or at this one. */
function parseFault(text: string): Fault {
  const [name = '', command, ...rest] = text.split('@');
  const fault = Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
  if (fault === undefined) throw new ConfigError(`${quoted(name)} is not one of ${Object.keys(FAULTS).join(', ')}`);
  if (command === undefined) return fault;
  if (!isTcpCommand(command) || rest.length > 0)
    throw new ConfigError(`${quoted(text)} does not end in a command such as @M27`);
  return Object.assign({}, fault, { at: command });
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
      describe: 'Speed relative to real time; 0 stops the clock',
    })
    .option('quirk', {
      ...repeatable('quirk', (texts) => texts.map(parseQuirk)),
      default: [] as string[],
      describe: `Firmware that differs over HTTP; may be repeated: ${HTTP_QUIRKS.join(', ')}`,
    })
    .option('fault', {
      ...single('fault', parseFault),
      describe: `What goes wrong with all of them, at one command with @M27 after it: ${Object.keys(FAULTS).join(', ')}`,
    })
    .option('discovery', { ...SWITCH, describe: 'Answer discovery probes, also those to 127.255.255.255' });
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

/** The loopback network's broadcast address, which `discover` probes too. */
const BROADCAST = '127.255.255.255';

/** On the real ports if the printers are on theirs, so that `discover` finds them; else on free ones. */
async function startDiscovery(printers: readonly SimulatedPrinter[], isReal: boolean): Promise<DiscoveryResponder> {
  const ports = isReal ? {} : { groupPort: 0, broadcastPort: 0 };
  try {
    return await startDiscoveryResponder({ printers, sharedAddresses: [BROADCAST], ...ports });
  } catch (error) {
    if (!(error instanceof Error) || errnoOf(error) === undefined) throw error;
    throw new ConfigError(`discovery cannot start: ${error.message}`);
  }
}

export async function simulate(args: SimulateArguments, context: CliContext): Promise<number> {
  if (args.quirk.length > 0 && !MODELS[args.model].http) {
    const withHttp = SIMULATED_MODELS.filter((model) => MODELS[model].http);
    throw new ConfigError(
      `--quirk needs HTTP, which a ${args.model} does not have: use --model ${withHttp.join(', ')}`,
    );
  }
  const printers: SimulatedPrinter[] = [];
  let responder: DiscoveryResponder | undefined;
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
        // A serial number is one printer: discovery lists it once.
        ...(index > 0 && { serialNumber: `${MODELS[model].identity.serialNumber}-${index + 1}` }),
        quirks: args.quirk,
        ...(args.fault && { fault: args.fault }),
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
    if (args.discovery) {
      responder = await startDiscovery(printers, args.port === DEFAULT_TCP_PORT);
      context.writeOut(`# answers: discover --target ${BROADCAST}:${responder.broadcastPort}\n`);
    }
    await untilStopped(context);
    return 0;
  } finally {
    await Promise.all([responder, ...printers].map((one) => one?.close()));
  }
}
