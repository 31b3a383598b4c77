// /probe?target=: one printer, in Prometheus's multi-target pattern. Finds the printer of a target, if it may be read.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '../common/address.ts';
import { ConfigError } from '../common/config-error.ts';
import { errnoOf } from '../common/errno.ts';
import { isInside, type Networks } from '../common/networks.ts';
import { within } from '../common/within.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Printer } from '../fleet/printer.ts';
import type { TargetPool } from '../fleet/target-pool.ts';
import { DEFAULT_TCP_PORT } from '../printer/config.ts';
import { type Request, RequestError } from './http/message.ts';

export interface ProbeOptions {
  readonly fleet: Fleet;
  readonly pool: TargetPool;
  /** Networks in which printers outside the configuration may be read; undefined for none. */
  readonly allow?: Networks | undefined;
}

const MAX_TARGET_CHARACTERS = 256;

/** The one value of a query parameter. @throws RequestError 400 when it is missing or repeated */
function single(url: URL, key: string): string {
  const [value, ...more] = url.searchParams.getAll(key);
  if (!value) throw new RequestError(400, `/probe needs ?${key}=, the name or address of a printer`);
  if (more.length > 0) throw new RequestError(400, `/probe takes one ${key}, not ${more.length + 1}`);
  if (value.length > MAX_TARGET_CHARACTERS) {
    throw new RequestError(400, `${key} has more than ${MAX_TARGET_CHARACTERS} characters`);
  }
  return value;
}

async function resolve(host: string, timeMs: number): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const unresolved = (why: string): RequestError =>
    new RequestError(403, `the name ${host} was not resolved (${why}), so it is in no --probe.allow`);
  const found = await within(lookup(host, { all: true }), timeMs).catch((error: unknown) => {
    throw unresolved(errnoOf(error) ?? 'failed');
  });
  // The lookup itself cannot be cancelled.
  if (!found) throw unresolved('timeout');
  return found.map(({ address }) => address);
}

/**
 * The printer with this name or address.
 * @param timeMs for resolving a host name
 * @throws RequestError 400 for a target that is neither, 403 for a printer that is neither configured nor in an allowed network
 */
export async function findPrinter(target: string, options: ProbeOptions, timeMs: number): Promise<Printer> {
  const configured = options.fleet.find(target);
  if (configured) return configured;
  const { host, port = DEFAULT_TCP_PORT } = parseTarget(target);
  const denied = `${target} is not a configured printer`;
  if (!options.allow) throw new RequestError(403, `${denied}; --probe.allow opens a network`);
  const { allow } = options;
  const address = (await resolve(host, timeMs)).find((resolved) => isInside(allow, resolved));
  if (address === undefined) throw new RequestError(403, `${denied} and in no --probe.allow`);
  // One conversation per printer, however it is spelled: by the address that was checked, which is also the one to connect
  // to, because the name could resolve to another one the next time.
  const endpoint = port === DEFAULT_TCP_PORT ? address : formatAddress(address, port);
  return (
    options.fleet.find(endpoint) ??
    options.pool.take({ name: endpoint, address: endpoint, tcp: { host: address, port, login: 'auto' } })
  );
}

export interface ProbeTarget {
  readonly printer: Printer;
  /** The label `printer`: the configured name, or else the target as Prometheus spells it, which must not change. */
  readonly name: string;
}

/** The printer of /probe?target=. @throws RequestError as `findPrinter`, and 400 for a bad query */
export async function findTarget(request: Request, options: ProbeOptions, timeMs: number): Promise<ProbeTarget> {
  const target = single(request.url, 'target');
  const printer = await findPrinter(target, options, timeMs);
  return { printer, name: options.fleet.printers.includes(printer) ? printer.name : target };
}

function parseTarget(target: string): ReturnType<typeof parseAddress> {
  try {
    const parsed = parseAddress(target);
    if (parsed.port !== 0) return parsed;
    throw new ConfigError(`"${target}": the port must not be 0`);
  } catch (error) {
    throw error instanceof ConfigError ? new RequestError(400, `target: ${error.message}`) : error;
  }
}
