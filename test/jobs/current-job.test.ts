// The job that a printer is at, for people: its file, its progress and its time left, until it has an outcome.

import { describe, expect, it } from 'vitest';
import { currentJob } from '../../src/jobs/current-job.ts';
import type { JobMemory } from '../../src/jobs/memory.ts';
import { observe } from '../../src/jobs/observe.ts';
import type { JobReading } from '../../src/jobs/reading.ts';
import type { State } from '../../src/printer/state.ts';

const START_SECONDS = 1_700_000_000;

/** The memory after these readings, three minutes apart. */
function memoryOf(...readings: readonly JobReading[]): JobMemory {
  let memory: JobMemory | undefined;
  readings.forEach((reading, index) => {
    const seconds = 180 * index;
    memory = observe(memory, reading, { wallSeconds: START_SECONDS + seconds, monotonicSeconds: seconds }).memory;
  });
  if (!memory) throw new Error('no reading');
  return memory;
}

function reading(state: State, ratio?: number): JobReading {
  const progress = ratio === undefined ? {} : { progress: { ratio, protocol: 'tcp' as const } };
  return { contact: true, state, stateProtocol: 'tcp', file: 'vase.gx', ...progress };
}

const LOST: JobReading = { contact: false };

describe('the current job', () => {
  it('has its progress and its time left at its own pace', () => {
    const memory = memoryOf(reading('printing', 0.2), reading('printing', 0.23), reading('printing', 0.26));
    expect(currentJob(memory, 'printing')).toEqual({
      file: 'vase.gx',
      ratio: 0.26,
      remainingSeconds: expect.closeTo(4440, -1),
    });
  });

  it('has no time left until enough of its pace was seen', () => {
    expect(currentJob(memoryOf(reading('printing', 0.2)), 'printing')).toEqual({ file: 'vase.gx', ratio: 0.2 });
  });

  it('stays while the printer is lost or stopped by an error', () => {
    const printing = [reading('printing', 0.2), reading('printing', 0.29)];
    expect(currentJob(memoryOf(...printing, LOST, LOST), undefined)).toMatchObject({ file: 'vase.gx', ratio: 0.29 });
    expect(currentJob(memoryOf(...printing, reading('error')), 'error')).toMatchObject({
      file: 'vase.gx',
      ratio: 0.29,
    });
  });

  it('is over with its outcome', () => {
    const memory = memoryOf(reading('printing', 0.2), reading('printing', 0.6), reading('completed', 1));
    expect(currentJob(memory, 'completed')).toBeUndefined();
    expect(currentJob(memory, undefined)).toBeUndefined();
    expect(currentJob(memoryOf(reading('ready')), 'ready')).toBeUndefined();
  });

  it('does not show the progress of the last job', () => {
    const memory = memoryOf(reading('ready', 1), reading('printing', 1));
    expect(currentJob(memory, 'printing')?.ratio).toBeUndefined();
  });
});
