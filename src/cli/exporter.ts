// Assembles an exporter: printers, fleet, routes, server.

import { lookup } from 'node:dns/promises';
import { CancelController } from '../common/cancellation.ts';
import type { Logger } from '../common/log.ts';
import type { Networks } from '../common/networks.ts';
import { reasonOf } from '../common/reason.ts';
import { Reloader } from '../config/reload.ts';
import type { SearchResult } from '../discovery/search.ts';
import { Fleet } from '../fleet/fleet.ts';
import { LocalFailures } from '../fleet/local-failures.ts';
import type { PrinterDependencies } from '../fleet/printer.ts';
import { createPrinterReader } from '../fleet/reader.ts';
import { TargetPool } from '../fleet/target-pool.ts';
import { createHttpReader, loadHttpClient } from '../lan-http/read.ts';
import type { BuildInfo } from '../metrics/exporter.ts';
import type { ProcessMetrics } from '../metrics/process-metrics.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { checkPort } from '../tcp/port-check.ts';
import { Refusals } from '../web/http/refusals.ts';
import { type ListenAddress, startServer } from '../web/http/server.ts';
import type { ListenFd } from '../web/http/systemd.ts';
import { createRoutes } from '../web/routes.ts';

export interface ExporterOptions {
  readonly printers: readonly PrinterConfig[];
  /** Reloads the printers; undefined if they never change. @throws ConfigError */
  readonly load?: (() => Promise<readonly PrinterConfig[]>) | undefined;
  /** Whether POST /-/reload is served. */
  readonly lifecycle?: boolean | undefined;
  /** The origin whose pages may read the JSON API, or `*` for all. */
  readonly corsOrigin?: string | undefined;
  readonly listen: readonly (ListenAddress | ListenFd)[];
  /** TLS, basic auth and headers, in the exporter-toolkit's format. */
  readonly webConfigFile?: string | undefined;
  readonly telemetryPath: string;
  readonly processMetrics: boolean;
  readonly maxRequests: number;
  readonly scrapeTimeoutMs: number;
  readonly scrapeTimeoutOffsetMs: number;
  /** Networks in which /probe may read printers that are not configured. */
  readonly probeAllow?: Networks | undefined;
  /** Keeps the outcomes of prints across restarts. */
  readonly stateFile?: string | undefined;
  /** 0 for no discovery. */
  readonly discoveryIntervalMs: number;
  /** Searches for printers; by default with UDP on all interfaces. */
  readonly search?: ((signal: AbortSignal) => Promise<SearchResult>) | undefined;
  readonly build: BuildInfo;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds that pass whatever happens to the wall clock; of this machine where it is not given. */
  readonly monotonicSeconds?: () => number;
}

export interface RunningExporter {
  readonly urls: readonly string[];
  /** Reloads the configuration. @throws ConfigError if it is invalid; the old one stays in effect */
  reload(): Promise<void>;
  /**
   * Stops listening and finishes the scrapes in flight. After `readMs` they are answered with what has been read, as at their
   * deadline; clients that have not taken the response half a second later are disconnected.
   */
  close(readMs: number): Promise<void>;
}

// Time to send the responses after the last read has ended, the same as the default of --scrape.timeout-offset.
const RESPONSE_MS = 500;

