// What the exporter remembers of a printer's jobs: plain JSON data, so that the state file can hold all of it.
// The schema is the one definition; the types come from it. Every optional key allows undefined, so that the rules can build
// one literal with all of them, as for a Snapshot.

import { z } from 'zod';
import { RESULTS } from './result.ts';

const protocolSchema = z.enum(['tcp', 'http']);
const resultSchema = z.enum(RESULTS);
const countSchema = z.number().int().nonnegative();

/** A moment by the clocks of the machine. */
const momentSchema = z.object({ wallSeconds: z.number(), monotonicSeconds: z.number().exactOptional() }).readonly();

const clocksSchema = z.object({ wallSeconds: z.number(), monotonicSeconds: z.number() }).readonly();

const filamentSchema = z.object({ meters: z.number().exactOptional(), grams: z.number().exactOptional() }).readonly();

/** A point of the pace: seconds printed, and the ratio gained in them. */
const moveSchema = z.object({ seconds: z.number(), gained: z.number() }).readonly();

export const sideProgressSchema = z
  .object({
    /** Last ratio of this side, 0 to 1. */
    ratio: z.number(),
    /** The highest since it is the job's own. */
    highest: z.number(),
    /** The smallest part of a job that this side tells. */
    step: z.number(),
    /** Whether it moved since the job's first reading: only then it is this job's, not the last one's. */
    own: z.boolean(),
    /** Whether it is to be taken for the last job's, and not to be shown, until it moves. */
    stale: z.boolean(),
    /** The last hour of printing, the newest move last; pauses, heating and lost contact are not in it. */
    moves: z.array(moveSchema).readonly(),
    moveCount: countSchema,
    /** Whether the last reading of this side was one of printing, and nothing came between. */
    isPrinting: z.boolean(),
  })
  .readonly();

export const jobSchema = z
  .object({
    /** Empty where the printer names none. */
    file: z.string(),
    /** The names that readings of printing and of an end gave, by the side that gave them; only these are compared. */
    printedFiles: z.partialRecord(protocolSchema, z.string()).readonly(),
    /** Missing when the job was found in the middle. */
    startSeconds: z.number().optional(),
    /** The last reading that showed the job. */
    seen: momentSchema,
    /** What passed from the start to `seen`; missing when the start was not seen, or where the clocks disagree. */
    tookSeconds: z.number().optional(),
    progress: z.object({ tcp: sideProgressSchema.optional(), http: sideProgressSchema.optional() }).readonly(),
    /** The side whose own progress was seen last. */
    ownSide: protocolSchema.optional(),
    /** Seconds seen printing. */
    printedSeconds: z.number(),
    wasPrinting: z.boolean(),
    /** Whether any reading had the word for printing. */
    everPrinted: z.boolean(),
    /** The printer's own clock of the job, in the last `printing` reading. Only HTTP has one. */
    elapsedSeconds: z.number().optional(),
    /** Whether every nozzle was told to be cold in the last reading; missing where the printer did not say. */
    isHeatOff: z.boolean().optional(),
    filament: filamentSchema.optional(),
    /** What the printer does with the job that is no end yet. */
    pending: z.enum(['cancelling', 'error']).optional(),
    /** A reading that was done with the heat off, while the word was still printing: one more like it is the end. */
    doneAt: z.object({ wallSeconds: z.number(), tookSeconds: z.number().optional() }).readonly().optional(),
    /** Whether contact was lost since the job was last seen going on. */
    contactLost: z.boolean(),
    /** A ready reading that did not tell how the job ended. */
    goneAt: clocksSchema.optional(),
    /** It heats after having printed, in mid-job or for the next one: when it was last seen printing, and first heating. */
    reheats: z.object({ from: momentSchema, to: clocksSchema }).readonly().optional(),
    /** Set once the job has its outcome; the job stays here while it may yet be seen going on. */
    end: z
      .object({
        result: resultSchema,
        /** A lower progress of that side is another job's. */
        ratios: z.partialRecord(protocolSchema, z.number()).readonly(),
      })
      .readonly()
      .optional(),
  })
  .readonly();

/** A printer that is ready: what it still shows of earlier jobs. */
export const idleSchema = z
  .object({
    protocol: protocolSchema,
    file: z.string(),
    ratios: z.partialRecord(protocolSchema, z.number()).readonly(),
  })
  .readonly();

const lastEndSchema = z
  .object({
    timestampSeconds: z.number(),
    file: z.string(),
    durationSeconds: z.number().exactOptional(),
    filament: filamentSchema.exactOptional(),
  })
  .readonly();

export const jobMemorySchema = z
  .object({
    serial: z.string().optional(),
    /** Whether a reading with a state was seen: the first is a baseline. */
    baselined: z.boolean(),
    lastContact: momentSchema.optional(),
    /** Failed readings in a row; more than two are two, so that a printer that is off changes nothing. */
    failedReads: countSchema,
    /** Whether the last reading with a state was one of printing, to count the time. */
    wasPrinting: z.boolean(),
    /** Time seen in the state printing. */
    printingSeconds: z.number(),
    /** The last ready reading, unless a job was seen since. */
    idle: idleSchema.optional(),
    /** File and elapsed time of the job that ended last, to know it again. */
    lastJob: z.object({ file: z.string(), elapsedSeconds: z.number().optional() }).readonly().optional(),
    /** Whether a printer that counts percent was seen to end a job at 100 of 100. */
    endsAtFull: z.boolean(),
    job: jobSchema.optional(),
    totals: z.record(resultSchema, countSchema).readonly(),
    lastEnds: z.partialRecord(resultSchema, lastEndSchema).readonly(),
  })
  .readonly();
