// The UDP search: sends probes, collects replies, closes its sockets.

import { createSocket, type Socket } from 'node:dgram';
import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { shortReasonOf } from '../common/reason.ts';
import { createCollection, MAX_FOUND } from './collection.ts';
import type { FoundPrinter } from './found.ts';
import {
  type Ipv4Interface,
  listInterfaces,
  officialProbes,
  type Probe,
  type ProbeTarget,
  unicastProbes,
} from './interfaces.ts';

// Enough to leave the subnet where multicast is routed, and not much further.
const MULTICAST_TTL = 4;

export interface SearchOptions {
  /** How many times the probes are sent, since printers on Wi-Fi miss some. Default 3. */
  readonly rounds?: number;
  /** Time between two rounds. Default 1000. */
  readonly intervalMs?: number;
  /** How long to listen after the last round. Default 3000. */
  readonly waitMs?: number;
  /** Ends the search as soon as this many printers have replied. */
  readonly stopAfter?: number;
  /** Also searches on loopback, for simulated printers. */
  readonly includeInternal?: boolean;
  /** Searches on these instead of every interface of this machine. */
  readonly interfaces?: readonly Ipv4Interface[];
  /**
   * Probes these addresses instead of multicast and broadcast. Unless `interfaces` is set, each one from the local address
   * that the system would use.
   */
  readonly targets?: readonly ProbeTarget[];
}

export interface SearchResult {
  /** Sorted by address. */
  readonly printers: readonly FoundPrinter[];
  /** What went wrong, each problem once, as messages for people. An interface that fails does not stop the others. */
  readonly problems: readonly string[];
  /** False if no probe was sent, so that no printer could have replied. */
  readonly sent: boolean;
}

/** A local address, and the probes to send from there once its socket has a port. */
interface Origin {
  readonly from: Ipv4Interface;
  readonly probesFrom: (ownPort: number) => Probe[];
}

/** A local address with its socket, and the probes to send in each round. */
interface Sender {
  readonly from: Ipv4Interface;
  readonly socket: Socket;
  readonly probes: readonly Probe[];
}

/**
 * Searches for printers, for 5 s with the default options. Never throws because of the network.
 * @param signal ends the search early; the result is what was found until then
 */
export async function searchPrinters(options: SearchOptions, signal: AbortSignal): Promise<SearchResult> {
  const { rounds = 3, intervalMs = 1000, waitMs = 3000, stopAfter } = options;
  const collection = createCollection();
  const problems = new Set<string>();
  const sockets: Socket[] = [];
  const end = new AbortController();
  // One listener per interface or target, and a router or a VPN host has dozens.
  setMaxListeners(0, end.signal);
  const stop = () => end.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const open = async ({ from, probesFrom }: Origin): Promise<Sender | undefined> => {
    try {
      const socket = createSocket('udp4');
      sockets.push(socket);
      await bind(socket, from);
      socket.on('error', (error) => problems.add(`${describe(from)}: ${reason(error)}`));
      socket.on('message', (packet, { address }) => {
        collection.add(packet, address);
        if (stopAfter !== undefined && collection.printers().length >= stopAfter) stop();
      });
      return { from, socket, probes: probesFrom(socket.address().port) };
    } catch (error) {
      problems.add(`${describe(from)}: ${reason(error)}`);
      return undefined;
    }
  };

  let hasOrigin = true;
  let sent = false;
  const sendRound = async ({ from, socket, probes }: Sender): Promise<void> => {
    for (const probe of probes) {
      if (end.signal.aborted) return;
      try {
        await send(socket, probe, end.signal);
        sent = true;
      } catch (error) {
        if (!probe.isFallback) problems.add(`${describe(from)} to ${probe.address}:${probe.port}: ${reason(error)}`);
      }
    }
  };

  try {
    const origins = await originsOf(options, problems, end.signal);
    hasOrigin = origins.length > 0 || options.targets !== undefined;
    const senders = (await Promise.all(origins.map(open))).filter((sender) => sender !== undefined);
    for (let round = 0; round < rounds && senders.length > 0; round++) {
      if (round > 0) await pause(intervalMs, end.signal);
      await Promise.all(senders.map(sendRound));
    }
    if (sent) await pause(waitMs, end.signal);
  } finally {
    signal.removeEventListener('abort', stop);
    for (const socket of sockets) close(socket);
  }
  if (collection.isOverfull()) problems.add(`more than ${MAX_FOUND} printers replied; the others are left out`);
  if (!sent && !end.signal.aborted && hasOrigin) problems.add('no probe could be sent on any interface');
  return { printers: collection.printers(), problems: [...problems], sent };
}

