// Discovery while the exporter serves: repeated searches, and what each one changes.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../common/log.ts';
import { traceOf } from '../common/reason.ts';
import { within } from '../common/within.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { missingCredentials } from '../printer/next-steps.ts';
import type { Identity } from '../printer/snapshot.ts';
import { configOf, configuredFrom } from './as-config.ts';
import { MAX_FOUND } from './collection.ts';
import { type ConfiguredPrinter, type KnownPrinter, mergeFound } from './merge.ts';
import type { SearchResult } from './search.ts';

/** A configured printer, and its identity if known. */
export interface ConfiguredNow {
  readonly config: PrinterConfig;
  readonly identity: Identity | undefined;
}

export interface WatchOptions {
  /** The printers of the current configuration. */
  readonly configured: () => readonly ConfiguredNow[];
  /** Called after each search with every printer found so far. */
  readonly onFound: (printers: readonly PrinterConfig[]) => void;
  readonly intervalMs: number;
  readonly search: (signal: AbortSignal) => Promise<SearchResult>;
  /** The IPv4 addresses of a host name; empty if it does not resolve now. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly log: Logger;
}

// Room for every printer that is known at a time, and for those that changed their address since.
const MAX_SAID = 10 * MAX_FOUND;

/** Returns a test that is true the first time it sees a key, so that each line is logged once and not at every search. */
function createOnce(): (key: string) => boolean {
  const said = new Set<string>();
  return (key) => said.size < MAX_SAID && !said.has(key) && said.add(key) !== undefined;
}

/** Searches now and then at every interval, until the signal fires. */
export async function watchPrinters(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { onFound, log } = options;
  const isNew = createOnce();
  let known: readonly KnownPrinter[] = [];
  const searchOnce = async (): Promise<void> => {
    const { printers, problems } = await options.search(signal);
    if (signal.aborted) return;
    // A name look-up cannot be cancelled, and a shutdown must not wait for it.
    const configured = await within(describeConfigured(options), undefined, signal);
    if (!configured || signal.aborted) return;
    const merged = mergeFound(known, printers, configured);
    known = merged.printers;
    onFound(known.map(configOf));
    for (const { name, printer } of known) {
      if (isNew(`found ${name} ${printer.address}`)) {
        log.info('printer discovered', { printer: name, address: printer.address, model: printer.model });
      }
    }
    for (const { address, model, serial } of merged.unreadable) {
      if (isNew(`unreadable ${address}`)) {
        const next = missingCredentials({ serial, model });
        log.warn('printer discovered that needs its check code in the configuration', { address, model, serial, next });
      }
    }
    const leftOut = merged.leftOut > 0 ? [`more than ${MAX_FOUND} printers were found; the others are left out`] : [];
    for (const reason of [...problems, ...leftOut]) if (isNew(reason)) log.warn('discovery is hindered', { reason });
  };
  while (!signal.aborted) {
    try {
      await searchOnce();
    } catch (error) {
      // A bug costs this search, not the exporter.
      if (isNew(`fault ${String(error)}`))
        log.error('a fault in the exporter, please report it', { reason: traceOf(error) });
    }
    await sleep(options.intervalMs, undefined, { signal }).catch(() => {});
  }
}

async function describeConfigured({ configured, resolve }: WatchOptions): Promise<readonly ConfiguredPrinter[]> {
  return await Promise.all(
    configured().map(async ({ config, identity }) => {
      const host = config.tcp?.host ?? config.http?.host ?? '';
      return configuredFrom(config, { addresses: await resolve(host), serial: identity?.serial });
    }),
  );
}
