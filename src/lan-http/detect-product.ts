// Which product sent a /detail.

import { onlyDefined } from '../common/defined.ts';
import { findProduct, findProductByModel, formatModel, type Product } from '../printer/products.ts';
import { type JsonRecord, readCount, readName } from './values.ts';

export interface ProductOfDetail {
  /** The name to show. */
  readonly model?: string;
  /** Undefined for an unknown product: what it reports is believed then. */
  readonly product?: Product;
}

/** The product id, sent as a number or as text, decimal or hex (`0024` is 36). No known id is ambiguous. */
function readProductId(value: unknown): number | undefined {
  const decimal = readCount(value, 0xffff);
  const text = typeof value === 'string' ? value.trim() : '';
  const hex = /^(?:0x)?[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
  return [decimal, hex].find((id) => id !== undefined && findProduct(id) !== undefined);
}

/** Reads `pid` and the factory `model`, never `name`: owners rename printers (ff-5mp-hass#13). */
export function readProduct(detail: JsonRecord): ProductOfDetail {
  const id = readProductId(detail['pid']);
  const model = readName(detail['model']);
  const byModel = model === undefined ? undefined : findProductByModel(model);
  const product = (id === undefined ? undefined : findProduct(id)) ?? byModel;
  return onlyDefined({ model: model === undefined ? product?.model : formatModel(model), product });
}
