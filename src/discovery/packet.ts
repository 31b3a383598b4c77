// The bytes of UDP discovery: the two official probes and the reply. No I/O.

import { onlyDefined } from '../common/defined.ts';
import { cleanText, cutLabel, decodeText } from '../common/text.ts';

export const MULTICAST_GROUP = '225.0.0.9';
export const MULTICAST_PORT = 19_000;
/** Every printer that responds to discovery listens on it (docs/protocol.md#udp-discovery). */
export const BROADCAST_PORT = 48_899;

/** Replies have 140 or 276 bytes; the old client that expected 196 missed printers (docs/protocol.md#udp-discovery). */
export const MIN_REPLY_BYTES = 132;
export const MAX_REPLY_BYTES = 1024;

/** The fields of a reply. A field that is empty, or beyond the end of the packet, is undefined. */
export interface DiscoveryReply {
  /** The name its owner gave the printer; empty on a Voxelab Aries. */
  readonly name: string;
  /** 0 if the printer has no TCP endpoint (Creator 5). */
  readonly tcpPort?: number;
  readonly productId?: number;
  readonly httpPort?: number;
  readonly serial?: string;
}

/** What FlashPrint sends to 225.0.0.9:19000: own IPv4 address, own UDP port, two NUL (docs/protocol.md#udp-discovery). */
export function buildMulticastProbe(ownAddress: string, ownPort: number): Buffer {
  const probe = Buffer.alloc(8);
  probe.set(ownAddress.split('.', 4).map(Number));
  probe.writeUInt16BE(ownPort, 4);
  return probe;
}

/** What FlashPrint sends to the subnet's broadcast address, port 48899 (docs/protocol.md#udp-discovery). */
export function buildBroadcastProbe(): Buffer {
  const probe = Buffer.alloc(20);
  probe.write('www.usr.cn', 'latin1');
  return probe;
}

// Offsets of docs/protocol.md#udp-discovery.
const NAME_BYTES = 0x80;
const TCP_PORT = 0x84;
const VENDOR_ID = 0x86;
const PRODUCT_ID = 0x88;
const HTTP_PORT = 0x8e;
const SERIAL = 0x92;
const SERIAL_BYTES = 130;

const FLASHFORGE = 0x2b71;

/**
 * Parses a reply of any length; undefined if the packet is not a reply.
 * A packet with FlashForge's vendor id is a reply. If that field is missing or 0 (the 196-byte layout of old clients has only a
 * name and a serial number), the packet must begin with a NUL-padded name: other devices reply on 48899 too, with plain text.
 */
export function parseReply(packet: Uint8Array): DiscoveryReply | undefined {
  if (packet.length < MIN_REPLY_BYTES || packet.length > MAX_REPLY_BYTES) return undefined;
  const vendorId = readUint16(packet, VENDOR_ID) ?? 0;
  if (vendorId !== FLASHFORGE && (vendorId !== 0 || !hasPaddedName(packet))) return undefined;
  const tcpPort = readUint16(packet, TCP_PORT);
  // A product id or HTTP port of 0 is a missing one. A TCP port of 0 means that there is no TCP endpoint.
  const productId = readUint16(packet, PRODUCT_ID) || undefined;
  const httpPort = readUint16(packet, HTTP_PORT) || undefined;
  const serial = readSerial(packet);
  return onlyDefined({
    name: cutLabel(cleanText(readText(packet, 0, NAME_BYTES))),
    tcpPort,
    productId,
    httpPort,
    serial,
  });
}

function readUint16(packet: Uint8Array, offset: number): number | undefined {
  const high = packet[offset];
  const low = packet[offset + 1];
  return high === undefined || low === undefined ? undefined : high * 256 + low;
}

/** Text up to the first NUL or the field's end. */
function readText(packet: Uint8Array, offset: number, sizeBytes: number): string {
  const field = packet.subarray(offset, offset + sizeBytes);
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end));
}

/** ASCII only, and longer than the prefix `SN`: erased memory (0xff) or a lost serial number identifies nothing. */
function readSerial(packet: Uint8Array): string | undefined {
  const serial = readText(packet, SERIAL, SERIAL_BYTES).trim();
  return /^[!-~]{3,}$/.test(serial) ? serial : undefined;
}

function hasPaddedName(packet: Uint8Array): boolean {
  const field = packet.subarray(0, NAME_BYTES);
  const end = field.indexOf(0);
  if (end <= 0 || field.subarray(end).some((byte) => byte !== 0)) return false;
  const name = decodeText(field.subarray(0, end));
  return !name.includes('\ufffd') && cleanText(name) === name.trim() && name.trim() !== '';
}
