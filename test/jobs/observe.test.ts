import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMemory, isWorthSaving, type JobMemory } from '../../src/jobs/memory.ts';
import { jobMemorySchema } from '../../src/jobs/memory-schema.ts';
import { observe } from '../../src/jobs/observe.ts';
import type { JobReading } from '../../src/jobs/reading.ts';
import { RESULTS } from '../../src/jobs/result.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import { STATES } from '../../src/printer/state.ts';
import {
  A,
  at,
  B,
  COLD,
  type Extra,
  HOUR,
  http,
  MINUTE,
  off,
  play,
  printing,
  type Step,
  silent,
  T0,
  tcp,
} from './readings.ts';

describe('what is kept', () => {
  it('counts and remembers the last end of each result, also after another serial', () => {
    const { memory } = play([
      tcp('ready', 1, { serial: 'SN1' }),
      ...printing(tcp, 0, 3, 30, A),
      tcp('cancelling', 0.03, A),
      tcp('ready'),
      ...printing(tcp, 0, 3, 30, B),
      tcp('completed', 1, B),
      tcp('ready', 1, { serial: 'SN2' }),
    ]);
    expect(memory.totals).toStrictEqual({ completed: 1, cancelled: 1, failed: 0, unknown: 0 });
    expect(memory.lastEnds).toStrictEqual({
      cancelled: { timestampSeconds: T0 + 6 * 30, file: 'a.gx', durationSeconds: 5 * 30 },
      completed: { timestampSeconds: T0 + 11 * 30, file: 'b.gx', durationSeconds: 4 * 30 },
    });
  });

  it('ends a job that lost contact at its last contact', () => {
    const { ends } = play([tcp('printing', 0.98), tcp('printing', 0.99, COLD), off, off, off]);
    expect(ends).toStrictEqual([30]);
  });

  it('ends any other job at the reading that saw it', () => {
    const { ends } = play([tcp('printing', 0.5), tcp('printing', 0.51), off, off, off, tcp('ready', 1)]);
    expect(ends).toStrictEqual([150]);
  });

  it('ends a job at the first reading that was ready, also where M27 was silent then', () => {
    const before = [tcp('ready'), ...printing(tcp, 0, 5)];
    expect(play([...before, silent, silent]).ends).toStrictEqual([7 * 30]);
    expect(play([...before, silent, tcp('ready', 1)]).ends).toStrictEqual([7 * 30]);
    expect(play([...before, silent, tcp('printing', 0)]).ends).toStrictEqual([7 * 30]);
    // Never in the future, also when the clock was set back.
    expect(play([...before, silent, [-HOUR, silent]]).ends).toStrictEqual([7 * 30 - HOUR]);
  });

  it('keeps the start time of a job that goes on after its outcome', () => {
    const { memory } = play([tcp('ready'), ...printing(tcp, 0, 5), tcp('error', 0.05), tcp('printing', 0.06)]);
    expect(memory.job?.startSeconds).toBe(T0 + 30);
  });

  it('judges a reading after a restart with the true gap', () => {
    const before = play([tcp('ready'), ...printing(tcp, 0, 97, MINUTE)]);
    expect(play([tcp('ready')], before.memory, before.now + 20).marks).toBe('cancelled @0');
    expect(play([tcp('ready')], before.memory, before.now + 60).marks).toBe('unknown @0');
    expect(play([tcp('ready')], before.memory, before.now + 120).marks).toBe('completed @0');
    expect(play([tcp('ready')], before.memory, before.now + HOUR).marks).toBe('unknown @0');
  });

  it('changes nothing while a printer stays off', () => {
    const { memory, now } = play([tcp('printing', 0.5), tcp('printing', 0.6), off, off, off]);
    expect(observe(memory, off, at(now + HOUR)).memory).toStrictEqual(memory);
  });

  it('is worth saving for more than the time of an idle printer', () => {
    const idle = play([tcp('ready')]);
    const running = play([tcp('printing', 0.5)]);
    expect(isWorthSaving(undefined, idle.memory)).toBe(true);
    expect(isWorthSaving(idle.memory, play([tcp('ready'), tcp('ready')]).memory)).toBe(false);
    expect(isWorthSaving(idle.memory, play([tcp('ready'), off]).memory)).toBe(true);
    expect(isWorthSaving(running.memory, play([tcp('printing', 0.5), tcp('busy')]).memory)).toBe(true);
  });

  it('cuts file names that go on for ever', () => {
    const { memory } = play([tcp('printing', 0.5, { file: 'x'.repeat(10_000) })]);
    expect(memory.job?.file).toHaveLength(256);
  });
});

