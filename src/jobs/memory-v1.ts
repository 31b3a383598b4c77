// The memory as version 0.1.0 wrote it: its counters, its last ends and the job that runs are taken over.

import { z } from 'zod';
import { onlyDefined } from '../common/defined.ts';
import { emptyMemory, type Job, type JobMemory, type SideProgress } from './memory.ts';
import { RESULTS } from './result.ts';

const protocolSchema = z.enum(['tcp', 'http']);
const resultSchema = z.enum(RESULTS);
const countSchema = z.number().int().nonnegative();

const sideSchema = z.object({ ratio: z.number(), own: z.boolean(), stale: z.boolean() });

const jobSchema = z.object({
  file: z.string(),
  printedFiles: z.partialRecord(protocolSchema, z.string()),
  startSeconds: z.number().exactOptional(),
  progress: z.partialRecord(protocolSchema, sideSchema),
  own: z.object({ ratio: z.number(), protocol: protocolSchema, seconds: z.number() }).exactOptional(),
  elapsedSeconds: z.number().exactOptional(),
  contactLost: z.boolean(),
  end: z.object({ result: resultSchema, ratios: z.partialRecord(protocolSchema, z.number()) }).exactOptional(),
});

const memorySchema = z.object({
  serial: z.string().exactOptional(),
  baselined: z.boolean(),
  lastContactSeconds: z.number().exactOptional(),
  failedReads: countSchema,
  job: jobSchema.exactOptional(),
  totals: z.record(resultSchema, countSchema),
  lastEnds: z.partialRecord(resultSchema, z.object({ timestampSeconds: z.number(), file: z.string() })),
});

type JobV1 = z.infer<typeof jobSchema>;

/** The memory of version 0.1.0, as it is remembered now. */
export const memoryV1Schema = memorySchema.transform(
  ({ lastContactSeconds, job, ...rest }): JobMemory =>
    onlyDefined({
      ...emptyMemory(),
      ...rest,
      lastContact: lastContactSeconds === undefined ? undefined : { wallSeconds: lastContactSeconds },
      job: job && jobFrom(job, lastContactSeconds),
    }),
);

function jobFrom(old: JobV1, lastContactSeconds: number | undefined): Job {
  const { file, printedFiles, startSeconds, own, elapsedSeconds, contactLost, end } = old;
  const wallSeconds = own?.seconds ?? lastContactSeconds ?? startSeconds ?? 0;
  const progress: Partial<Record<'tcp' | 'http', SideProgress>> = {};
  for (const protocol of ['tcp', 'http'] as const) {
    const side = old.progress[protocol];
    // How finely the side counts comes with its next reading, and so does the pace.
    const step = protocol === 'http' ? 0.0001 : 0.01;
    const unknown = { step, moves: [{ seconds: 0, gained: 0 }], moveCount: 0, isPrinting: false };
    if (side) progress[protocol] = { ...side, ...unknown, highest: side.ratio };
  }
  return onlyDefined({
    file,
    printedFiles,
    startSeconds,
    seen: { wallSeconds },
    tookSeconds: startSeconds === undefined ? undefined : Math.max(0, wallSeconds - startSeconds),
    progress,
    ownSide: own?.protocol,
    printedSeconds: 0,
    wasPrinting: false,
    everPrinted: own !== undefined,
    elapsedSeconds,
    contactLost,
    end,
  });
}
