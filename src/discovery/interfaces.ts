// Where probes go: every IPv4 interface, its multicast group and its broadcast addresses.

import { networkInterfaces } from 'node:os';
import { BROADCAST_PORT, buildBroadcastProbe, buildMulticastProbe, MULTICAST_GROUP, MULTICAST_PORT } from './packet.ts';

/** One IPv4 address of this host. */
export interface Ipv4Interface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
}

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
}

/** The IPv4 addresses of this host; loopback only on request. */
export function listInterfaces(includeInternal: boolean): Ipv4Interface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && (includeInternal || !internal))
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
}

/** The broadcast address of the interface's subnet; undefined where there is none (/31, /32: tunnels). */
export function directedBroadcast(address: string, netmask: string): string | undefined {
  const mask = netmask.split('.').map(Number);
  if (mask.length !== 4 || (mask[3] ?? 255) >= 254) return undefined;
  return address
    .split('.')
    .map((byte, index) => (Number(byte) | ~(mask[index] ?? 255)) & 255)
    .join('.');
}

/** What goes out on one interface in one round. */
export interface Probe extends ProbeTarget {
  readonly payload: Buffer;
  /** Sent on top of another that does the same: its failing is no problem. */
  readonly isFallback: boolean;
}

/** The official probes of an interface whose socket has that port. */
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

/** Probes for given addresses: a printer answers unicast on 48899 as well (docs/protocol.md#udp-discovery). */
export function unicastProbes(from: Ipv4Interface, ownPort: number, targets: readonly ProbeTarget[]): Probe[] {
  return targets.map(({ address, port }) => ({
    address,
    port,
    payload: port === BROADCAST_PORT ? buildBroadcastProbe() : buildMulticastProbe(from.address, ownPort),
    isFallback: false,
  }));
}
