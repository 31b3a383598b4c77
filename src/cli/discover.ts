// `flashforge-exporter discover`: finds printers by UDP and prints them.

import type { Argv } from 'yargs';
import { parseAddress } from '../common/address.ts';
import { parseDuration } from '../common/duration.ts';
import { renderConfigYaml } from '../discovery/config-yaml.ts';
import type { FoundPrinter } from '../discovery/found.ts';
import type { ProbeTarget } from '../discovery/interfaces.ts';
import { BROADCAST_PORT } from '../discovery/packet.ts';
import { searchPrinters } from '../discovery/search.ts';
import type { CliContext } from './context.ts';
import { choice, repeatable, single } from './options.ts';

const OUTPUTS = ['table', 'yaml', 'json'] as const;

function parseTarget(text: string): ProbeTarget {
  const { host, port = BROADCAST_PORT } = parseAddress(text);
  return { address: host, port };
}

export function discoverBuilder(yargs: Argv) {
  return yargs
    .option('output', {
      ...choice('output', OUTPUTS),
      default: 'table',
      describe: 'What to print; yaml is a file for --config.file',
    })
    .option('timeout', {
      ...single('timeout', parseDuration),
      default: '3s',
      describe: 'How long to listen after the last of three rounds, 1 s apart',
    })
    .option('target', {
      ...repeatable('target', (texts) => texts.map(parseTarget)),
      default: [] as string[],
      describe: 'Ask this address instead of the whole LAN, e.g. for printers behind a router; may be repeated',
    });
}

type DiscoverArguments = ReturnType<typeof discoverBuilder> extends Argv<infer T> ? T : never;

const COLUMNS: readonly (readonly [string, (printer: FoundPrinter) => string])[] = [
  ['ADDRESS', ({ address }) => address],
  ['NAME', ({ name }) => name],
  ['MODEL', ({ model }) => model ?? ''],
  ['SERIAL', ({ serial }) => serial ?? ''],
  ['TCP', ({ tcpPort }) => (tcpPort === undefined ? '-' : String(tcpPort))],
  ['HTTP', ({ httpPort }) => (httpPort === undefined ? '-' : String(httpPort))],
];

function formatTable(printers: readonly FoundPrinter[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...printers.map((printer) => COLUMNS.map(([, cell]) => cell(printer))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

export async function discover(args: DiscoverArguments, context: CliContext): Promise<number> {
  const targets = args.target;
  const { printers, problems, sent } = await searchPrinters(
    { waitMs: args.timeout, includeInternal: true, ...(targets.length > 0 && { targets }) },
    context.stop,
  );
  for (const problem of problems) context.writeErr(`flashforge-exporter: ${problem}\n`);
  switch (args.output) {
    case 'table':
      if (printers.length > 0) context.writeOut(formatTable(printers));
      break;
    case 'yaml':
      context.writeOut(renderConfigYaml(printers));
      break;
    case 'json':
      context.writeOut(`${JSON.stringify(printers, null, 2)}\n`);
      break;
    default:
      args.output satisfies never;
  }
  if (printers.length > 0) return 0;
  const hint = 'some models never answer, and Docker bridges and other VLANs stop the search; name its address instead';
  context.writeErr(`no printer ${sent ? 'answered' : 'could be asked'}: ${hint}\n`);
  return 1;
}
