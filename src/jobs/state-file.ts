// The memory of all printers' jobs on disk (--state.file), so that a restart neither loses an outcome nor tells one twice.

import { type BigIntStats, constants } from 'node:fs';
import { access, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { errnoOf } from '../common/errno.ts';
import type { Logger } from '../common/log.ts';
import { shortReasonOf } from '../common/reason.ts';
import { isWorthSaving, type JobMemory } from './memory.ts';
import { jobMemorySchema } from './memory-schema.ts';

/** Printers that left the configuration keep their history, but not without bound. */
export const MAX_PRINTERS = 1000;
// 1,000 memories of two file names each are about 2 MB.
const MAX_FILE_BYTES = 32n * 1024n * 1024n;

// A list, oldest first, and no object: no name of a printer can then be a key with a meaning of its own (`__proto__`).
const fileSchema = z.object({
  version: z.literal(1),
  printers: z.array(z.object({ name: z.string(), memory: jobMemorySchema })),
});

export interface StateFile {
  /** What the file held when it was opened, by printer name. */
  readonly initial: ReadonlyMap<string, JobMemory>;
  /** What is known of a printer now: from the file, or saved since. */
  recall(name: string): JobMemory | undefined;
  /** Remembers, and writes soon if there is news. Never throws: what cannot be written is logged, and tried again at the next save. */
  save(name: string, memory: JobMemory): void;
  /** Resolves when everything saved so far is on disk, or could not be written. */
  flush(): Promise<void>;
  /** Flushes; later saves are ignored. */
  close(): Promise<void>;
}

type Loaded =
  | { readonly kind: 'absent' }
  | { readonly kind: 'memories'; readonly memories: Map<string, JobMemory>; readonly stamp: string }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

// Another inode, size or time: somebody else wrote.
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

function parseMemories(text: string): Map<string, JobMemory> | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's own message quotes the file, which may be anything.
    return 'no JSON';
  }
  const parsed = fileSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue ? `${issue.path.join('.') || 'file'}: ${issue.message}` : 'wrong shape';
  }
  return new Map(parsed.data.printers.slice(-MAX_PRINTERS).map(({ name, memory }) => [name, memory]));
}

async function load(path: string): Promise<Loaded> {
  try {
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) return { kind: 'unreadable', reason: 'not a file' };
    if (stats.size > MAX_FILE_BYTES) return { kind: 'damaged', reason: `${stats.size} bytes` };
    const memories = parseMemories(await readFile(path, 'utf8'));
    if (typeof memories === 'string') return { kind: 'damaged', reason: memories };
    return { kind: 'memories', memories, stamp: stampOf(stats) };
  } catch (error) {
    const reason = shortReasonOf(error);
    return reason === 'ENOENT' ? { kind: 'absent' } : { kind: 'unreadable', reason };
  }
}

/** Writes beside the file and renames: a crash at any moment leaves the old file or the new one, never half of one. */
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

/** @returns whether the path is free now; if not, nothing may be written over what is there */
async function setAside(path: string, reason: string, log: Logger, now: () => number): Promise<boolean> {
  const timestamp = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const aside = `${path}.damaged-${timestamp}`;
  try {
    await rename(path, aside);
    log.error('state file damaged, set aside and started anew', { path, aside, reason });
    return true;
  } catch (error) {
    log.error('state file damaged and not to be set aside, nothing is saved', {
      path,
      reason,
      rename: shortReasonOf(error),
    });
    return false;
  }
}

/**
 * Opens the state file; a file that is missing, damaged or unreadable is no reason not to start.
 * @param now milliseconds since 1970, to name a damaged file
 */
export async function openStateFile(path: string, log: Logger, now: () => number): Promise<StateFile> {
  const loaded = await load(path);
  let mayWrite = true;
  if (loaded.kind === 'damaged') mayWrite = await setAside(path, loaded.reason, log, now);
  if (loaded.kind === 'unreadable') {
    // Writing over what we may not read could destroy the history.
    mayWrite = false;
    log.error('state file not readable, nothing is saved', { path, reason: loaded.reason });
  }
  const memories = loaded.kind === 'memories' ? loaded.memories : new Map<string, JobMemory>();
  const initial: ReadonlyMap<string, JobMemory> = new Map(memories);
  // What the last write took, also one that is still under way.
  const taken = new Map<string, JobMemory>(memories);

  let knownStamp = loaded.kind === 'memories' ? loaded.stamp : undefined;
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
    const printers = [...memories].map(([name, memory]) => ({ name, memory }));
    taken.clear();
    for (const { name, memory } of printers) taken.set(name, memory);
    try {
      await detectExternalChange();
      knownStamp = await writeAtomically(path, `${JSON.stringify({ version: 1, printers })}\n`);
      if (lastFailure !== undefined) log.info('state file is written again', { path });
      lastFailure = undefined;
    } catch (error) {
      report(shortReasonOf(error));
      isPending = true;
    }
  }

  // One write at a time; what is saved meanwhile goes, newest only, into the next.
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

  // Said at the start, when somebody looks, and not when the first print has ended. Writing replaces the file, so its
  // folder counts.
  if (mayWrite) {
    await access(dirname(path), constants.W_OK | constants.X_OK).catch((error: unknown) =>
      report(shortReasonOf(error)),
    );
  }

  return {
    initial,
    recall: (name) => memories.get(name),
    save(name, memory) {
      if (isClosed) return;
      // Moved to the end: who was not seen for the longest time is the first to be forgotten.
      memories.delete(name);
      memories.set(name, memory);
      for (const oldest of memories.keys()) {
        if (memories.size <= MAX_PRINTERS) break;
        memories.delete(oldest);
      }
      // What may not be written is remembered all the same, for recall.
      if (!mayWrite) return;
      const before = taken.get(name);
      if (!isDeepStrictEqual(before, memory)) isPending = true;
      if (!isWorthSaving(before, memory) && lastFailure === undefined) return;
      isUrgent = true;
      startWriting();
    },
    flush,
    async close() {
      isClosed = true;
      await flush();
    },
  };
}