describe('what a print took', () => {
  const durations = (steps: readonly Step[]) => {
    const { completed } = play(steps).memory.lastEnds;
    return completed?.durationSeconds;
  };
  const print = (side: typeof tcp, middle: Step, extra: Extra = {}): readonly Step[] => [
    side('ready'),
    ...printing(side, 0, 50, MINUTE, extra),
    middle,
    ...printing(side, 52, 99, MINUTE, extra),
    [MINUTE, side('completed', 1)],
  ];

  it('is what passed from the start that was seen, pauses included', () => {
    expect(durations(print(tcp, [MINUTE, tcp('printing', 0.51)]))).toBe(100 * MINUTE);
    expect(durations(print(tcp, [3 * HOUR, tcp('paused', 0.5)]))).toBe(99 * MINUTE + 3 * HOUR);
  });

  it('is nothing for a job found in the middle, or where the clock was set meanwhile', () => {
    expect(durations(print(tcp, [MINUTE, tcp('printing', 0.51)]).slice(1))).toBeUndefined();
    expect(durations(print(tcp, [-2 * HOUR, tcp('printing', 0.51)]))).toBeUndefined();
    const memory = play(print(tcp, [MINUTE, tcp('printing', 0.51)]).slice(0, 52)).memory;
    const jump = { wallSeconds: T0 + 3 * 24 * HOUR, monotonicSeconds: T0 + 30 + 51 * MINUTE };
    const set = observe(memory, tcp('printing', 0.52), jump).memory;
    expect(set.job).toMatchObject({ printedSeconds: memory.job?.printedSeconds });
    expect(set.job?.tookSeconds).toBeUndefined();
    expect(set.job?.startSeconds).toBeUndefined();
    expect(set.printingSeconds).toBe(memory.printingSeconds);
  });

  it("is the printer's own count, whatever the clock does", () => {
    const counted = { elapsedSeconds: 4711 };
    expect(durations(print(http, [-2 * HOUR, http('printing', 0.51, counted)], counted))).toBe(4711);
  });

  it('is counted as time printing only between two readings of printing', () => {
    const { memory } = play([tcp('ready'), ...printing(tcp, 0, 10), tcp('paused', 0.1), ...printing(tcp, 11, 20), off]);
    expect(memory.printingSeconds).toBe(10 * 30 + 9 * 30);
  });
});

describe('any readings', () => {
  const contact = fc.record(
    {
      contact: fc.constant(true as const),
      state: fc.constantFrom(...STATES),
      stateProtocol: fc.constantFrom<Protocol>('tcp', 'http'),
      progress: fc.record({
        ratio: fc
          .oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 97, max: 100 }))
          .map((percent) => percent / 100),
        protocol: fc.constantFrom<Protocol>('tcp', 'http'),
      }),
      elapsedSeconds: fc.integer({ min: 0, max: 10_000 }),
      file: fc.constantFrom('', 'a.gx', 'b.gx'),
      isSilent: fc.constant(true as const),
      serial: fc.oneof({ weight: 9, arbitrary: fc.constant('SN1') }, { weight: 1, arbitrary: fc.constant('SN2') }),
    },
    { requiredKeys: ['contact'] },
  );
  const reading: fc.Arbitrary<JobReading> = fc.oneof(
    { weight: 4, arbitrary: contact },
    { weight: 1, arbitrary: fc.constant(off) },
  );
  const gap = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: -100_000, max: 100_000 }));

  it('never give more outcomes than jobs, and what is remembered survives a restart', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, reading), { maxLength: 60 }), (steps) => {
        let memory: JobMemory | undefined;
        let now = T0;
        let monotonicSeconds = 0;
        let jobs = 0;
        let outcomes = 0;
        let isRunning = false;
        for (const [seconds, next] of steps) {
          now += seconds;
          monotonicSeconds += Math.abs(seconds);
          const clocks = { wallSeconds: now, monotonicSeconds };
          const before = memory ?? emptyMemory();
          const seen = observe(memory, next, clocks);
          const restarted = observe(memory && jobMemorySchema.parse(JSON.parse(JSON.stringify(memory))), next, clocks);
          // A key without a value is not written, which says the same.
          expect(restarted).toEqual(seen);
          expect(JSON.parse(JSON.stringify(seen.memory))).toEqual(seen.memory);

          expect(seen.events.length).toBeLessThanOrEqual(isRunning ? 2 : 1);
          for (const { endSeconds: timestampSeconds, result, ...end } of seen.events) {
            // A job has one outcome, and one that nobody read is told only by a printer that was idle before, or by its file.
            if (!isRunning) {
              expect(['completed', 'cancelled']).toContain(result);
              const names = [before.job?.file, ...Object.values(before.job?.printedFiles ?? {})];
              expect(before.idle !== undefined || names.some((name) => name !== end.file)).toBe(true);
              jobs += 1;
            }
            isRunning = false;
            outcomes += 1;
            expect(timestampSeconds).toBeLessThanOrEqual(now);
            expect(end.durationSeconds ?? 0).toBeGreaterThanOrEqual(0);
            const same = seen.events.filter((event) => event.result === result);
            expect(seen.memory.totals[result]).toBe(before.totals[result] + same.length);
            if (end.file === same.at(-1)?.file)
              expect(seen.memory.lastEnds[result]).toStrictEqual({ timestampSeconds, ...end });
          }
          expect(seen.memory.printingSeconds).toBeGreaterThanOrEqual(before.printingSeconds);
          const ended = seen.events.map(({ result }) => result);
          for (const result of RESULTS.filter((other) => !ended.includes(other))) {
            expect(seen.memory.totals[result]).toBe(before.totals[result]);
            expect(seen.memory.lastEnds[result]).toStrictEqual(before.lastEnds[result]);
          }
          const isOtherPrinter = seen.memory.serial !== before.serial && before.serial !== undefined;
          if (isOtherPrinter) isRunning = false;
          if (seen.started) {
            expect(isRunning).toBe(false);
            isRunning = true;
            jobs += 1;
          }
          expect(outcomes).toBeLessThanOrEqual(jobs);
          expect(seen.memory.job !== undefined && seen.memory.job.end === undefined).toBe(isRunning);
          memory = seen.memory;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
