// What a printer said it is, as the state file holds it: kept across restarts, so that a printer that is off has its name.

import { z } from 'zod';
import type { Identity, Protocol } from '../printer/snapshot.ts';

/** What each protocol said: they word it differently, and HTTP's values win. */
export type Identities = Readonly<Partial<Record<Protocol, Identity>>>;

const identitySchema = z.object({
  model: z.string().exactOptional(),
  name: z.string().exactOptional(),
  firmware: z.string().exactOptional(),
  serial: z.string().exactOptional(),
  mac: z.string().exactOptional(),
  buildVolumeMeters: z
    .array(z.tuple([z.string(), z.number()]))
    .transform((axes) => new Map(axes))
    .exactOptional(),
});

export const identitiesSchema = z.object({
  tcp: identitySchema.exactOptional(),
  http: identitySchema.exactOptional(),
});

/** For JSON.stringify: a Map as the list of its entries, as the schema reads it. */
export function mapAsEntries(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}
