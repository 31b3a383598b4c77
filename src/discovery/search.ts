// The UDP search: sends the probes, collects the replies, closes everything.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../printer/errors.ts';
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

// Leaves the subnet where somebody routes multicast, and goes not much further.
const MULTICAST_TTL = 4;
const LOOPBACK: Ipv4Interface = { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0' };

export interface SearchOptions {
  /** How often the probes are sent; printers on Wi-Fi miss some. Default 3. */
  readonly rounds?: number;
  /** Between two rounds. Default 1000. */
  readonly intervalMs?: number;
  /** How long to listen after the last round. Default 3000. */
  readonly waitMs?: number;
  /** Ends the search as soon as that many printers answered. */
  readonly stopAfter?: number;
  /** Also probes on loopback, where simulated printers are. */
  readonly includeInternal?: boolean;
  /** Probes on these instead of every interface of this host. */
  readonly interfaces?: readonly Ipv4Interface[];
  /** Probes these instead of multicast and broadcast; from loopback unless `interfaces` says otherwise. */
  readonly targets?: readonly ProbeTarget[];
}

export interface SearchResult {
  /** In the order of their addresses. */
  readonly printers: readonly FoundPrinter[];
  /** What went wrong, for people, each once: an interface that fails does not stop the others. */
  readonly problems: readonly string[];
  /** False when no probe left this host, so that no printer could have answered. */
  readonly sent: boolean;
}

/** An interface with its socket, and what goes out there in each round. */
interface Sender {
  readonly from: Ipv4Interface;
  readonly socket: Socket;
  readonly probes: readonly Probe[];
}

/**
 * Looks for printers: with the defaults for 5 s. Never throws for what the network does.
 * @param signal ends the search early; what was found until then is the result
 */
export async function searchPrinters(options: SearchOptions, signal: AbortSignal): Promise<SearchResult> {
  const { rounds = 3, intervalMs = 1000, waitMs = 3000, stopAfter } = options;
  const interfaces = interfacesOf(options);
  const collection = createCollection();
  const problems = new Set<string>();
  const sockets: Socket[] = [];
  const end = new AbortController();
  const stop = () => end.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const open = async (from: Ipv4Interface): Promise<Sender | undefined> => {
    try {
      const socket = createSocket('udp4');
      sockets.push(socket);
      await bind(socket, from);
      socket.on('error', (error) => problems.add(`${describe(from)}: ${reason(error)}`));
      socket.on('message', (packet, { address }) => {
        collection.add(packet, address);
        if (stopAfter !== undefined && collection.printers().length >= stopAfter) stop();
      });
      return { from, socket, probes: probesOf(options, from, socket.address().port) };
    } catch (error) {
      problems.add(`${describe(from)}: ${reason(error)}`);
      return undefined;
    }
  };

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
    const senders = (await Promise.all(interfaces.map(open))).filter((sender) => sender !== undefined);
    for (let round = 0; round < rounds && senders.length > 0; round++) {
      if (round > 0) await pause(intervalMs, end.signal);
      await Promise.all(senders.map(sendRound));
    }
    if (sent) await pause(waitMs, end.signal);
  } finally {
    signal.removeEventListener('abort', stop);
    for (const socket of sockets) close(socket);
  }
  if (collection.isOverfull()) problems.add(`more than ${MAX_FOUND} printers answered; the others are left out`);
  if (interfaces.length === 0) problems.add('this host has no IPv4 interface to search on');
  else if (!sent && !end.signal.aborted) problems.add('no probe could be sent on any interface');
  return { printers: collection.printers(), problems: [...problems], sent };
}

function interfacesOf({ interfaces, targets, includeInternal = false }: SearchOptions): readonly Ipv4Interface[] {
  return interfaces ?? (targets === undefined ? listInterfaces(includeInternal) : [LOOPBACK]);
}

function probesOf({ targets }: SearchOptions, from: Ipv4Interface, ownPort: number): Probe[] {
  return targets === undefined ? officialProbes(from, ownPort) : unicastProbes(from, ownPort, targets);
}

/** To the interface's own address: 255.255.255.255 leaves there then, and replies come back there. */
async function bind(socket: Socket, { address }: Ipv4Interface): Promise<void> {
  socket.bind(0, address);
  await once(socket, 'listening');
  socket.setBroadcast(true);
  socket.setMulticastTTL(MULTICAST_TTL);
  socket.setMulticastInterface(address);
}

/** Resolves when the probe is on its way, or at the signal. */
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

/** Waits that long, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It never opened, or failed so that it closed itself.
  }
}

function describe({ name, address }: Ipv4Interface): string {
  return `${name} (${address})`;
}

function reason(error: unknown): string {
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error));
}