/** Starts an exporter, which reads printers only on request. @throws ConfigError if it cannot listen */
export async function startExporter(options: ExporterOptions): Promise<RunningExporter> {
  const { log, now, webConfigFile, stateFile } = options;
  // Loaded only if asked for: together these modules would double the start-up time.
  const access =
    webConfigFile === undefined
      ? undefined
      : (await import('../web/security/configured-access.ts')).openAccessControl({ file: webConfigFile, log });
  const state =
    stateFile === undefined
      ? undefined
      : await (await import('../jobs/state-file.ts')).openStateFile(stateFile, log, now);
  await loadClientFor(options.printers);
  const shutdownSignal = new CancelController();
  const dependencies: PrinterDependencies = {
    read: createPrinterReader(createHttpReader()),
    checkPort,
    log,
    now,
    monotonicSeconds: options.monotonicSeconds,
    shutdownSignal,
    localFailures: new LocalFailures(log),
    recallJobs: state?.recall,
    saveJobs: state?.save,
    flushJobs: state?.flush,
    recallIdentities: state?.recallIdentities,
    saveIdentities: state?.saveIdentities,
  };
  const fleet = new Fleet(options.printers, dependencies);
  const reloader = new Reloader({
    load: async () => {
      const printers = await (options.load?.() ?? options.printers);
      await loadClientFor(printers);
      return printers;
    },
    apply: (printers) => fleet.configure(printers),
    log,
    now,
  });
  const refusals = new Refusals(log);
  let isStopping = false;
  const routes = createRoutes({
    fleet,
    pool: new TargetPool(dependencies),
    allow: options.probeAllow,
    status: () => ({
      build: options.build,
      lastReloadSuccessful: reloader.isSuccessful,
      lastReloadSuccessSeconds: reloader.successSeconds,
      webConfigSuccessful: access?.isConfigValid(),
      refusedRequests: refusals.counts,
      stateFileWritable: state?.isWritable,
    }),
    reload: options.lifecycle ? () => reloader.reload() : undefined,
    corsOrigin: options.corsOrigin,
    telemetryPath: options.telemetryPath,
    deadline: { defaultMs: options.scrapeTimeoutMs, offsetMs: options.scrapeTimeoutOffsetMs },
    processMetrics: options.processMetrics ? loadProcessMetrics(log) : undefined,
    isReady: () => !isStopping,
  });
  const server = await startServer({
    routes,
    listen: options.listen,
    maxRequests: options.maxRequests,
    log,
    refusals,
    access,
  });
  const stopWatching = new AbortController();
  const watching = options.discoveryIntervalMs > 0 ? watch(options, fleet, stopWatching.signal) : undefined;
  return {
    urls: server.urls,
    reload: () => reloader.reload(),
    close: async (readMs) => {
      isStopping = true;
      stopWatching.abort();
      const endingReads = setTimeout(() => shutdownSignal.abort(), readMs);
      await Promise.all([server.close(readMs + RESPONSE_MS), watching]);
      clearTimeout(endingReads);
      // Nobody waits any more: a read that goes on would only delay the end of the process.
      shutdownSignal.abort();
      await state?.close();
      await access?.close();
    },
  };
}

/** Loads the HTTP client if a printer needs it. Not at the first read, when sockets may have taken all file descriptors. */
async function loadClientFor(printers: readonly PrinterConfig[]): Promise<void> {
  if (printers.some(({ http }) => http)) await loadHttpClient();
}

/**
 * Starts the process's metrics with the first scrape: loading prom-client takes an eighth of the start-up time. They are
 * undefined if it cannot be loaded. Node.js remembers such a failure, so there is no second try.
 */
function loadProcessMetrics(log: Logger): () => Promise<ProcessMetrics | undefined> {
  let loaded: Promise<ProcessMetrics | undefined> | undefined;
  const load = async (): Promise<ProcessMetrics | undefined> => {
    try {
      const { createProcessMetrics } = await import('../metrics/process-metrics.ts');
      return createProcessMetrics();
    } catch (error) {
      log.error('process_* and nodejs_* are missing until a restart', { reason: reasonOf(error) });
      return undefined;
    }
  };
  return () => {
    loaded ??= load();
    return loaded;
  };
}

async function ipv4AddressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, family: 4 }).catch(() => []);
  return found.map(({ address }) => address);
}

async function watch(options: ExporterOptions, fleet: Fleet, signal: AbortSignal): Promise<void> {
  const [{ searchPrinters }, { watchPrinters }] = await Promise.all([
    import('../discovery/search.ts'),
    import('../discovery/watch.ts'),
  ]);
  const { log, discoveryIntervalMs: intervalMs, search = (stop) => searchPrinters({}, stop) } = options;
  await watchPrinters(
    {
      configured: () => fleet.configured,
      onFound: (printers) => fleet.setDiscovered(printers),
      intervalMs,
      search,
      resolve: ipv4AddressesOf,
      log,
    },
    signal,
  );
}
