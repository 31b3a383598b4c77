// Everything that can tell why a printer is or is not read: discovery, one read, and the ports that the read did not try.

import { isIPv4 } from 'node:net';
import type { FoundPrinter } from '../discovery/found.ts';
import { BROADCAST_PORT } from '../discovery/packet.ts';
import { searchPrinters } from '../discovery/search.ts';
import type { Endpoint, Reading } from '../fleet/reader.ts';
import { acceptsConnections } from '../printer/advice.ts';
import { DEFAULT_HTTP_PORT, DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';
import type { Protocol } from '../printer/snapshot.ts';
import { checkPort, type PortState } from '../tcp/port-check.ts';

export interface PortFinding {
  readonly protocol: Protocol;
  readonly port: number;
  readonly state: PortState;
}

export interface Examination {
  /** The IP addresses of the host. */
  readonly addresses: readonly string[];
  /** What UDP discovery says of the address; undefined if nothing came. Some models never reply. */
  readonly discovery: FoundPrinter | undefined;
  readonly reading: Reading;
  readonly ports: readonly PortFinding[];
}

// Two packets, and 1.2 s in all for a printer that does not reply.
const SEARCH = { rounds: 2, intervalMs: 400, waitMs: 800, stopAfter: 1 } as const;

/** Asks one address with a UDP packet, as `discover --target` does. */
export async function askDiscovery(
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<FoundPrinter | undefined> {
  const address = addresses.find((one) => isIPv4(one));
  if (address === undefined) return undefined;
  const { printers } = await searchPrinters({ ...SEARCH, targets: [{ address, port: BROADCAST_PORT }] }, signal);
  return printers.find((printer) => printer.address === address);
}

function stateOf(endpoint: Endpoint): PortState {
  if (acceptsConnections(endpoint)) return 'open';
  const code = endpoint.failure?.code;
  if (code === 'refused') return 'refused';
  return code === 'timeout' ? 'silent' : 'unreachable';
}

/**
 * The state of both ports: from the read where it tried them, else from a connection that sends nothing. Call it after the
 * read, since a printer serves one client at a time.
 */
export async function examinePorts(
  { tcp, http }: PrinterConfig,
  host: string,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<readonly PortFinding[]> {
  const known = new Map(endpoints.map((endpoint) => [endpoint.protocol, stateOf(endpoint)]));
  const find = async (protocol: Protocol, port: number): Promise<PortFinding> => ({
    protocol,
    port,
    state: known.get(protocol) ?? (await checkPort(host, port, signal)),
  });
  return await Promise.all([find('tcp', tcp?.port ?? DEFAULT_TCP_PORT), find('http', http?.port ?? DEFAULT_HTTP_PORT)]);
}
