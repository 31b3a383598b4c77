// Where probes go: from every IPv4 interface, to the multicast group and the broadcast addresses.

import { networkInterfaces } from 'node:os';
import { BROADCAST_PORT, buildBroadcastProbe, buildMulticastProbe, MULTICAST_GROUP, MULTICAST_PORT } from './packet.ts';

/** One IPv4 address of this machine. */
export interface Ipv4Interface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
}

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
}

/** The IPv4 addresses of this machine; loopback only on request. */
export function listInterfaces(includeInternal: boolean): Ipv4Interface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && (includeInternal || !internal))
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
}

/** The broadcast address of the interface's subnet; undefined for a /31 or /32 (tunnels), which have none. */
export function directedBroadcast(address: string, netmask: string): string | undefined {
  const mask = netmask.split('.').map(Number);
  if (mask.length !== 4 || (mask[3] ?? 255) >= 254) return undefined;
  return address
    .split('.')
    .map((byte, index) => (Number(byte) | ~(mask[index] ?? 255)) & 255)
    .join('.');
}

/** One packet to send. */
export interface Probe extends ProbeTarget {
  readonly payload: Buffer;
  /** Sent in addition to another probe for the same purpose, so a failure to send it does not matter. */
  readonly isFallback: boolean;
}

/** The probes that FlashForge's own programs send, for an interface whose socket has this port. */
export function officialProbes(from: Ipv4Interface, ownPort: number): Probe[] {
  const broadcast = { port: BROADCAST_PORT, payload: buildBroadcastProbe() };
  const directed = directedBroadcast(from.address, from.netmask);
  return [
    {
      address: MULTICAST_GROUP,
      port: MULTICAST_PORT,
      payload: buildMulticastProbe(from.address, ownPort),
      isFallback: false,
    },
    ...(directed === undefined ? [] : [{ ...broadcast, address: directed, isFallback: false }]),
    { ...broadcast, address: '255.255.255.255', isFallback: true },
  ];
}

/** Probes for given addresses: printers also reply to unicast on port 48899 (docs/protocol.md#udp-discovery). */
export function unicastProbes(from: Ipv4Interface, ownPort: number, targets: readonly ProbeTarget[]): Probe[] {
  return targets.map(({ address, port }) => ({
    address,
    port,
    payload: port === BROADCAST_PORT ? buildBroadcastProbe() : buildMulticastProbe(from.address, ownPort),
    isFallback: false,
  }));
}
