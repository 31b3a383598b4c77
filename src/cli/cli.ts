// From the command line to a command; an error becomes one line on stderr and exit code 2.

import createYargs, { type Argv } from 'yargs';
import { ConfigError } from '../common/config-error.ts';
import type { CliContext } from './context.ts';
import { BOOLEAN_FLAGS } from './options.ts';
import { serve, serveBuilder } from './serve.ts';
import { formatVersion, readBuildInfo } from './version.ts';

const USAGE_ERROR = 2;

// yargs takes the names of positionals, and its own, for flags too, and drops a lone dash.
const NO_ARGUMENT = /^(?:--(?:no-)?(?:printer|_|\$0)(?=$|=)|-$)/;

// Behind a flag without a value these would be names of printers.
const TRUTH = /^(?:true|false|yes|no)$/i;

function isSwitch(word: string, name: string): boolean {
  return word === `--${name}` || word === `--no-${name}`;
}

/** The arguments as yargs should see them. @throws ConfigError */
function prepare(argv: readonly string[]): string[] {
  const wrong = argv.find((word) => NO_ARGUMENT.test(word));
  if (wrong !== undefined) throw new ConfigError(`Unknown argument: ${wrong.replace(/=.*$/s, '')}; see --help`);
  const given = BOOLEAN_FLAGS.find((name) =>
    argv.some((word, index) => isSwitch(word, name) && TRUTH.test(argv[index + 1] ?? '')),
  );
  if (given !== undefined) throw new ConfigError(`--${given} takes no value: write --${given} or --no-${given}`);
  // yargs drops what stands behind `--`; no printer begins with a dash, so it changes nothing.
  return argv.filter((word) => word !== '--');
}

/** Runs the command that the arguments name. @returns the exit code */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode = 0;
  const run =
    <A>(command: (args: A, context: CliContext) => Promise<number>) =>
    async (args: A): Promise<void> => {
      exitCode = await command(args, context);
    };
  // These have nothing to load again.
  const runOnce = <A>(command: (args: A, context: CliContext) => Promise<number>) =>
    run<A>((args) => {
      context.onHangup?.(undefined);
      return command(args, context);
    });
  const yargs: Argv = createYargs()
    .scriptName('flashforge-exporter')
    .locale('en')
    .parserConfiguration({ 'dot-notation': false, 'camel-case-expansion': false, 'duplicate-arguments-array': true })
    .command(['serve [printer..]', '$0'], 'Serve the metrics of printers', serveBuilder, run(serve))
    // What serves does not wait for the others to load.
    .command(
      'probe <printer>',
      'Read one printer once and print what it said',
      async (options) => (await import('./probe.ts')).probeBuilder(options),
      runOnce(async (args, context) => (await import('./probe.ts')).probe(args, context)),
    )
    .command(
      'discover',
      'Find printers on the LAN and print them',
      async (options) => (await import('./discover.ts')).discoverBuilder(options),
      runOnce(async (args, context) => (await import('./discover.ts')).discover(args, context)),
    )
    .command(
      'demo',
      'Start simulated printers and serve their metrics',
      async (options) => (await import('./demo.ts')).demoBuilder(options),
      runOnce(async (args, context) => (await import('./demo.ts')).demo(args, context)),
    )
    .command(
      'simulate',
      'Start simulated printers alone',
      async (options) => (await import('./simulate.ts')).simulateBuilder(options),
      runOnce(async (args, context) => (await import('./simulate.ts')).simulate(args, context)),
    )
    .version('version', 'Print version, revision and Node.js version', formatVersion(readBuildInfo()))
    .help()
    .alias('h', 'help')
    .strict()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new ConfigError(`${message}; see --help`);
    });
  for (const name of BOOLEAN_FLAGS) yargs.option(name, { type: 'boolean', nargs: 0, global: false });
  try {
    await yargs.parseAsync(prepare(argv), {}, (_error, _args, output) => {
      if (output !== '') context.writeOut(`${output}\n`);
    });
    return exitCode;
  } catch (error) {
    if (!(error instanceof ConfigError) && !isUsageError(error)) throw error;
    context.writeErr(`flashforge-exporter: ${oneLine(error.message)}\n`);
    return USAGE_ERROR;
  }
}

function oneLine(message: string): string {
  return message.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

// yargs throws its own class for what it refuses.
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'YError';
}
