// Resolves a host name within a time limit.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { errnoOf } from '../common/errno.ts';
import { within } from '../common/within.ts';

/** As much as a connection gets, name resolution included. */
const LOOKUP_MS = 3000;

export type Lookup =
  | { readonly addresses: readonly string[] }
  /** `ENOTFOUND` or another code, or that it took too long. */
  | { readonly failure: string };

/** The IP addresses of a host; an IP address is its own. The look-up itself cannot be cancelled and may outlive the result. */
export async function resolveHost(host: string): Promise<Lookup> {
  if (isIP(host) !== 0) return { addresses: [host] };
  const found = lookup(host, { all: true }).then(
    (all): Lookup => ({ addresses: all.map(({ address }) => address) }),
    (error: unknown): Lookup => ({ failure: errnoOf(error) ?? String(error) }),
  );
  return (await within(found, LOOKUP_MS)) ?? { failure: `not resolved within ${LOOKUP_MS} ms` };
}
