// What the exporter remembers of a printer's jobs, as the schema defines it, which only the state file has to load.

import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { idleSchema, jobMemorySchema, jobSchema, sideProgressSchema } from './memory-schema.ts';

/** Times are seconds since 1970. */
export type JobMemory = z.infer<typeof jobMemorySchema>;
/** The job that runs, or the one that ended last and may yet go on. */
export type Job = z.infer<typeof jobSchema>;
export type SideProgress = z.infer<typeof sideProgressSchema>;
export type Idle = z.infer<typeof idleSchema>;

/**
 * T with no key left out, though its value may be undefined. What is built anew in every read is one literal with every key:
 * a spread copies by name once V8 has seen several hidden classes of what it copies, and took half of the time of all rules.
 */
export type EveryKey<T> = { [K in keyof Required<T>]: T[K] };

export function emptyMemory(): EveryKey<JobMemory> {
  return {
    serial: undefined,
    baselined: false,
    lastContact: undefined,
    failedReads: 0,
    wasPrinting: false,
    printingSeconds: 0,
    idle: undefined,
    lastJob: undefined,
    endsAtFull: false,
    job: undefined,
    totals: { completed: 0, cancelled: 0, failed: 0, unknown: 0 },
    lastEnds: {},
  };
}

/**
 * Whether `after` must be on disk soon. The time of last contact alone must not: it changes at every scrape, and
 * only a running job needs it, to know after a restart when contact was lost.
 */
export function isWorthSaving(before: JobMemory | undefined, after: JobMemory): boolean {
  if (!before) return true;
  if (after.job !== undefined && after.job.end === undefined) return !isDeepStrictEqual(before, after);
  return !isDeepStrictEqual(withoutTimes(before), withoutTimes(after));
}

function withoutTimes(memory: JobMemory): JobMemory {
  const seen = { wallSeconds: 0 };
  return { ...memory, lastContact: seen, ...(memory.job && { job: { ...memory.job, seen } }) };
}
