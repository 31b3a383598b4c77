// Merges the results of repeated searches: new printers, new addresses, and printers that stop replying. Pure.

import { serialKey } from '../printer/identifiers.ts';
import { MAX_FOUND } from './collection.ts';
import type { FoundPrinter } from './found.ts';
import { nameFound } from './names.ts';

/** A found printer and its name, which stays the same even if the address changes. */
export interface KnownPrinter {
  readonly name: string;
  readonly printer: FoundPrinter;
}

/** What matters here about a configured printer. */
export interface ConfiguredPrinter {
  readonly name: string;
  /** The host as written, and the IPv4 addresses it resolves to if known. */
  readonly hosts: readonly string[];
  /** Undefined if that endpoint is off. */
  readonly tcpPort?: number;
  readonly httpPort?: number;
  readonly serial?: string;
}

export interface MergeResult {
  /** The printers to read besides the configured ones: the known ones in their order, then the new ones. */
  readonly printers: readonly KnownPrinter[];
  /** Found, but without a TCP endpoint: they can be read only with a check code in the configuration. */
  readonly unreadable: readonly FoundPrinter[];
  /** How many new printers were left out because there are already 1,000. */
  readonly leftOut: number;
}

/**
 * Merges the result of a search into those of earlier ones.
 * A configured printer is never replaced. A known printer is recognised by its serial number, otherwise by its address. One that
 * stops replying stays, unless another printer replies from its address: its series would then show the other printer's values.
 */
export function mergeFound(
  known: readonly KnownPrinter[],
  found: readonly FoundPrinter[],
  configured: readonly ConfiguredPrinter[],
): MergeResult {
  const isConfigured = createMatcher(configured);
  const ours = found.filter((printer) => !isConfigured(printer));
  const fresh = new Set(ours.filter(({ tcp }) => tcp));
  const bySerial = new Map([...fresh].map((printer) => [keyOf(printer), printer]));
  const byAddress = new Map(found.map((printer) => [printer.address, printer]));

  const before = known.filter(({ printer }) => !isConfigured(printer));
  const now = new Map<KnownPrinter, FoundPrinter>();
  const recognise = (entry: KnownPrinter, printer: FoundPrinter | undefined) => {
    if (printer !== undefined && fresh.delete(printer)) now.set(entry, printer);
  };
  // Serial numbers first: two printers may have swapped their addresses.
  for (const entry of before) {
    const key = keyOf(entry.printer);
    if (key !== undefined) recognise(entry, bySerial.get(key));
  }
  for (const entry of before) {
    const there = byAddress.get(entry.printer.address);
    if (there !== undefined && !now.has(entry) && !areDifferent(there, entry.printer)) recognise(entry, there);
  }

  const hasLostAddress = ({ printer }: KnownPrinter): boolean => {
    const there = byAddress.get(printer.address);
    // A printer there with a TCP endpoint that is not this one is another known printer that moved here.
    return there !== undefined && (there.tcp || isConfigured(there) || areDifferent(there, printer));
  };
  const kept = before.flatMap((entry): KnownPrinter[] => {
    const printer = now.get(entry);
    if (printer !== undefined) return [{ name: entry.name, printer: { ...entry.printer, ...printer } }];
    return hasLostAddress(entry) ? [] : [entry];
  });
  const added = [...fresh].slice(0, Math.max(0, MAX_FOUND - kept.length));
  return {
    printers: nameAll(kept, added, configured),
    unreadable: ours.filter(({ tcp }) => !tcp),
    leftOut: fresh.size - added.length,
  };
}

/** Names stay, except one that the configuration has since given to another printer. */
function nameAll(
  kept: readonly KnownPrinter[],
  added: readonly FoundPrinter[],
  configured: readonly ConfiguredPrinter[],
): KnownPrinter[] {
  const reserved = new Set(configured.flatMap(({ name, hosts }) => [name, ...hosts]));
  const renamed = kept.filter(({ name }) => reserved.has(name)).map(({ printer }) => printer);
  const unnamed = [...renamed, ...added];
  const names = nameFound(unnamed, [...reserved, ...kept.map(({ name }) => name)]);
  const newNames = new Map(unnamed.map((printer, index) => [printer, names[index]]));
  return [
    ...kept.map(({ name, printer }) => ({ name: newNames.get(printer) ?? name, printer })),
    ...added.map((printer) => ({ name: newNames.get(printer) ?? printer.address, printer })),
  ];
}

/** Returns a test for configured printers: by serial number, or by host and port of either endpoint. */
function createMatcher(configured: readonly ConfiguredPrinter[]): (printer: FoundPrinter) => boolean {
  const serials = new Set(configured.flatMap(({ serial }) => (serial === undefined ? [] : [serialKey(serial)])));
  const endpoints = new Set(
    configured.flatMap((printer) => printer.hosts.flatMap((host) => endpointsOf(host, printer))),
  );
  return (printer) =>
    (printer.serial !== undefined && serials.has(serialKey(printer.serial))) ||
    endpointsOf(printer.address, printer).some((endpoint) => endpoints.has(endpoint));
}

function endpointsOf(host: string, { tcpPort, httpPort }: Pick<ConfiguredPrinter, 'tcpPort' | 'httpPort'>): string[] {
  return [
    ...(tcpPort === undefined ? [] : [`tcp ${host} ${tcpPort}`]),
    ...(httpPort === undefined ? [] : [`http ${host} ${httpPort}`]),
  ];
}

function keyOf({ serial }: FoundPrinter): string | undefined {
  return serial === undefined ? undefined : serialKey(serial);
}

/** Whether two replies from one address must come from different printers. */
function areDifferent(a: FoundPrinter, b: FoundPrinter): boolean {
  const serials = [keyOf(a), keyOf(b)];
  if (!serials.includes(undefined)) return serials[0] !== serials[1];
  return a.productId !== undefined && b.productId !== undefined && a.productId !== b.productId;
}
