import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endJob, type JobPlan, jobAt, pauseJob, resumeJob, startJob } from '../../src/simulator/job.ts';

const PLAN: Partial<JobPlan> = { heatMs: 100, durationMs: 1000, layers: 50 };

describe('the timeline', () => {
  it.each([
    [0, 'heating', 0, 0],
    [99, 'heating', 0, 0],
    [100, 'printing', 0, 0],
    [350, 'printing', 0.25, 12],
    [1099, 'printing', 0.999, 49],
    [1100, 'completed', 1, 50],
    [9_999_999, 'completed', 1, 50],
  ])('is at %i ms: %s, %f', (ms, phase, progress, layer) => {
    expect(jobAt(startJob(PLAN, 5000), 5000 + ms)).toMatchObject({ phase, progress, layer });
  });

  it('begins where the head start puts it', () => {
    expect(jobAt(startJob({ ...PLAN, headStartMs: 600 }, 5000), 5000)).toMatchObject({
      phase: 'printing',
      progress: 0.5,
    });
  });

  it('stands still in a pause and goes on after it', () => {
    const paused = pauseJob(startJob({ ...PLAN, pausingMs: 10 }, 0), 350, 'E0163');
    expect(paused.errorCode).toBe('E0163');
    expect(jobAt(paused, 355)).toMatchObject({ phase: 'pausing', progress: 0.25 });
    expect(jobAt(paused, 5000)).toMatchObject({ phase: 'paused', progress: 0.25 });
    const resumed = resumeJob(paused, 5000);
    expect(resumed.errorCode).toBeUndefined();
    expect(jobAt(resumed, 5000)).toMatchObject({ phase: 'printing', progress: 0.25 });
    expect(jobAt(resumed, 5750)).toMatchObject({ phase: 'completed' });
  });

  it('is cancelled, by way of cancelling, and keeps how far it came', () => {
    const cancelled = endJob(startJob({ ...PLAN, cancellingMs: 10 }, 0), 'cancelled', 350);
    expect(jobAt(cancelled, 355)).toMatchObject({ phase: 'cancelling', progress: 0.25 });
    expect(jobAt(cancelled, 5000)).toMatchObject({ phase: 'cancelled', progress: 0.25, endedForMs: 4650 });
    expect(resumeJob(cancelled, 5000)).toBe(cancelled);
  });

  it('is cancelled out of a pause', () => {
    const cancelled = endJob(pauseJob(startJob(PLAN, 0), 350), 'cancelled', 900);
    expect(jobAt(cancelled, 901)).toMatchObject({ phase: 'cancelled', progress: 0.25 });
  });

  it('cannot be paused, cancelled or failed once it is complete', () => {
    const run = startJob(PLAN, 0);
    expect(pauseJob(run, 2000)).toBe(run);
    expect(endJob(run, 'cancelled', 2000)).toBe(run);
    expect(endJob(run, 'failed', 2000)).toBe(run);
  });

  it('starts again after lying on the plate', () => {
    const run = startJob({ ...PLAN, plateMs: 400 }, 0);
    expect(jobAt(run, 1499)).toMatchObject({ phase: 'completed', cycle: 0, endedForMs: 399 });
    expect(jobAt(run, 1500)).toMatchObject({ phase: 'heating', cycle: 1, progress: 0 });
    expect(jobAt(run, 3000 + 600)).toMatchObject({ phase: 'printing', cycle: 2, progress: 0.5 });
  });

  it('never goes backwards and never leaves 0 to 1', () => {
    const ms = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(ms, ms, ms, ms, fc.boolean(), (heatMs, durationMs, first, later, isPaused) => {
        const run = startJob({ heatMs, durationMs }, 0);
        const seen = isPaused ? pauseJob(run, first) : run;
        const before = jobAt(seen, first).progress;
        const after = jobAt(seen, first + later).progress;
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(1);
        expect(after).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
