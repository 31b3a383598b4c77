import { describe, expect, it } from 'vitest';
import type { JobReading } from '../../src/jobs/reading.ts';
import { shownProgress, shownStart } from '../../src/jobs/shown-job.ts';
import { A, B, http, off, play, silent, T0, tcp } from './readings.ts';

describe('shownProgress', () => {
  const shown = (...readings: readonly JobReading[]) => {
    const { memory } = play(readings);
    const last = readings.at(-1);
    return last?.contact ? shownProgress(memory, last)?.ratio : undefined;
  };

  it('hides the last 100/100 at the start of a job until it moves', () => {
    expect(shown(tcp('ready', 1), tcp('heating', 1))).toBeUndefined();
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('printing', 1))).toBeUndefined();
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('cancelling', 1))).toBeUndefined();
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('printing', 0))).toBe(0);
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('printing', 0), tcp('printing', 1))).toBe(1);
  });

  it('hides it when a job is found heating, not when it is found printing', () => {
    expect(shown(tcp('heating', 1))).toBeUndefined();
    expect(shown(tcp('printing', 0.995))).toBe(0.995);
  });

  it('shows it when a job is found paused or nearly done, also where the printer counts its time', () => {
    const counted = { elapsedSeconds: 1800 };
    expect(shown(http('paused', 0.31, counted))).toBe(0.31);
    expect(shown(http('paused', 0.31, counted), http('paused', 0.31, counted))).toBe(0.31);
    expect(shown(http('printing', 0.999, counted))).toBe(0.999);
    expect(shown(http('ready', 1), off, http('printing', 1, counted))).toBe(1);
  });

  it('shows progress only while there is a job', () => {
    expect(shown(tcp('ready', 1))).toBeUndefined();
    expect(shown(tcp('busy', 0.5))).toBeUndefined();
    expect(shown(tcp(undefined, 0.5))).toBeUndefined();
    expect(shown(http('completed', 1))).toBe(1);
    expect(shown(tcp('ready', 0), tcp('printing', 0.98))).toBe(0.98);
    expect(shown(tcp('ready', 1), tcp('printing', 1), tcp('completed', 1))).toBe(1);
  });

  it('shows what the other side says when the job is well under way', () => {
    expect(shown(http('ready'), http('printing', 0.98), http('printing', 0.985), tcp('printing', 0.99))).toBe(0.99);
  });
});

describe('shownStart', () => {
  const shown = (...readings: readonly JobReading[]) => {
    const { memory } = play(readings);
    const last = readings.at(-1);
    const start = last?.contact ? shownStart(memory, last) : undefined;
    return start === undefined ? undefined : start - T0;
  };
  const started = [http('ready'), http('printing', 0, A), http('printing', 0.5, A)];

  it('is there as long as the job is on the plate', () => {
    expect(shown(...started)).toBe(30);
    expect(shown(...started, http('paused', 0.5, A))).toBe(30);
    expect(shown(...started, http('cancelling', 0.5, A))).toBe(30);
    expect(shown(...started, http('completed', 1, A), http('completed', 1, A))).toBe(30);
  });

  it('is there while a running job cannot be seen', () => {
    expect(shown(...started, http('busy'))).toBe(30);
    expect(shown(...started, http('unknown'))).toBe(30);
    expect(shown(...started, http(undefined))).toBe(30);
  });

  it('is gone with the job', () => {
    expect(shown(...started, http('cancelled'))).toBeUndefined();
    expect(shown(...started, http('completed', 1, A), http('busy'))).toBeUndefined();
    expect(shown(...started, http('completed', 1, A), http('heating'))).toBeUndefined();
    expect(shown(...started, http('completed', 1, A), http('ready', 1, A))).toBeUndefined();
    expect(shown(...started, silent)).toBeUndefined();
  });

  it('is that of the next job, or none where that was found in the middle', () => {
    expect(shown(...started, http('completed', 1, A), http('printing', 0, B))).toBe(120);
    expect(shown(http('completed', 1, A))).toBeUndefined();
    expect(shown(http('printing', 0.5, A), http('completed', 1, A))).toBeUndefined();
  });
});
