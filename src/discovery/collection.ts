// The replies of one search, as printers: a bounded memory.

import { type FoundPrinter, foundFrom, richer, uniquePrinters } from './found.ts';
import { parseReply } from './packet.ts';

/** Anyone on the network can answer, in any number of names. */
export const MAX_FOUND = 1000;

export interface Collection {
  /** Takes any packet; one that is no reply changes nothing. */
  add(packet: Uint8Array, address: string): void;
  /** In the order of their addresses. */
  printers(): FoundPrinter[];
  /** Whether a printer was left out because there were 1,000 already. */
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
      // A printer answers each probe of each round, and not always with the longer form.
      const found = foundFrom(address, reply);
      byAddress.set(address, before === undefined ? found : richer(before, found));
    },
    printers: () => uniquePrinters(byAddress.values()),
    isOverfull: () => overfull,
  };
}
