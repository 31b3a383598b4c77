// The product table: which printer a product id stands for, and what that printer has.

/** What a printer has. False: it has none, whatever it reports. Undefined: not known, so its report is believed. */
export interface Hardware {
  readonly tools?: number;
  readonly chamberSensor?: boolean;
  readonly doorSensor?: boolean;
  readonly filtration?: boolean;
  /** A second part cooling fan. */
  readonly leftFan?: boolean;
  /** `unless-zero`: some have the sensor; the others report 0. */
  readonly airQualitySensor?: boolean | 'unless-zero';
}

export interface Product extends Hardware {
  readonly model: string;
  /** False for printers that refuse TCP 8899, whatever their discovery reply says (docs/protocol.md#which-printer-speaks-what). */
  readonly tcp: boolean;
  /** What `estimatedTime` usually means on this model; undefined where firmware versions disagree (docs/protocol.md#http-estimatedtime). */
  readonly estimatedTime?: 'time left';
}

// Evidence for each trait: docs/protocol.md#http-what-each-model-has.
const HTTP_PRODUCTS: Readonly<Record<number, Product>> = {
  35: {
    model: 'Adventurer 5M',
    tcp: true,
    tools: 1,
    chamberSensor: false,
    doorSensor: false,
    filtration: false,
    leftFan: false,
    airQualitySensor: false,
    estimatedTime: 'time left',
  },
  36: {
    model: 'Adventurer 5M Pro',
    tcp: true,
    tools: 1,
    chamberSensor: false,
    doorSensor: true,
    filtration: true,
    leftFan: false,
    airQualitySensor: true,
    estimatedTime: 'time left',
  },
  38: {
    model: 'AD5X',
    tcp: true,
    tools: 1,
    chamberSensor: false,
    doorSensor: false,
    filtration: false,
    leftFan: true,
    airQualitySensor: false,
    estimatedTime: 'time left',
  },
  40: {
    model: 'Creator 5',
    tcp: false,
    tools: 4,
    doorSensor: false,
    filtration: false,
    leftFan: false,
    airQualitySensor: false,
  },
  41: {
    model: 'Creator 5 Pro',
    tcp: false,
    tools: 4,
    doorSensor: true,
    filtration: true,
    leftFan: false,
    airQualitySensor: 'unless-zero',
  },
};

const OTHER_MODELS: Readonly<Record<number, string>> = {
  // Seen in UDP replies, or documented for them: docs/protocol.md#udp-product-ids.
  8: 'Adventurer 3',
  12: 'Creator 3',
  22: 'Adventurer 4 Lite',
  30: 'Adventurer 4 Pro',
  31: 'Guider 3 Ultra',
  37: 'Guider 4',
  39: 'Guider 4 Pro',
  187: 'Adventurer A5',
  4097: 'Voxelab Aries',
  // Known only as USB product ids. UDP replies carry the USB vendor id, so the product ids are assumed to match too.
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

const PRODUCTS: ReadonlyMap<number, Product> = new Map([
  ...Object.entries(HTTP_PRODUCTS).map(([id, product]) => [Number(id), product] as const),
  ...Object.entries(OTHER_MODELS).map(([id, model]) => [Number(id), { model, tcp: true }] as const),
]);

// TCP writes the brand before the model, in two spellings: `Flashforge Adventurer 5M Pro`, `FlashForge AD5X`.
const BRAND = /^flash ?forge +/i;

const BY_MODEL: ReadonlyMap<string, Product> = new Map(
  Object.values(HTTP_PRODUCTS).map((product) => [product.model.toLowerCase(), product]),
);

/** The product with that id; undefined for an unknown id. */
export function findProduct(productId: number): Product | undefined {
  return PRODUCTS.get(productId);
}

/** The product with that model name, as either protocol writes it; only models that have an HTTP side are looked up. */
export function findProductByModel(model: string): Product | undefined {
  return BY_MODEL.get(model.replace(BRAND, '').toLowerCase());
}

/** The model name as shown: the same one for both protocols of a printer, and otherwise the printer's own text. */
export function formatModel(model: string): string {
  return findProductByModel(model)?.model ?? model;
}
