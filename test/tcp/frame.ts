// Feeds bytes to a framer, for its tests.

import { Framer } from '../../src/tcp/framer.ts';
import { linesOf, type Reply } from '../../src/tcp/reply.ts';

export const LIMIT = 16 * 1024;

/** A reply with its data as lines. */
export interface ReplyLines extends Omit<Reply, 'data'> {
  readonly lines: readonly string[];
}

export interface Framed {
  readonly replies: readonly ReplyLines[];
  readonly framer: Framer;
}

export function bytesOf(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : part;
}

/** What the framer takes: one character per byte. */
export function latin1(part: string | Uint8Array): string {
  return Buffer.from(bytesOf(part)).toString('latin1');
}

export function withLines<R extends Reply | undefined>(reply: R): ReplyLines | (R & undefined);
export function withLines(reply: Reply | undefined): ReplyLines | undefined {
  if (!reply) return undefined;
  const { data: _, ...rest } = reply;
  return { ...rest, lines: linesOf(reply) };
}

/** The replies that these bytes complete. */
export function push(framer: Framer, bytes: string): readonly ReplyLines[] {
  const replies: ReplyLines[] = [];
  framer.push(bytes, (whole) => replies.push(withLines(whole)));
  return replies;
}

export function frame(parts: readonly (string | Uint8Array)[], limitBytes = LIMIT): Framed {
  const framer = new Framer(limitBytes);
  const replies = parts.flatMap((part) => push(framer, latin1(part)));
  return { replies, framer };
}

/** One chunk per byte. */
export function bytewise(part: string | Uint8Array): Uint8Array[] {
  return [...bytesOf(part)].map((byte) => Uint8Array.of(byte));
}
