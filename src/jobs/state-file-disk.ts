// The state file on disk: what it holds, and how it is read, replaced and set aside.

import type { BigIntStats } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { errnoOf } from '../common/errno.ts';
import type { Logger } from '../common/log.ts';
import { shortReasonOf } from '../common/reason.ts';
import { type Identities, identitiesSchema } from './identity-schema.ts';
import type { JobMemory } from './memory.ts';
import { jobMemorySchema } from './memory-schema.ts';
import { memoryV1Schema } from './memory-v1.ts';

// 1,000 memories of two file names and a pace each are about 5 MB.
const MAX_FILE_BYTES = 64n * 1024n * 1024n;

// A list, least recently seen first, and not an object: a printer's name can then not be a special key (`__proto__`).
// Version 0.1.0 of the exporter wrote version 1, without identities.
const common = { name: z.string(), identities: identitiesSchema.exactOptional() };
const fileSchema = z.discriminatedUnion('version', [
  z.object({ version: z.literal(2), printers: z.array(z.object({ ...common, memory: jobMemorySchema })) }),
  z.object({ version: z.literal(1), printers: z.array(z.object({ ...common, memory: memoryV1Schema })) }),
]);

const laterSchema = z.object({ version: z.int().min(3) });

/** What is remembered of one printer. */
export interface Entry {
  readonly memory: JobMemory;
  readonly identities?: Identities | undefined;
}

export type Loaded =
  | { readonly kind: 'absent' }
  | { readonly kind: 'read'; readonly entries: Map<string, Entry>; readonly stamp: string }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

// A different inode, size or mtime means that another process wrote the file.
function stampOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`;
}

/** The stamp of the file as it is now; undefined if there is none. @throws Error if it cannot be looked at */
export async function currentStamp(path: string): Promise<string | undefined> {
  try {
    return stampOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The printers in a file, or why it is damaged. */
function parseEntries(text: string): Map<string, Entry> | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's own message quotes the file, which may contain anything.
    return 'not JSON';
  }
  const later = laterSchema.safeParse(data);
  if (later.success) return `a later version of the exporter wrote it (format ${later.data.version})`;
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue ? `${issue.path.join('.') || 'file'}: ${issue.message}` : 'wrong shape';
  }
  return new Map(parsed.data.printers.map(({ name, ...entry }) => [name, entry]));
}

/** Reads the file whole. Never throws. */
export async function load(path: string): Promise<Loaded> {
  try {
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) return { kind: 'unreadable', reason: 'not a file' };
    if (stats.size > MAX_FILE_BYTES) return { kind: 'damaged', reason: `${stats.size} bytes` };
    const entries = parseEntries(await readFile(path, 'utf8'));
    if (typeof entries === 'string') return { kind: 'damaged', reason: entries };
    return { kind: 'read', entries, stamp: stampOf(stats) };
  } catch (error) {
    const reason = shortReasonOf(error);
    return reason === 'ENOENT' ? { kind: 'absent' } : { kind: 'unreadable', reason };
  }
}

/**
 * Writes a temporary file and renames it: a crash at any moment leaves the old file or the new one, never half of one.
 * @returns the stamp of the new file
 * @throws Error if it cannot be written
 */
export async function writeAtomically(path: string, text: string): Promise<string> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o644);
    let stamp: string;
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
      stamp = stampOf(await file.stat({ bigint: true }));
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return stamp;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Renames a damaged file. @returns whether the path is free now; if not, the file must not be overwritten */
export async function setAside(path: string, reason: string, log: Logger, now: () => number): Promise<boolean> {
  const timestamp = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const aside = `${path}.damaged-${timestamp}`;
  try {
    await rename(path, aside);
    log.error('state file damaged, set aside and started anew', { path, aside, reason });
    return true;
  } catch (error) {
    log.error('state file damaged and could not be set aside, nothing is saved', {
      path,
      reason,
      rename: shortReasonOf(error),
    });
    return false;
  }
}
