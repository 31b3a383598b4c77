// Puts an exporter together: printers, fleet, routes, server.

import { lookup } from 'node:dns/promises';
import { CancelController } from '../common/cancellation.ts';
import type { Logger } from '../common/log.ts';
import type { Networks } from '../common/networks.ts';
import { Reloader } from '../config/reload.ts';
import type { SearchResult } from '../discovery/search.ts';
import { Fleet } from '../fleet/fleet.ts';
import type { PrinterDependencies } from '../fleet/printer.ts';
import { createPrinterReader } from '../fleet/reader.ts';
import { TargetPool } from '../fleet/target-pool.ts';
import { createHttpReader, loadHttpClient } from '../lan-http/read.ts';
import type { BuildInfo } from '../metrics/exporter.ts';
import { createProcessMetrics } from '../metrics/exposition.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { type ListenAddress, startServer } from '../web/http/server.ts';
import type { ListenFd } from '../web/http/systemd.ts';
import { createRoutes } from '../web/routes.ts';

export interface ExporterOptions {
  readonly printers: readonly PrinterConfig[];
  /** Loads the printers again; undefined where they never change. @throws ConfigError */
  readonly load?: () => Promise<readonly PrinterConfig[]>;
  /** Whether POST /-/reload is served. */
  readonly lifecycle?: boolean;
  /** The origin whose pages may read the JSON API, or `*`. */
  readonly corsOrigin?: string;
  readonly listen: readonly (ListenAddress | ListenFd)[];
  /** TLS, basic auth and headers, in the exporter-toolkit's format. */
  readonly webConfigFile?: string;
  readonly telemetryPath: string;
  readonly processMetrics: boolean;
  readonly maxRequests: number;
  readonly scrapeTimeoutMs: number;
  readonly scrapeTimeoutOffsetMs: number;
  /** Where /probe may go besides the configured printers. */
  readonly probeAllow?: Networks;
  /** Where outcomes of prints are kept over a restart. */
  readonly stateFile?: string;
  /** 0 for no discovery. */
  readonly discoveryIntervalMs: number;
  /** How printers are searched for; by UDP on all interfaces unless a test says otherwise. */
  readonly search?: (signal: AbortSignal) => Promise<SearchResult>;
  readonly build: BuildInfo;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface RunningExporter {
  readonly urls: readonly string[];
  /** Loads the configuration again. @throws ConfigError when it is bad; the old one stays */
  reload(): Promise<void>;
  /**
   * Stops listening, and answers the scrapes under way: after this long with what is read until then, as at their
   * deadline. Whoever has not taken the answer half a second later is hung up on.
   */
  close(readMs: number): Promise<void>;
}

// For answering after the last read has ended, as long as --scrape.timeout-offset leaves for it.
const ANSWER_MS = 500;

/** Starts an exporter; it reads printers only when asked. @throws ConfigError when it cannot listen */
export async function startExporter(options: ExporterOptions): Promise<RunningExporter> {
  const { log, now, webConfigFile, stateFile } = options;
  // What is not asked for is not loaded: it would double the time to start.
  const access =
    webConfigFile === undefined
      ? undefined
      : (await import('../web/security/access-control.ts')).openAccessControl({ file: webConfigFile, log });
  const state =
    stateFile === undefined
      ? undefined
      : await (await import('../jobs/state-file.ts')).openStateFile(stateFile, log, now);
  if (options.printers.some(({ http }) => http)) await loadHttpClient();
  const shutdownSignal = new CancelController();
  const dependencies: PrinterDependencies = {
    read: createPrinterReader(createHttpReader()),
    log,
    now,
    shutdownSignal,
    ...(state && { recallJobs: state.recall, saveJobs: state.save }),
  };
  const fleet = new Fleet(options.printers, dependencies);
  const reloader = new Reloader({
    load: options.load ?? (async () => options.printers),
    apply: (printers) => fleet.configure(printers),
    log,
    now,
  });
  let isStopping = false;
  const routes = createRoutes({
    fleet,
    pool: new TargetPool(dependencies),
    ...(options.probeAllow && { allow: options.probeAllow }),
    status: () => ({
      build: options.build,
      lastReloadSuccessful: reloader.isSuccessful,
      lastReloadSuccessSeconds: reloader.successSeconds,
    }),
    ...(options.lifecycle && { reload: () => reloader.reload() }),
    ...(options.corsOrigin !== undefined && { corsOrigin: options.corsOrigin }),
    telemetryPath: options.telemetryPath,
    deadline: { defaultMs: options.scrapeTimeoutMs, offsetMs: options.scrapeTimeoutOffsetMs },
    ...(options.processMetrics && { processMetrics: createProcessMetrics() }),
    isReady: () => !isStopping,
  });
  const server = await startServer({
    routes,
    listen: options.listen,
    maxRequests: options.maxRequests,
    log,
    ...(access && { access }),
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
      await Promise.all([server.close(readMs + ANSWER_MS), watching]);
      clearTimeout(endingReads);
      await state?.close();
      await access?.close();
    },
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
