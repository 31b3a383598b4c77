// Puts an exporter together: printers, fleet, routes, server.

import { Fleet } from '../fleet/fleet.ts';
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
  const read = createPrinterReader(createHttpReader());
  const fleet = new Fleet(options.printers, { read, log, now });
  const startedSeconds = now() / 1000;
  let isStopping = false;
  const routes = createRoutes({
    fleet,
    status: () => ({ build: options.build, lastReloadSuccessful: true, lastReloadSuccessSeconds: startedSeconds }),
    telemetryPath: options.telemetryPath,
    deadline: { defaultMs: options.scrapeTimeoutMs, offsetMs: options.scrapeTimeoutOffsetMs },
    ...(options.processMetrics && { processMetrics: createProcessMetrics() }),
    isReady: () => !isStopping,
  });
  const server = await startServer({ routes, listen: options.listen, maxRequests: options.maxRequests, log });
  return {
    urls: server.urls,
    close: async (graceMs) => {
      isStopping = true;
      await server.close(graceMs);
    },
  };
}
