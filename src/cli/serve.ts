// `flashforge-exporter [serve]`: reads the printers named and serves their metrics until it is told to stop.

import type { Argv } from 'yargs';
import { loadPrinters } from '../config/load.ts';
import { createLogger, type Logger } from '../log.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { type CliContext, untilStopped } from './context.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { discoveryOptions, printerOptions, serveOptions } from './options.ts';
import { readBuildInfo } from './version.ts';

// Longer than any scrape's default; systemd and Docker wait 90 s and 10 s.
const STOP_GRACE_MS = 9000;

export function serveBuilder(yargs: Argv) {
  return printerOptions(discoveryOptions(serveOptions(yargs))).option('config.check', {
    type: 'boolean',
    default: false,
    describe: 'Check the configuration, say what it holds, and exit',
  });
}

type BuilderArguments<B> = B extends (yargs: Argv) => Argv<infer T> ? T : never;
export type ServeArguments = BuilderArguments<typeof serveBuilder>;
export type WebArguments = BuilderArguments<typeof serveOptions<object>>;

/** A logger as the flags say. */
export function loggerOf(args: Pick<WebArguments, 'log.level' | 'log.format'>, { writeErr, now }: CliContext): Logger {
  return createLogger({ level: args['log.level'], format: args['log.format'], write: writeErr, now });
}

/** Starts an exporter for these printers as the flags say. */
export async function startFromArguments(
  args: WebArguments & { 'discovery.interval'?: number },
  printers: readonly PrinterConfig[],
  context: CliContext,
): Promise<RunningExporter> {
  return await startExporter({
    printers,
    listen: args['web.listen-address'],
    telemetryPath: args['web.telemetry-path'],
    processMetrics: !args['web.disable-exporter-metrics'],
    maxRequests: args['web.max-requests'],
    scrapeTimeoutMs: args['scrape.timeout'],
    scrapeTimeoutOffsetMs: args['scrape.timeout-offset'],
    ...(args['probe.allow'] && { probeAllow: args['probe.allow'] }),
    discoveryIntervalMs: args['discovery.interval'] ?? 0,
    build: readBuildInfo(),
    log: loggerOf(args, context),
    now: context.now,
  });
}

export async function serve(args: ServeArguments, context: CliContext): Promise<number> {
  const file = args['config.file'];
  const printers = await loadPrinters({
    printers: args.printer,
    env: context.env,
    ...(file !== undefined && { file }),
  });
  if (args['config.check']) {
    const names = printers.map(({ name }) => name).join(', ');
    context.writeOut(`configuration is good: ${printers.length} printers${names === '' ? '' : `: ${names}`}\n`);
    return 0;
  }
  const log = loggerOf(args, context);
  const exporter = await startFromArguments(args, printers, context);
  for (const url of exporter.urls) {
    log.info('listening', { url, printers: printers.length, version: readBuildInfo().version });
  }
  if (printers.length === 0)
    log.warn('no printers: name them as arguments, in --config.file or in $FLASHFORGE_PRINTERS');
  await untilStopped(context);
  log.info('stopping');
  await exporter.close(STOP_GRACE_MS);
  return 0;
}
