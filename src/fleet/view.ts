// One printer as one scrape sees it: what was read now, and what is remembered. Plain data for the metrics and pages.

import type { JobMemory } from '../jobs/memory.ts';
import type { FailureCode } from '../printer/errors.ts';
import type { Identity, Progress, Protocol, Snapshot } from '../printer/snapshot.ts';

export interface FailureCount {
  readonly protocol: Protocol;
  readonly code: FailureCode;
  readonly count: number;
}

export interface EndpointView {
  readonly protocol: Protocol;
  readonly up: boolean;
}

export interface JobsView {
  /** Since the exporter's memory began; jobs by result. */
  readonly totals: JobMemory['totals'];
  readonly lastEnds: JobMemory['lastEnds'];
  /** When the job that runs, or is done and on the plate, was seen to start; undefined when it was found in the middle. */
  readonly startSeconds?: number;
}

export interface PrinterView {
  readonly labels: Readonly<{ printer: string }>;
  readonly address: string;
  readonly up: boolean;
  readonly endpoints: readonly EndpointView[];
  readonly durationSeconds: number;
  /** Since the exporter started. */
  readonly failures: readonly FailureCount[];
  readonly lastSeenSeconds?: number;
  /** From the first contact on, also while the printer is off. */
  readonly identity?: Identity;
  /** What this read told; undefined when the printer is not up. */
  readonly snapshot?: Snapshot;
  /** The job's own progress; not the last job's, which old models go on showing when the next one starts. */
  readonly progress?: Progress;
  readonly jobs: JobsView;
}
