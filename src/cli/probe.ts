// `flashforge-exporter probe PRINTER`: reads one printer once and prints what it said.

import type { Argv } from 'yargs';
import { ConfigError } from '../common/config-error.ts';
import { printable } from '../common/log.ts';
import { loadPrinters, parsePrinter } from '../config/load.ts';
import { Printer } from '../fleet/printer.ts';
import { createPrinterReader, type Reading } from '../fleet/reader.ts';
import { createHttpReader } from '../lan-http/read.ts';
import { renderPage } from '../metrics/exposition.ts';
import type { PrinterConfig } from '../printer/config.ts';
import type { CliContext } from './context.ts';
import { choice, file, logOptions, parseTime, single } from './options.ts';
import { formatReadingJson, formatReadingTable } from './reading-text.ts';
import { loggerOf } from './serve.ts';

export const PROBE_OUTPUTS = ['table', 'json', 'metrics'] as const;

export function probeBuilder(yargs: Argv) {
  return logOptions(yargs)
    .positional('printer', {
      type: 'string',
      demandOption: true,
      describe: '[name=]host[:port], or the name of a printer in --config.file',
    })
    .option('config.file', { ...file('config.file'), describe: 'YAML file with printers' })
    .option('output', { ...choice('output', PROBE_OUTPUTS), default: 'table', describe: 'What to print' })
    .option('timeout', { ...single('timeout', parseTime), default: '15s', describe: 'Time for the whole read' });
}

type ProbeArguments = ReturnType<typeof probeBuilder> extends Argv<infer T> ? T : never;

async function choosePrinter(args: ProbeArguments, context: CliContext): Promise<PrinterConfig> {
  const file = args['config.file'];
  if (file === undefined) return parsePrinter(args.printer);
  const printers = await loadPrinters({ file, printers: [], env: { ...context.env, FLASHFORGE_PRINTERS: undefined } });
  const chosen = printers.find(({ name, address }) => name === args.printer || address === args.printer);
  if (chosen) return chosen;
  throw new ConfigError(
    `${file} has no printer "${args.printer}"; it has ${printers.map(({ name }) => name).join(', ')}`,
  );
}

export async function probe(args: ProbeArguments, context: CliContext): Promise<number> {
  const config = await choosePrinter(args, context);
  const read = createPrinterReader(createHttpReader());
  let last: Reading | undefined;
  const printer = new Printer(config, {
    read: async (...parameters) => {
      last = await read(...parameters);
      return last;
    },
    log: loggerOf({ ...args, 'log.level': args['log.level'] === 'info' ? 'error' : args['log.level'] }, context),
    now: context.now,
  });
  const view = await printer.read(args.timeout, context.stop);
  if (context.stop.aborted && !view.up) {
    context.writeErr(`${printable(config.name)}: interrupted\n`);
    return 1;
  }
  const failures = last?.endpoints.flatMap(({ protocol, failure }) => (failure ? [{ protocol, failure }] : [])) ?? [];
  switch (args.output) {
    case 'table':
      if (last?.up) context.writeOut(formatReadingTable(config, last));
      break;
    case 'json':
      if (last) context.writeOut(formatReadingJson(config, last));
      break;
    case 'metrics':
      context.writeOut((await renderPage({ printers: [view] }, 'text')).toString());
      break;
    default:
      args.output satisfies never;
  }
  for (const { protocol, failure } of failures) {
    context.writeErr(`${printable(config.name)}: not read over ${protocol}: ${failure.code}: ${failure.message}\n`);
  }
  return view.up ? 0 : 1;
}
