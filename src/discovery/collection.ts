// Collects the replies of one search as printers, with a bound on their number.

import { type FoundPrinter, foundFrom, richer, uniquePrinters } from './found.ts';
import { parseReply } from './packet.ts';

/** Anyone on the network can send replies, under any number of addresses. */
export const MAX_FOUND = 1000;

export interface Collection {
  /** Takes any packet and ignores one that is not a reply. */
  add(packet: Uint8Array, address: string): void;
  /** Sorted by address. */
  printers(): FoundPrinter[];
  /** Whether a printer was left out because there were already 1,000. */
  isOverfull(): boolean;
}

export function createCollection(): Collection {
  const byAddress = new Map<string, FoundPrinter>();
  let overfull = false;
  return {
    add(packet, address) {
      const reply = parseReply(packet);
      if (reply === undefined) return;
      const before = byAddress.get(address);
      if (before === undefined && byAddress.size >= MAX_FOUND) {
        overfull = true;
        return;
      }
      // A printer replies to each probe of each round, and not always in the longer format.
      const found = foundFrom(address, reply);
      byAddress.set(address, before === undefined ? found : richer(before, found));
    },
    printers: () => uniquePrinters(byAddress.values()),
    isOverfull: () => overfull,
  };
}
