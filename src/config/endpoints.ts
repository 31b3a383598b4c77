// Endpoints as comparable keys: those that a printer occupies, and those that an address refers to.

import { comparableHost, formatAddress, type HostAndPort, parseAddress } from '../common/address.ts';
import { ConfigError } from '../common/config-error.ts';
import { DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';

function endpoint(host: string, port: number): string {
  return formatAddress(comparableHost(host), port);
}

/** The endpoints that no other printer may have, as `host:port`. */
export function endpointsOf({ address, tcp, http }: PrinterConfig): ReadonlySet<string> {
  // The address counts even if TCP is switched off, because /probe accepts it.
  const { host, port = DEFAULT_TCP_PORT } = parseAddress(address);
  const sides = [{ host, port }, ...(tcp ? [tcp] : []), ...(http ? [http] : [])];
  return new Set(sides.map((side) => endpoint(side.host, side.port)));
}

/** The keys by which an address refers to this printer: its endpoint and, for an HTTP-only printer, also the bare host. */
export function matchingEndpoints({ tcp, http }: PrinterConfig): readonly string[] {
  if (tcp) return [endpoint(tcp.host, tcp.port)];
  return http ? [endpoint(http.host, http.port), comparableHost(http.host)] : [];
}

/** The keys that a text refers to if it is an address, to compare with `matchingEndpoints`; else none. */
export function endpointsMeantBy(text: string): readonly string[] {
  const parsed = addressIn(text);
  if (!parsed) return [];
  const { host, port } = parsed;
  return port === undefined ? [endpoint(host, DEFAULT_TCP_PORT), comparableHost(host)] : [endpoint(host, port)];
}

/**
 * The printer with this name, or else with this address: as written, or any spelling of the same host and port.
 * @param configOf the configuration of an item of the list
 */
export function findByTarget<T>(
  printers: readonly T[],
  configOf: (printer: T) => PrinterConfig,
  target: string,
): T | undefined {
  const endpoints = endpointsMeantBy(target);
  return (
    printers.find((printer) => configOf(printer).name === target) ??
    printers.find((printer) => configOf(printer).address === target) ??
    printers.find((printer) => matchingEndpoints(configOf(printer)).some((endpoint) => endpoints.includes(endpoint)))
  );
}

function addressIn(text: string): HostAndPort | undefined {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
