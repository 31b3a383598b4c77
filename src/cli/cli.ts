// From the command line to a command; an error becomes one line on stderr and exit code 2.

import createYargs, { type Argv } from 'yargs';
import { ConfigError } from '../config/error.ts';
import type { CliContext } from './context.ts';
import { demo, demoBuilder } from './demo.ts';
import { discover, discoverBuilder } from './discover.ts';
import { probe, probeBuilder } from './probe.ts';
import { serve, serveBuilder } from './serve.ts';
import { simulate, simulateBuilder } from './simulate.ts';
import { formatVersion, readBuildInfo } from './version.ts';

const USAGE_ERROR = 2;

/** Runs the command that the arguments name. @returns the exit code */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode = 0;
  const run =
    <A>(command: (args: A, context: CliContext) => Promise<number>) =>
    async (args: A): Promise<void> => {
      exitCode = await command(args, context);
    };
  const yargs: Argv = createYargs([...argv])
    .scriptName('flashforge-exporter')
    .locale('en')
    .parserConfiguration({ 'dot-notation': false, 'camel-case-expansion': false, 'duplicate-arguments-array': true })
    .command(['serve [printer..]', '$0'], 'Serve the metrics of printers', serveBuilder, run(serve))
    .command('probe <printer>', 'Read one printer once and print what it said', probeBuilder, run(probe))
    .command('discover', 'Find printers on the LAN and print them', discoverBuilder, run(discover))
    .command('demo', 'Start simulated printers and serve their metrics', demoBuilder, run(demo))
    .command('simulate', 'Start simulated printers alone', simulateBuilder, run(simulate))
    .version('version', 'Print version, revision and Node.js version', formatVersion(readBuildInfo()))
    .help()
    .strict()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new ConfigError(`${message}; see --help`);
    });
  try {
    await yargs.parseAsync([...argv], {}, (_error, _args, output) => {
      if (output !== '') context.writeOut(`${output}\n`);
    });
    return exitCode;
  } catch (error) {
    if (!(error instanceof ConfigError) && !isUsageError(error)) throw error;
    context.writeErr(`flashforge-exporter: ${error.message.replaceAll('\n', ' ')}\n`);
    return USAGE_ERROR;
  }
}

// yargs throws its own class for what it refuses.
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'YError';
}
