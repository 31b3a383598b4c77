// What a search in `serve` changes: new printers, new addresses, and those that fall silent. Pure.

import { MAX_FOUND } from './collection.ts';
import { type FoundPrinter, serialKey } from './found.ts';
import { nameFound } from './names.ts';

/** A found printer and the name it bears from its first discovery on, whatever becomes of its address. */
export interface KnownPrinter {
  readonly name: string;
  readonly printer: FoundPrinter;
}

/** A printer of the configuration, as far as it matters here. */
export interface ConfiguredPrinter {
  readonly name: string;
  /** Host as written, and the IPv4 addresses it resolves to where that is known. */
  readonly hosts: readonly string[];
  /** Undefined where that side is off. */
  readonly tcpPort?: number;
  readonly httpPort?: number;
  readonly serial?: string;
}

export interface MergeResult {
  /** What to read besides the configured ones: those known so far in their order, then the new ones. */
  readonly printers: readonly KnownPrinter[];
  /** Found, but without a TCP side: only a configuration with their check code can read them. */
  readonly unreadable: readonly FoundPrinter[];
  /** How many new ones were left out because there are 1,000 already. */
  readonly leftOut: number;
}

/**
 * Merges a search into what earlier ones found.
 * A configured printer is never replaced. A known one is recognised by its serial, else by its address; silent ones
 * stay, unless another printer answers from their address: their series would show that one's numbers.
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
  // All serials first: two printers may have swapped their addresses.
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
    // One with a TCP side that is not this printer is another known one, moved here.
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

/** Names stay, except one that the configuration has given to another printer meanwhile. */
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

/** Tells whether a printer is one of the configured: by serial, or by host and port of either side. */
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

/** Whether two answers from one address cannot be of one printer. */
function areDifferent(a: FoundPrinter, b: FoundPrinter): boolean {
  const serials = [keyOf(a), keyOf(b)];
  if (!serials.includes(undefined)) return serials[0] !== serials[1];
  return a.productId !== undefined && b.productId !== undefined && a.productId !== b.productId;
}
