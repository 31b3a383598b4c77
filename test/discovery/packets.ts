// Replies for these tests: the captured ones, and one built field by field.

import { readFileSync } from 'node:fs';

const FOLDER = new URL('../captures/udp-discovery-replies/', import.meta.url);

export function readReply(name: string): Buffer {
  return Buffer.from(readFileSync(new URL(`${name}.hex`, FOLDER), 'utf8').trim(), 'hex');
}

export interface ReplyFields {
  readonly sizeBytes?: number;
  readonly name?: string;
  readonly tcpPort?: number;
  readonly vendorId?: number;
  readonly productId?: number;
  readonly httpPort?: number;
  readonly serial?: string;
}

/** A reply of docs/protocol.md#udp-discovery; what lies beyond `sizeBytes` is cut off. */
export function buildReply(fields: ReplyFields): Buffer {
  const {
    sizeBytes = 276,
    name = '',
    tcpPort = 8899,
    vendorId = 0x2b71,
    productId = 0,
    httpPort = 0,
    serial = '',
  } = fields;
  const reply = Buffer.alloc(Math.max(276, sizeBytes));
  reply.write(name, 0, 128);
  reply.writeUInt16BE(tcpPort, 0x84);
  reply.writeUInt16BE(vendorId, 0x86);
  reply.writeUInt16BE(productId, 0x88);
  reply.writeUInt16BE(httpPort, 0x8e);
  reply.write(serial, 0x92, 130);
  return reply.subarray(0, sizeBytes);
}
