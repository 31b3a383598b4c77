// UDP discovery for simulated printers: each replies from its own address (docs/protocol.md#udp-discovery).

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { MODELS, type SimulatedModel } from './models.ts';

/** What a reply contains. A SimulatedPrinter has all of it. */
export interface DiscoverablePrinter {
  readonly model: SimulatedModel;
  readonly name: string;
  readonly serialNumber: string;
  readonly host: string;
  readonly tcpPort: number | undefined;
  readonly httpPort: number | undefined;
  readonly isOn: boolean;
}

export interface DiscoveryResponderOptions {
  readonly printers: readonly DiscoverablePrinter[];
  /** Port of the multicast probe, default 19000; 0 for any. */
  readonly groupPort?: number;
  /** Port of the broadcast probe, default 48899; 0 for any. */
  readonly broadcastPort?: number;
  /**
   * Addresses that all printers listen on besides their own, such as the broadcast address 127.255.255.255, or 0.0.0.0
   * for any. Default: none, so that only the printers' own addresses are bound.
   */
  readonly sharedAddresses?: readonly string[];
  /** Joins the group on the interface with that address. Requires 0.0.0.0 or the group among the shared addresses. */
  readonly multicast?: { readonly group: string; readonly interfaceAddress: string };
}

export interface DiscoveryResponder {
  readonly groupPort: number;
  readonly broadcastPort: number;
  /** Probes received and replies sent, of all printers together. */
  readonly stats: { readonly probes: number; readonly replies: number };
  close(): Promise<void>;
}

const LEGACY_BYTES = 140;
const MODERN_BYTES = 276;
const VENDOR_ID = 0x2b71;
const NAME_BYTES = 128;
const SERIAL_OFFSET = 0x92;
const SERIAL_BYTES = 128;

/**
 * A printer's reply: 140 bytes if it speaks only TCP, 276 if it has an HTTP side
 * (test/captures/udp-discovery-replies; offsets in docs/protocol.md#udp-discovery).
 */
export function encodeDiscoveryReply(printer: Omit<DiscoverablePrinter, 'host' | 'isOn'>): Buffer {
  const { http, tcp, productId } = MODELS[printer.model];
  const reply = Buffer.alloc(http ? MODERN_BYTES : LEGACY_BYTES);
  Buffer.from(printer.name).copy(reply, 0, 0, NAME_BYTES);
  reply.writeUInt16BE(printer.tcpPort ?? 0, 0x84);
  reply.writeUInt16BE(VENDOR_ID, 0x86);
  reply.writeUInt16BE(productId, 0x88);
  if (http) {
    reply.writeUInt16BE(0x5a02, 0x8c);
    reply.writeUInt16BE(printer.httpPort ?? 0, 0x8e);
    // In the captures 1 on the Creator 5 Pro, which has no TCP side, and 0 on all others.
    reply.writeUInt16BE(tcp ? 0 : 1, 0x90);
    Buffer.from(printer.serialNumber).copy(reply, SERIAL_OFFSET, 0, SERIAL_BYTES);
  }
  return reply;
}

/** Starts replying; resolves when all sockets are bound. Printers that are off do not reply. */
export async function startDiscoveryResponder(options: DiscoveryResponderOptions): Promise<DiscoveryResponder> {
  const stats = { probes: 0, replies: 0 };
  const sockets: Socket[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sockets.splice(0).map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  };

  const byHost = new Map<string, DiscoverablePrinter[]>();
  for (const printer of options.printers) {
    byHost.set(printer.host, [...(byHost.get(printer.host) ?? []), printer]);
  }

  // One socket per address. A printer replies from the socket of its own address.
  const open = async (wantedPort: number): Promise<number> => {
    let port = wantedPort;
    const own = new Map<string, Socket>();
    const answer = (hosts: Iterable<string>, probe: RemoteInfo): void => {
      stats.probes += 1;
      for (const host of hosts) {
        for (const printer of byHost.get(host) ?? []) {
          if (!printer.isOn) continue;
          stats.replies += 1;
          // Errors are ignored: a probe may come from a port that cannot be replied to.
          own.get(host)?.send(encodeDiscoveryReply(printer), probe.port, probe.address, () => {});
        }
      }
    };
    const listen = async (address: string, hosts: () => Iterable<string>): Promise<Socket> => {
      const socket = createSocket({ type: 'udp4', reuseAddr: true });
      sockets.push(socket);
      socket.on('message', (_bytes, probe) => answer(hosts(), probe));
      socket.bind({ address, port });
      await once(socket, 'listening');
      socket.on('error', () => {});
      port = socket.address().port;
      return socket;
    };
    for (const host of byHost.keys()) own.set(host, await listen(host, () => [host]));
    for (const address of options.sharedAddresses ?? []) {
      if (own.has(address)) continue;
      const socket = await listen(address, () => own.keys());
      const { multicast } = options;
      if (multicast && (address === '0.0.0.0' || address === multicast.group)) {
        socket.addMembership(multicast.group, multicast.interfaceAddress);
      }
    }
    return port;
  };

  try {
    const groupPort = await open(options.groupPort ?? 19_000);
    const broadcastPort = await open(options.broadcastPort ?? 48_899);
    return { groupPort, broadcastPort, stats, close };
  } catch (error) {
    await close();
    throw error;
  }
}