async function originsOf(options: SearchOptions, problems: Set<string>, signal: AbortSignal): Promise<Origin[]> {
  const { interfaces, targets, includeInternal = false } = options;
  if (targets && !interfaces) return await waysTo(targets, problems, signal);
  const found = interfaces ?? tryListInterfaces(includeInternal, problems);
  if (found.length === 0 && problems.size === 0) problems.add('this host has no IPv4 interface to search on');
  return found.map((from) => ({
    from,
    probesFrom: (port) => (targets ? unicastProbes(from, port, targets) : officialProbes(from, port)),
  }));
}

/** Node.js throws if it may not list them, as under systemd without AF_NETLINK. */
function tryListInterfaces(includeInternal: boolean, problems: Set<string>): Ipv4Interface[] {
  try {
    return listInterfaces(includeInternal);
  } catch (error) {
    problems.add(`the interfaces of this host cannot be listed: ${reason(error)}`);
    return [];
  }
}

/**
 * Groups the targets by the local address that the system routes them from. From another address, loopback above all, they may
 * be out of reach.
 */
async function waysTo(targets: readonly ProbeTarget[], problems: Set<string>, signal: AbortSignal): Promise<Origin[]> {
  const byAddress = new Map<string, ProbeTarget[]>();
  const find = async (target: ProbeTarget): Promise<void> => {
    try {
      const address = await ownAddressTo(target, signal);
      byAddress.set(address, [...(byAddress.get(address) ?? []), target]);
    } catch (error) {
      if (!signal.aborted) problems.add(`to ${target.address}:${target.port}: ${reason(error)}`);
    }
  };
  await Promise.all(targets.map(find));
  return [...byAddress].map(([address, reached]) => {
    const from = { name: 'from', address, netmask: '255.255.255.255' };
    return { from, probesFrom: (port) => unicastProbes(from, port, reached) };
  });
}

async function ownAddressTo({ address, port }: ProbeTarget, signal: AbortSignal): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.bind(0);
    await once(socket, 'listening', { signal });
    socket.setBroadcast(true);
    // Connecting a UDP socket sends nothing; it only selects the route.
    socket.connect(port, address);
    await once(socket, 'connect', { signal });
    return socket.address().address;
  } finally {
    socket.on('error', () => {});
    close(socket);
  }
}

/** Binds to the interface's address, so that packets to 255.255.255.255 leave there and replies come back there. */
async function bind(socket: Socket, { address }: Ipv4Interface): Promise<void> {
  socket.bind(0, address);
  await once(socket, 'listening');
  socket.setBroadcast(true);
  socket.setMulticastTTL(MULTICAST_TTL);
  socket.setMulticastInterface(address);
}

/** Resolves once the probe is sent, or when the signal fires. */
function send(socket: Socket, { payload, port, address }: Probe, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = () => resolve();
    signal.addEventListener('abort', finish, { once: true });
    socket.send(payload, port, address, (error) => {
      signal.removeEventListener('abort', finish);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Waits this long, or until the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It never opened, or closed itself after an error.
  }
}

function describe({ name, address }: Ipv4Interface): string {
  return `${name} (${address})`;
}

function reason(error: unknown): string {
  return shortReasonOf(error);
}
