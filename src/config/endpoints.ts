// Where printers are, as keys to compare: what a printer takes up, and what somebody means who writes an address.

import { comparableHost, formatAddress, type HostAndPort, parseAddress } from '../common/address.ts';
import { ConfigError } from '../common/config-error.ts';
import { DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';

function endpoint(host: string, port: number): string {
  return formatAddress(comparableHost(host), port);
}

/** The endpoints that are one printer's alone, as `host:port`. */
export function endpointsOf({ address, tcp, http }: PrinterConfig): ReadonlySet<string> {
  // The address counts with its TCP side switched off too: it is what /probe is asked for.
  const { host, port = DEFAULT_TCP_PORT } = parseAddress(address);
  const sides = [{ host, port }, ...(tcp ? [tcp] : []), ...(http ? [http] : [])];
  return new Set(sides.map((side) => endpoint(side.host, side.port)));
}

/** By what an address means this printer: its endpoint, and for one that speaks only HTTP also the host alone. */
export function matchingEndpoints({ tcp, http }: PrinterConfig): readonly string[] {
  if (tcp) return [endpoint(tcp.host, tcp.port)];
  return http ? [endpoint(http.host, http.port), comparableHost(http.host)] : [];
}

/** The places that a text means as an address, compared with `matchingEndpoints`; none where it is no address. */
export function endpointsMeantBy(text: string): readonly string[] {
  const parsed = addressIn(text);
  if (!parsed) return [];
  const { host, port } = parsed;
  return port === undefined ? [endpoint(host, DEFAULT_TCP_PORT), comparableHost(host)] : [endpoint(host, port)];
}

function addressIn(text: string): HostAndPort | undefined {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
