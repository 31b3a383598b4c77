// One printer as one request sees it: what was read now, and what is remembered. Plain data for metrics and pages.

import type { CurrentJob } from '../jobs/current-job.ts';
import type { JobMemory } from '../jobs/memory.ts';
import type { FailureCode, PrinterError } from '../printer/errors.ts';
import type { NextStep } from '../printer/next-steps.ts';
import type { Identity, Progress, Protocol, Snapshot } from '../printer/snapshot.ts';
import type { State } from '../printer/state.ts';
import type { FailingCommand } from './failing-commands.ts';
import type { Reading } from './reader.ts';

export interface FailureCount {
  readonly protocol: Protocol;
  readonly code: FailureCode;
  readonly count: number;
}

export interface EndpointView {
  readonly protocol: Protocol;
  readonly up: boolean;
  /** Why the endpoint was not read; undefined if it was, or before the first read. */
  readonly failure?: PrinterError | undefined;
  /** What a person sees of the failure, and what to do about it. */
  readonly advice?: NextStep | undefined;
}

export interface JobsView {
  /** Ended jobs by result, since the exporter's memory began. */
  readonly totals: JobMemory['totals'];
  readonly lastEnds: JobMemory['lastEnds'];
  /** Time seen printing, since the exporter's memory began. */
  readonly printingSeconds?: number | undefined;
  /**
   * When the job that is running, or completed and still on the plate, started; undefined if it was found in the middle
   * and the printer does not count the time.
   */
  readonly startSeconds?: number | undefined;
  /** The job that has no outcome yet, also while the printer is lost or stopped by an error. */
  readonly current?: CurrentJob | undefined;
}

export interface PrinterView {
  readonly labels: Readonly<{ printer: string }>;
  /** Static labels of the configuration. */
  readonly staticLabels?: Readonly<Record<string, string>> | undefined;
  readonly address: string;
  readonly up: boolean;
  readonly endpoints: readonly EndpointView[];
  readonly durationSeconds: number;
  /** Since the exporter started. */
  readonly failures: readonly FailureCount[];
  readonly lastSeenSeconds?: number | undefined;
  /** The state in the last successful read since the exporter started. */
  readonly lastState?: State | undefined;
  /** Known from the first contact on, also while the printer is off. */
  readonly identity?: Identity | undefined;
  /** What this read returned; undefined if the printer is not up. */
  readonly snapshot?: Snapshot | undefined;
  /** The job's own progress, never the last job's, which old models keep showing when the next one starts. */
  readonly progress?: Progress | undefined;
  readonly jobs: JobsView;
  /** Commands that the printer does not answer; undefined if there are none. */
  readonly failingCommands?: readonly FailingCommand[] | undefined;
}

/** What is known of a printer without waiting for it: the last whole read, and what is remembered. */
export interface CachedReading {
  readonly view: PrinterView;
  /** Undefined before the first whole read, or if none finished in time. */
  readonly reading?: Reading | undefined;
  /** How long ago that reading ended. */
  readonly ageMs?: number | undefined;
  /** When that reading ended, in milliseconds since 1970. */
  readonly endedAtMs?: number | undefined;
  /** Whether a read is in progress that may bring something newer. */
  readonly isBeingRead: boolean;
}
