// A printer that replied to a probe, and how several replies of one printer become one.

import { onlyDefined } from '../common/defined.ts';
import { DEFAULT_TCP_PORT } from '../printer/config.ts';
import { serialKey } from '../printer/identifiers.ts';
import { findProduct } from '../printer/products.ts';
import type { DiscoveryReply } from './packet.ts';

export interface FoundPrinter {
  /** The IPv4 address that the reply came from. */
  readonly address: string;
  /** Whether it can be read over TCP, which needs no credentials. If so, `tcpPort` is set. */
  readonly tcp: boolean;
  readonly tcpPort?: number;
  readonly httpPort?: number;
  /** The name its owner gave it; may be empty. */
  readonly name: string;
  readonly model?: string;
  readonly productId?: number;
  readonly serial?: string;
}

/** The printer that a reply from this address describes. */
export function foundFrom(address: string, reply: DiscoveryReply): FoundPrinter {
  const { name, productId, httpPort, serial } = reply;
  const product = productId === undefined ? undefined : findProduct(productId);
  const tcpPort = product?.tcp === false ? undefined : tcpPortOf(reply);
  return onlyDefined({
    address,
    tcp: tcpPort !== undefined,
    tcpPort,
    httpPort,
    name,
    model: product?.model,
    productId,
    serial,
  });
}

/** A reply without any port comes from an old printer, and those have port 8899 only. */
function tcpPortOf(reply: DiscoveryReply): number | undefined {
  if (reply.tcpPort !== undefined && reply.tcpPort > 0) return reply.tcpPort;
  return reply.httpPort === undefined ? DEFAULT_TCP_PORT : undefined;
}

/** The reply that says more, or the first if they are equal. A serial number counts most, since it identifies the printer. */
export function richer(first: FoundPrinter, second: FoundPrinter): FoundPrinter {
  return richness(second) > richness(first) ? second : first;
}

function richness(printer: FoundPrinter): number {
  return (
    (printer.serial !== undefined ? 8 : 0) +
    (printer.productId !== undefined ? 4 : 0) +
    (printer.httpPort !== undefined ? 2 : 0) +
    (printer.name !== '' ? 1 : 0)
  );
}

/** Sorted by address, with each serial number once: a printer on both Ethernet and Wi-Fi replies from two addresses. */
export function uniquePrinters(printers: Iterable<FoundPrinter>): FoundPrinter[] {
  const seen = new Set<string>();
  const inOrder = [...printers].sort((a, b) => addressNumber(a.address) - addressNumber(b.address));
  return inOrder.filter(({ serial }) => {
    if (serial === undefined) return true;
    const key = serialKey(serial);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function addressNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
