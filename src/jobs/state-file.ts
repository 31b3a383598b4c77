// What is remembered of all printers, on disk (--state.file): jobs, so that a restart neither loses an outcome nor reports one
// twice, and identities.

import { type BigIntStats, constants } from 'node:fs';
import { access, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { errnoOf } from '../common/errno.ts';
import type { Logger } from '../common/log.ts';
import { shortReasonOf } from '../common/reason.ts';
import { type Identities, identitiesSchema, mapAsEntries } from './identity-schema.ts';
import { emptyMemory, isWorthSaving, type JobMemory } from './memory.ts';
import { jobMemorySchema } from './memory-schema.ts';
import { memoryV1Schema } from './memory-v1.ts';

/** Printers that left the configuration keep their history, but not without bound. */
export const MAX_PRINTERS = 1000;
// 1,000 memories of two file names and a pace each are about 5 MB.
const MAX_FILE_BYTES = 32n * 1024n * 1024n;

// A list, least recently seen first, and not an object: a printer's name can then not be a special key (`__proto__`).
// Version 0.1.0 of the exporter wrote version 1, without identities.
const common = { name: z.string(), identities: identitiesSchema.exactOptional() };
const fileSchema = z.discriminatedUnion('version', [
  z.object({ version: z.literal(2), printers: z.array(z.object({ ...common, memory: jobMemorySchema })) }),
  z.object({ version: z.literal(1), printers: z.array(z.object({ ...common, memory: memoryV1Schema })) }),
]);

/** What is remembered of one printer. */
interface Entry {
  readonly memory: JobMemory;
  readonly identities?: Identities | undefined;
}

export interface StateFile {
  /** The jobs that the file held when it was opened, by printer name. */
  readonly initial: ReadonlyMap<string, JobMemory>;
  /** False from a write that failed, or that would have to replace a file that cannot be read, until one succeeds. */
  readonly isWritable: boolean;
  /** The current memory of a printer's jobs: from the file, or saved since. */
  recall(name: string): JobMemory | undefined;
  /** The current identities of a printer: from the file, or saved since. */
  recallIdentities(name: string): Identities | undefined;
  /** Remembers, and writes soon if anything changed. Never throws: a failed write is logged, and retried at the next save. */
  save(name: string, memory: JobMemory): void;
  /** Remembers, as `save` does. */
  saveIdentities(name: string, identities: Identities): void;
  /** Resolves when everything saved so far is on disk, or could not be written. */
  flush(): Promise<void>;
  /** Flushes; later saves are ignored. */
  close(): Promise<void>;
}

type Loaded =
  | { readonly kind: 'absent' }
  | { readonly kind: 'read'; readonly entries: Map<string, Entry>; readonly stamp: string }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

// A different inode, size or mtime means that another process wrote the file.
function stampOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`;
}

async function currentStamp(path: string): Promise<string | undefined> {
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
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue ? `${issue.path.join('.') || 'file'}: ${issue.message}` : 'wrong shape';
  }
  return new Map(parsed.data.printers.slice(-MAX_PRINTERS).map(({ name, ...entry }) => [name, entry]));
}

async function load(path: string): Promise<Loaded> {
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

/** Writes a temporary file and renames it: a crash at any moment leaves the old file or the new one, never half of one. */
async function writeAtomically(path: string, text: string): Promise<string> {
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

/** @returns whether the path is free now; if not, the file must not be overwritten */
async function setAside(path: string, reason: string, log: Logger, now: () => number): Promise<boolean> {
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

/**
 * Opens the state file. Never throws: a missing, damaged or unreadable file does not keep the exporter from starting.
 * @param now milliseconds since 1970, to name a damaged file
 */
export async function openStateFile(path: string, log: Logger, now: () => number): Promise<StateFile> {
  const loaded = await load(path);
  let mayWrite = true;
  if (loaded.kind === 'damaged') mayWrite = await setAside(path, loaded.reason, log, now);
  if (loaded.kind === 'unreadable') {
    // Overwriting a file that cannot be read could destroy the history.
    mayWrite = false;
    log.error('state file not readable, nothing is saved', { path, reason: loaded.reason });
  }
  const entries = loaded.kind === 'read' ? loaded.entries : new Map<string, Entry>();
  const initial: ReadonlyMap<string, JobMemory> = new Map([...entries].map(([name, { memory }]) => [name, memory]));
  // What the last write contains, even if it is still in progress.
  const taken = new Map<string, Entry>(entries);

  let knownStamp = loaded.kind === 'read' ? loaded.stamp : undefined;
  let isUrgent = false;
  let isPending = false;
  let isClosed = false;
  let writing: Promise<void> | undefined;
  let lastFailure: string | undefined;

  function report(reason: string): void {
    // Once, not at every scrape.
    if (reason !== lastFailure) log.error('state file not written', { path, reason });
    lastFailure = reason;
  }

  async function detectExternalChange(): Promise<void> {
    const stamp = await currentStamp(path);
    if (stamp === knownStamp) return;
    knownStamp = stamp;
    log.warn('state file changed underneath, written over', { path, change: stamp ? 'other content' : 'removed' });
  }

  async function write(): Promise<void> {
    isUrgent = false;
    isPending = false;
    const printers = [...entries].map(([name, entry]) => ({ name, ...entry }));
    taken.clear();
    for (const [name, entry] of entries) taken.set(name, entry);
    try {
      await detectExternalChange();
      knownStamp = await writeAtomically(path, `${JSON.stringify({ version: 2, printers }, mapAsEntries)}\n`);
      if (lastFailure !== undefined) log.info('state file is written again', { path });
      lastFailure = undefined;
    } catch (error) {
      report(shortReasonOf(error));
      isPending = true;
    }
  }

  // One write at a time; the next one takes the newest of what is saved meanwhile.
  function startWriting(): void {
    writing ??= (async () => {
      do await write();
      while (isUrgent);
      writing = undefined;
    })();
  }

  async function flush(): Promise<void> {
    await writing;
    if (!isPending || !mayWrite) return;
    startWriting();
    await writing;
  }

  function remember(name: string, entry: Entry): void {
    if (isClosed) return;
    // Moved to the end: the least recently seen printer is the first to be forgotten.
    entries.delete(name);
    entries.set(name, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= MAX_PRINTERS) break;
      entries.delete(oldest);
    }
    // What cannot be written is remembered all the same, for recall.
    if (!mayWrite) return;
    const before = taken.get(name);
    if (!isDeepStrictEqual(before, entry)) isPending = true;
    const isNews =
      isWorthSaving(before?.memory, entry.memory) || !isDeepStrictEqual(before?.identities, entry.identities);
    if (!isNews && lastFailure === undefined) return;
    isUrgent = true;
    startWriting();
  }

  // Reported at the start, when somebody is looking, and not when the first print has ended. Writing replaces the file, so
  // its folder counts.
  if (mayWrite) {
    await access(dirname(path), constants.W_OK | constants.X_OK).catch((error: unknown) =>
      report(shortReasonOf(error)),
    );
  }

  return {
    initial,
    get isWritable() {
      return mayWrite && lastFailure === undefined;
    },
    recall: (name) => entries.get(name)?.memory,
    recallIdentities: (name) => entries.get(name)?.identities,
    save: (name, memory) => remember(name, { ...entries.get(name), memory }),
    saveIdentities: (name, identities) =>
      remember(name, { memory: entries.get(name)?.memory ?? emptyMemory(), identities }),
    flush,
    async close() {
      isClosed = true;
      await flush();
    },
  };
}
