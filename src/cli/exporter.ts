// Puts an exporter together: printers, fleet, routes, server.

import { lookup } from 'node:dns/promises';
import type { Networks } from '../config/networks.ts';
import { type SearchResult, searchPrinters } from '../discovery/search.ts';
import { watchPrinters } from '../discovery/watch.ts';
import { Fleet } from '../fleet/fleet.ts';
import { TargetPool } from '../fleet/target-pool.ts';
import { createHttpReader } from '../lan-http/client.ts';
import type { Logger } from '../log.ts';
import type { BuildInfo } from '../metrics/exporter.ts';
import { createProcessMetrics } from '../metrics/exposition.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { createPrinterReader } from '../printer/reader.ts';
import { createRoutes } from '../web/routes.ts';
import { type ListenAddress, startServer } from '../web/server.ts';

export interface ExporterOptions {
  readonly printers: readonly PrinterConfig[];
  readonly listen: readonly ListenAddress[];
  readonly telemetryPath: string;
  readonly processMetrics: boolean;
  readonly maxRequests: number;
  readonly scrapeTimeoutMs: number;
  readonly scrapeTimeoutOffsetMs: number;
  /** Where /probe may go besides the configured printers. */
  readonly probeAllow?: Networks;
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
  /** Lets the scrapes under way finish for at most this long. */
  close(graceMs: number): Promise<void>;
}

/** Starts an exporter; it reads printers only when asked. @throws ConfigError when it cannot listen */
export async function startExporter(options: ExporterOptions): Promise<RunningExporter> {
  const { log, now } = options;
  const dependencies = { read: createPrinterReader(createHttpReader()), log, now };
  const fleet = new Fleet(options.printers, dependencies);
  const startedSeconds = now() / 1000;
  let isStopping = false;
  const routes = createRoutes({
    fleet,
    pool: new TargetPool(dependencies),
    ...(options.probeAllow && { allow: options.probeAllow }),
    status: () => ({ build: options.build, lastReloadSuccessful: true, lastReloadSuccessSeconds: startedSeconds }),
    telemetryPath: options.telemetryPath,
    deadline: { defaultMs: options.scrapeTimeoutMs, offsetMs: options.scrapeTimeoutOffsetMs },
    ...(options.processMetrics && { processMetrics: createProcessMetrics() }),
    isReady: () => !isStopping,
  });
  const server = await startServer({ routes, listen: options.listen, maxRequests: options.maxRequests, log });
  const stopWatching = new AbortController();
  const watching = options.discoveryIntervalMs > 0 ? watch(options, fleet, stopWatching.signal) : undefined;
  return {
    urls: server.urls,
    close: async (graceMs) => {
      isStopping = true;
      stopWatching.abort();
      await Promise.all([server.close(graceMs), watching]);
    },
  };
}

async function ipv4AddressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, family: 4 }).catch(() => []);
  return found.map(({ address }) => address);
}

async function watch(options: ExporterOptions, fleet: Fleet, signal: AbortSignal): Promise<void> {
  const { log, discoveryIntervalMs: intervalMs, search = (stop) => searchPrinters({}, stop) } = options;
  await watchPrinters({ fleet, intervalMs, search, resolve: ipv4AddressesOf, log }, signal);
}
