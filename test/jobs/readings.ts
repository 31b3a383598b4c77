// Sequences of readings for the job rules, in short form.

import { expect, it } from 'vitest';
import type { Clocks } from '../../src/jobs/clocks.ts';
import { emptyMemory, type JobMemory } from '../../src/jobs/memory.ts';
import { jobMemorySchema } from '../../src/jobs/memory-schema.ts';
import { observe } from '../../src/jobs/observe.ts';
import type { ContactReading, JobReading } from '../../src/jobs/reading.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import type { State } from '../../src/printer/state.ts';

export const MINUTE = 60;
export const HOUR = 3600;

export interface Extra {
  readonly fileProtocol?: Protocol;
  readonly isHeatOff?: boolean;
  readonly file?: string;
  readonly elapsedSeconds?: number;
  readonly serial?: string;
}

/** A reading one side alone answered. */
function read(protocol: Protocol, state: State | undefined, ratio?: number, extra: Extra = {}): JobReading {
  return {
    contact: true,
    ...(state !== undefined && { state, stateProtocol: protocol }),
    ...(ratio !== undefined && { progress: { ratio, protocol } }),
    ...extra,
  };
}
export const tcp = (state: State | undefined, ratio?: number, extra?: Extra) => read('tcp', state, ratio, extra);
export const http = (state: State | undefined, ratio?: number, extra?: Extra) => read('http', state, ratio, extra);
export const perMille = (state: State, ratio: number): JobReading => ({
  contact: true,
  state,
  stateProtocol: 'tcp',
  progress: { ratio, protocol: 'tcp', step: 0.001 },
});
export const off: JobReading = { contact: false };
/** Ready, and M27 got no reply. */
export const silent: ContactReading = { contact: true, state: 'ready', stateProtocol: 'tcp', isSilent: true };
export const COLD = { isHeatOff: true };
export const HOT = { isHeatOff: false };
export const A = { file: 'a.gx' };
export const B = { file: 'b.gx' };

/** A reading, and the seconds since the one before where it is not 30. */
export type Step = JobReading | readonly [gapSeconds: number, reading: JobReading];

export interface Sequence {
  readonly name: string;
  readonly steps: readonly Step[];
  /** `result file @number of the reading`, and `+@number` for a start, `(+)@number` for a job found in the middle. */
  readonly expected: string;
}

export const T0 = 1_700_000_000;

/** Both clocks of a machine whose time is right. */
export const at = (seconds: number): Clocks => ({ wallSeconds: seconds, monotonicSeconds: seconds });

export function play(
  steps: readonly Step[],
  start: JobMemory | undefined = undefined,
  from = T0,
  monotonicFrom = from,
) {
  let memory = start;
  let now = from;
  let monotonicSeconds = monotonicFrom;
  const marks: string[] = [];
  const ends: number[] = [];
  for (const [index, step] of steps.entries()) {
    const [gap, reading] = 'contact' in step ? [30, step] : step;
    now += index === 0 ? 0 : gap;
    // Time goes on while a clock is set back.
    monotonicSeconds += index === 0 ? 0 : gap > 0 ? gap : 30;
    const seen = observe(memory, reading, { wallSeconds: now, monotonicSeconds });
    memory = seen.memory;
    for (const { result, file, endSeconds } of seen.events) {
      marks.push(`${result}${file && ` ${file}`} @${index}`);
      ends.push(endSeconds - from);
    }
    if (seen.started) marks.push(memory.job?.startSeconds === undefined ? `(+)@${index}` : `+@${index}`);
  }
  return { memory: memory ?? emptyMemory(), marks: marks.join(', '), ends, now };
}

export const times = (count: number, step: Step): readonly Step[] => Array.from({ length: count }, () => step);
/** Printing from one percentage to another, a percent a reading. */
export const printing = (side: typeof tcp, from: number, to: number, gap = 30, extra: Extra = {}): readonly Step[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [gap, side('printing', (from + index) / 100, extra)] as const);

/** Tests that each sequence gives what is expected, also with a restart after every reading. */
export function testSequences(sequences: readonly Sequence[]): void {
  it.each(sequences)('$name', ({ steps, expected }) => {
    expect(play(steps).marks).toBe(expected);
  });

  it.each(sequences)('restarted after every reading: $name', ({ steps, expected }) => {
    let memory: JobMemory | undefined;
    let now = T0;
    let monotonicSeconds = T0;
    const marks: string[] = [];
    for (const [index, step] of steps.entries()) {
      const [gap, reading] = 'contact' in step ? [30, step] : step;
      now += index === 0 ? 0 : gap;
      monotonicSeconds += index === 0 ? 0 : gap > 0 ? gap : 30;
      const part = play([reading], memory, now, monotonicSeconds);
      memory = jobMemorySchema.parse(JSON.parse(JSON.stringify(part.memory)));
      if (part.marks) marks.push(part.marks.replaceAll('@0', `@${index}`));
    }
    expect(marks.join(', ')).toBe(expected);
  });
}
