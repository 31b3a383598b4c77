// Which printer a product id stands for.

export interface Product {
  readonly model: string;
  /** False for the printers that refuse TCP 8899 whatever their reply says (docs/protocol.md#which-printer-speaks-what). */
  readonly tcp: boolean;
}

const MODELS: Readonly<Record<number, string>> = {
  // Seen in or documented for UDP replies: docs/protocol.md#udp-discovery.
  8: 'Adventurer 3',
  12: 'Creator 3',
  22: 'Adventurer 4 Lite',
  30: 'Adventurer 4 Pro',
  31: 'Guider 3 Ultra',
  35: 'Adventurer 5M',
  36: 'Adventurer 5M Pro',
  37: 'Guider 4',
  38: 'AD5X',
  39: 'Guider 4 Pro',
  40: 'Creator 5',
  41: 'Creator 5 Pro',
  187: 'Adventurer A5',
  4097: 'Voxelab Aries',
  // Known as USB product ids only. The vendor id of the UDP replies is the USB one, so the numbers are taken for the same.
  1: 'Dreamer',
  2: 'Finder',
  4: 'Guider II',
  5: 'Inventor',
  7: 'Finder 2',
  9: 'Guider IIs',
  10: 'Dreamer NX',
  14: 'Creator Pro 2',
  231: 'Creator Max',
  238: 'Finder 2.12',
  255: 'PowerSpec Ultra',
};

const WITHOUT_TCP: ReadonlySet<number> = new Set([0x0028, 0x0029]);

/** The product of that id; undefined for an id in no table. */
export function findProduct(productId: number): Product | undefined {
  const model = Object.hasOwn(MODELS, productId) ? MODELS[productId] : undefined;
  return model === undefined ? undefined : { model, tcp: !WITHOUT_TCP.has(productId) };
}
