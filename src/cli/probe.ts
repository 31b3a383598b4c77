// `flashforge-exporter probe PRINTER`: reads one printer once, and says what works, what does not, and what to do next.

import type { Argv } from 'yargs';
import { ConfigError, quoted } from '../common/config-error.ts';
import { printable } from '../common/log.ts';
import { Printer } from '../fleet/printer.ts';
import { createPrinterReader, type Reading } from '../fleet/reader.ts';
import type { PrinterView } from '../fleet/view.ts';
import { createHttpReader } from '../lan-http/read.ts';
import { renderPage } from '../metrics/exposition.ts';
import { LOGIN_MODES, type LoginMode, type PrinterConfig } from '../printer/config.ts';
import { NEXT_STEPS } from '../printer/next-steps.ts';
import type { CliContext } from './context.ts';
import { configLines, diagnose } from './diagnosis.ts';
import { askDiscovery, type Examination, examinePorts } from './examine-printer.ts';
import { resolveHost } from './lookup.ts';
import { choice, file, logOptions, parseTime, single } from './options.ts';
import { chooseTarget, hostOf, type ProbeTarget } from './probe-target.ts';
import { formatReportJson, formatReportTable, type Report } from './report.ts';
import { loggerOf } from './serve.ts';

export const PROBE_OUTPUTS = ['table', 'json', 'metrics'] as const;

export function probeBuilder(yargs: Argv) {
  return logOptions(yargs)
    .positional('printer', {
      type: 'string',
      demandOption: true,
      describe: '[name=]host[:port], or the name of a printer in --config.file',
    })
    .option('serial-number', {
      ...single('serial-number', (text): string | undefined => text),
      describe: 'Serial number for the HTTP endpoint, with --check-code-file',
    })
    .option('check-code-file', {
      ...file('check-code-file'),
      describe: 'File with the check code (Printer ID) for the HTTP endpoint',
    })
    .option('login', {
      ...choice('login', LOGIN_MODES),
      describe: 'Whether to log in over TCP; auto does only if the printer refuses a read',
    })
    .option('config.file', { ...file('config.file'), describe: 'YAML file with printers' })
    .option('output', { ...choice('output', PROBE_OUTPUTS), default: 'table', describe: 'What to print' })
    .option('timeout', { ...single('timeout', parseTime), default: '15s', describe: 'Time for the whole read' });
}

type ProbeArguments = Omit<ReturnType<typeof probeBuilder> extends Argv<infer T> ? T : never, 'login'> & {
  readonly login?: LoginMode | undefined;
};

/** @throws ConfigError for a host that does not exist */
async function addressesOf(config: PrinterConfig): Promise<readonly string[]> {
  const host = hostOf(config);
  const found = await resolveHost(host);
  if ('addresses' in found) return found.addresses;
  throw new ConfigError(`${quoted(host)} does not resolve: ${found.failure}. ${NEXT_STEPS['name-unknown'].step}`);
}

interface OneRead {
  readonly view: PrinterView;
  /** Undefined if it was interrupted. */
  readonly reading: Reading | undefined;
}

async function readOnce(config: PrinterConfig, args: ProbeArguments, context: CliContext): Promise<OneRead> {
  // The read ends when the time of the command is over.
  const timeoutMs = Math.min(config.timeoutMs ?? args.timeout, args.timeout);
  const printer = new Printer(
    { ...config, timeoutMs },
    {
      read: createPrinterReader(createHttpReader()),
      log: loggerOf({ ...args, 'log.level': args['log.level'] === 'info' ? 'error' : args['log.level'] }, context),
      now: context.now,
      shutdownSignal: context.stop,
    },
  );
  const { view, reading } = await printer.readCached(0);
  return { view, reading };
}

function reportOf({ config, written }: ProbeTarget, examination: Examination): Report {
  const diagnosis = diagnose(config, examination);
  const lines =
    written && examination.reading.up ? configLines(config, written, examination, diagnosis.missing) : undefined;
  return { config, host: hostOf(config), examination, diagnosis, configLines: lines };
}

export async function probe(args: ProbeArguments, context: CliContext): Promise<number> {
  const target = await chooseTarget(args, context);
  const { config } = target;
  const addresses = await addressesOf(config);
  const isForMachines = args.output === 'metrics';
  const discovery = isForMachines ? undefined : await askDiscovery(addresses, context.stop);
  const { view, reading } = await readOnce(config, args, context);
  if (context.stop.aborted && !view.up) {
    context.writeErr(`${printable(config.name)}: interrupted\n`);
    return 1;
  }
  const endpoints = reading?.endpoints ?? [];
  for (const { protocol, failure } of endpoints) {
    if (failure) {
      context.writeErr(`${printable(config.name)}: not read over ${protocol}: ${failure.code}: ${failure.message}\n`);
    }
  }
  if (isForMachines) {
    context.writeOut((await renderPage({ printers: [view] }, 'text')).toString());
  } else if (reading) {
    const ports = await examinePorts(config, hostOf(config), endpoints, context.stop);
    const report = reportOf(target, { addresses, discovery, reading, ports });
    context.writeOut(args.output === 'json' ? formatReportJson(report) : formatReportTable(report));
  }
  return view.up ? 0 : 1;
}
