// What is remembered of all printers, on disk (--state.file): jobs, so that a restart neither loses an outcome nor reports one
// twice, and identities.

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../common/log.ts';
import { shortReasonOf } from '../common/reason.ts';
import { type Identities, mapAsEntries } from './identity-schema.ts';
import { emptyMemory, isWorthSaving, type JobMemory } from './memory.ts';
import { currentStamp, type Entry, load, setAside, writeAtomically } from './state-file-disk.ts';

/** Printers that left the configuration keep their history, but not without bound. */
export const MAX_PRINTERS = 1000;
// All of them together, since discovery may find any number of names in time.
const MAX_ENTRIES = 10_000;

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

  /** Printers that were recalled or saved since the start: the exporter reads them, so they are not forgotten for others. */
  const seen = new Set<string>();
  let knownStamp = loaded.kind === 'read' ? loaded.stamp : undefined;
  let wasChanged = false;
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
    const isChanged = stamp !== knownStamp;
    // Once, and not at every write while two exporters share a file.
    if (isChanged && !wasChanged) {
      const change = stamp ? 'other content, perhaps of another exporter with the same --state.file' : 'removed';
      log.warn('state file changed underneath, written over', { path, change });
    }
    wasChanged = isChanged;
    knownStamp = stamp;
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

  // Moved to the end: the least recently seen printer is the first to be forgotten.
  function see(name: string, entry: Entry): void {
    entries.delete(name);
    entries.set(name, entry);
    seen.add(name);
  }

  function recall(name: string): Entry | undefined {
    const entry = entries.get(name);
    if (entry) see(name, entry);
    return entry;
  }

  function remember(name: string, entry: Entry): void {
    if (isClosed) return;
    see(name, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= (seen.has(oldest) ? MAX_ENTRIES : MAX_PRINTERS)) break;
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
    recall: (name) => recall(name)?.memory,
    recallIdentities: (name) => recall(name)?.identities,
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
