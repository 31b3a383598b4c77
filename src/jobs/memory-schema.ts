// What the exporter remembers of a printer's jobs: plain JSON data, so that the state file can hold all of it.
// The schema is the one definition; the types come from it.

import { z } from 'zod';
import { RESULTS } from './result.ts';

const protocolSchema = z.enum(['tcp', 'http']);
const resultSchema = z.enum(RESULTS);
const countSchema = z.number().int().nonnegative();

export const sideProgressSchema = z
  .object({
    /** Last ratio of this side, 0 to 1. */
    ratio: z.number(),
    /** Whether it moved since the job's first reading: only then it is this job's, not the last one's. */
    own: z.boolean(),
    /** Whether it is to be taken for the last job's, and not to be shown, until it moves. */
    stale: z.boolean(),
    /** Time seen printing, and the ratio won in it: the pace. Pauses, heating and lost contact are not in it. */
    printedSeconds: z.number(),
    printedRatio: z.number(),
    /** When this side was last read while printing, unless something else came since. */
    printingAtSeconds: z.number().exactOptional(),
  })
  .readonly();

export const jobSchema = z
  .object({
    /** Empty where the printer names none. */
    file: z.string(),
    /** The names that `printing` readings gave, by the side whose state they had; only these are compared. */
    printedFiles: z.partialRecord(protocolSchema, z.string()).readonly(),
    /** Missing when the job was found in the middle. */
    startSeconds: z.number().exactOptional(),
    progress: z.partialRecord(protocolSchema, sideProgressSchema).readonly(),
    /** The own progress last seen, on either side, and since when it may have gone on unseen. */
    own: z.object({ ratio: z.number(), protocol: protocolSchema, seconds: z.number() }).readonly().exactOptional(),
    /** The printer's own clock of the job, in the last `printing` reading. Only HTTP has one. */
    elapsedSeconds: z.number().exactOptional(),
    /** Whether contact was lost since the job was last seen going on. */
    contactLost: z.boolean(),
    /** When the printer was read as ready without a word on how far the job came: the next reading may tell. */
    readySeconds: z.number().exactOptional(),
    /** Set once the job has its outcome; the job stays here while it may yet be seen going on. */
    end: z
      .object({
        result: resultSchema,
        /** A lower progress of that side is another job's. */
        ratios: z.partialRecord(protocolSchema, z.number()).readonly(),
      })
      .readonly()
      .exactOptional(),
  })
  .readonly();

export const jobMemorySchema = z
  .object({
    serial: z.string().exactOptional(),
    /** Whether a reading with a state was seen: the first is a baseline. */
    baselined: z.boolean(),
    lastContactSeconds: z.number().exactOptional(),
    /** Failed readings in a row; more than two are two, so that a printer that is off changes nothing. */
    failedReads: countSchema,
    job: jobSchema.exactOptional(),
    totals: z.record(resultSchema, countSchema).readonly(),
    lastEnds: z
      .partialRecord(resultSchema, z.object({ timestampSeconds: z.number(), file: z.string() }).readonly())
      .readonly(),
  })
  .readonly();
