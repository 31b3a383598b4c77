// `flashforge-exporter [serve]`: serves the metrics of printers until it is told to stop.

import type { Argv } from 'yargs';
import { createLogger, type Logger, printable } from '../common/log.ts';
import { loadPrinters } from '../config/load.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { systemdSockets } from '../web/http/systemd.ts';
import { type CliContext, untilStopped } from './context.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { discoveryOptions, printerOptions, SWITCH, serveOptions, stateOptions } from './options.ts';
import { readBuildInfo } from './version.ts';

// Docker kills after 10 s, systemd after 90 s; the rest is for sending responses and writing --state.file.
const STOP_READ_MS = 8500;

export function serveBuilder(yargs: Argv) {
  return printerOptions(stateOptions(discoveryOptions(serveOptions(yargs)))).option('config.check', {
    ...SWITCH,
    describe: 'Check the configuration, print a summary, and exit',
  });
}

type BuilderArguments<B> = B extends (yargs: Argv) => Argv<infer T> ? T : never;
export type ServeArguments = BuilderArguments<typeof serveBuilder>;
export type WebArguments = BuilderArguments<typeof serveOptions<object>>;

/** The logger that the flags describe. */
export function loggerOf(args: Pick<WebArguments, 'log.level' | 'log.format'>, { writeErr, now }: CliContext): Logger {
  return createLogger({ level: args['log.level'], format: args['log.format'], write: writeErr, now });
}

/** Starts an exporter for these printers with the settings of the flags. @param load reloads the printers */
export async function startFromArguments(
  args: WebArguments & { 'discovery.interval'?: number; 'state.file'?: string | undefined },
  printers: readonly PrinterConfig[],
  context: CliContext,
  load?: () => Promise<readonly PrinterConfig[]>,
): Promise<RunningExporter> {
  return await startExporter({
    printers,
    load,
    lifecycle: args['web.enable-lifecycle'],
    corsOrigin: args['web.cors-origin'],
    listen: args['web.systemd-socket'] ? systemdSockets(context.env, process.pid) : args['web.listen-address'],
    webConfigFile: args['web.config.file'],
    telemetryPath: args['web.telemetry-path'],
    processMetrics: !args['web.disable-exporter-metrics'],
    maxRequests: args['web.max-requests'],
    scrapeTimeoutMs: args['scrape.timeout'],
    scrapeTimeoutOffsetMs: args['scrape.timeout-offset'],
    probeAllow: args['probe.allow'],
    discoveryIntervalMs: args['discovery.interval'] ?? 0,
    stateFile: args['state.file'],
    build: readBuildInfo(),
    log: loggerOf(args, context),
    now: context.now,
  });
}

/** Serves until the process is told to stop, then finishes the requests in flight. */
export async function serveUntilStopped(exporter: RunningExporter, context: CliContext, log: Logger): Promise<void> {
  await untilStopped(context);
  log.info('stopping');
  await exporter.close(STOP_READ_MS);
}

export async function serve(args: ServeArguments, context: CliContext): Promise<number> {
  const file = args['config.file'];
  let exporter: RunningExporter | undefined;
  let isOutdated = false;
  const reload = (): void => {
    isOutdated = true;
    // An invalid configuration is logged, and the old one stays in effect.
    exporter?.reload().catch(() => {});
  };
  context.onHangup?.(reload);
  const sources = { printers: args.printer, env: context.env, file };
  const load = () => loadPrinters({ ...sources, isReload: true });
  const printers = await loadPrinters(sources);
  const stateFile = args['state.file'];
  if (stateFile !== undefined) await (await import('../jobs/state-file-check.ts')).checkStateFile(stateFile);
  if (args['config.check']) {
    const webConfigFile = args['web.config.file'];
    if (webConfigFile !== undefined) (await import('../web/security/web-config.ts')).loadWebConfig(webConfigFile);
    const names = printers.map(({ name }) => printable(name)).join(', ');
    const count = printers.length === 1 ? '1 printer' : `${printers.length} printers`;
    context.writeOut(`configuration is good: ${count}${names === '' ? '' : `: ${names}`}\n`);
    return 0;
  }
  const log = loggerOf(args, context);
  exporter = await startFromArguments(args, printers, context, load);
  // SIGHUP arrived after the configuration was loaded.
  if (isOutdated) reload();
  for (const url of exporter.urls) {
    log.info('listening', { url, printers: printers.length, version: readBuildInfo().version });
  }
  const readsOthers = args['probe.allow'] !== undefined || (args['discovery.interval'] ?? 0) > 0;
  if (printers.length === 0 && !readsOthers)
    log.warn('no printers: name them as arguments, in --config.file or in $FLASHFORGE_PRINTERS');
  await serveUntilStopped(exporter, context, log);
  return 0;
}
