// Feeds bytes to a framer, for its tests.

import { Framer, type Reply } from '../../src/tcp/framer.ts';

export const LIMIT = 16 * 1024;

export interface Framed {
  readonly replies: readonly Reply[];
  readonly framer: Framer;
}

export function bytesOf(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : part;
}

/** What the framer takes: one character per byte. */
export function latin1(part: string | Uint8Array): string {
  return Buffer.from(bytesOf(part)).toString('latin1');
}

export function frame(parts: readonly (string | Uint8Array)[], limitBytes = LIMIT): Framed {
  const framer = new Framer(limitBytes);
  const replies: Reply[] = [];
  for (const part of parts) framer.push(latin1(part), (whole) => replies.push(whole));
  return { replies, framer };
}

/** One chunk per byte. */
export function bytewise(part: string | Uint8Array): Uint8Array[] {
  return [...bytesOf(part)].map((byte) => Uint8Array.of(byte));
}
