// Parses the command line and runs its command. A usage error is one line on stderr and exit code 2.

import createYargs, { type Argv } from 'yargs';
import { ConfigError } from '../common/config-error.ts';
import type { CliContext } from './context.ts';
import { rejectMistakes } from './misspelt-command.ts';
import { BOOLEAN_FLAGS } from './options.ts';
import { type ServeArguments, serve, serveBuilder } from './serve.ts';
import { formatVersion, readBuildInfo } from './version.ts';

const USAGE_ERROR = 2;

// yargs also accepts the names of positionals and its own keys as flags, and drops a lone dash.
const NOT_A_FLAG = /^(?:--(?:no-)?(?:printer|_|\$0)(?=$|=)|-$)/;

// With a value, yargs would serve instead.
const INFORMATION = /^(--help|--version|-h)=/;

// As Prometheus once wrote them; yargs would take each letter for a flag.
const ONE_DASH = /^-[a-z][\w.-]+$/i;

// After a switch, yargs would take these words for printers.
const BOOLEAN_WORD = /^(?:true|false|yes|no)$/i;

function isSwitch(word: string, name: string): boolean {
  return word === `--${name}` || word === `--no-${name}`;
}

/** Rejects what yargs would misread, and returns the arguments for it. @throws ConfigError */
function prepare(argv: readonly string[]): string[] {
  const wrong = argv.find((word) => NOT_A_FLAG.test(word));
  if (wrong !== undefined) throw new ConfigError(`Unknown argument: ${wrong.replace(/=.*$/s, '')}; see --help`);
  const short = argv.find((word) => ONE_DASH.test(word));
  if (short !== undefined) throw new ConfigError(`Unknown argument: ${short}; flags begin with two dashes, see --help`);
  const [flag] = argv.flatMap((word) => INFORMATION.exec(word)?.[1] ?? []);
  if (flag !== undefined) throw new ConfigError(`${flag} takes no value: write ${flag}`);
  const given = BOOLEAN_FLAGS.find((name) =>
    argv.some((word, index) => isSwitch(word, name) && BOOLEAN_WORD.test(argv[index + 1] ?? '')),
  );
  if (given !== undefined) throw new ConfigError(`--${given} takes no value: write --${given} or --no-${given}`);
  // yargs drops everything after `--`. No printer begins with a dash, so only `--` itself is removed.
  return argv.filter((word) => word !== '--');
}

/** Runs the command in the arguments. @returns the exit code */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode = 0;
  const run =
    <A>(command: (args: A, context: CliContext) => Promise<number>) =>
    async (args: A): Promise<void> => {
      exitCode = await command(args, context);
    };
  // These commands have no configuration to reload.
  const runOnce = <A>(command: (args: A, context: CliContext) => Promise<number>) =>
    run<A>((args) => {
      context.onHangup?.(undefined);
      return command(args, context);
    });
  const yargs: Argv = createYargs()
    .scriptName('flashforge-exporter')
    .locale('en')
    .parserConfiguration({ 'dot-notation': false, 'camel-case-expansion': false, 'duplicate-arguments-array': true })
    .command(
      ['serve [printer..]', '$0'],
      'Serve the metrics of printers',
      serveBuilder,
      run(async (args: ServeArguments & { readonly _?: readonly unknown[] }, context) => {
        // yargs lists the command there, unless it was left out.
        if (args._?.length === 0) await rejectMistakes(args.printer);
        return await serve(args, context);
      }),
    )
    // The other commands are loaded on demand, so that serve starts faster.
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

// yargs throws its own error class for usage errors.
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'YError';
}
