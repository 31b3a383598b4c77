// One printer as the pages show it: its last reading and its configuration, and what follows from them.

import { percentOf } from '../../common/percent.ts';
import type { CachedReading } from '../../fleet/view.ts';
import type { PrinterConfig } from '../../printer/config.ts';
import type { PrinterError } from '../../printer/errors.ts';
import { NEXT_STEPS, type NextStep } from '../../printer/next-steps.ts';
import type { Protocol } from '../../printer/snapshot.ts';
import { hasJob, type State } from '../../printer/state.ts';
import { type Shown, showState, showUnread } from './format.ts';

export interface PrinterStatus extends CachedReading {
  readonly config: PrinterConfig;
}

export interface EndpointFailure {
  readonly protocol: Protocol;
  readonly failure: PrinterError;
  readonly advice: NextStep;
}

/** The endpoints that were not read, why, and what to do about it. */
export function failuresOf({ view }: PrinterStatus): readonly EndpointFailure[] {
  return view.endpoints.flatMap(({ protocol, failure, advice }) =>
    failure && advice ? [{ protocol, failure, advice }] : [],
  );
}

/** The failures to show in short: none that is normal, and each advice once. */
export function failuresWorthShowing(status: PrinterStatus): readonly EndpointFailure[] {
  const failures = failuresOf(status);
  // A Creator 5 has no TCP endpoint: nothing to tell while HTTP is read.
  if (status.view.up)
    return failures.filter(({ protocol, failure }) => protocol !== 'tcp' || failure.code !== 'refused');
  return failures.filter(({ advice }, index) => failures.findIndex((other) => other.advice === advice) === index);
}

// Whoever gets this advice has a printer that is on.
const SEEN_ON: ReadonlySet<NextStep> = new Set([
  NEXT_STEPS['http-only'],
  NEXT_STEPS['http-port'],
  NEXT_STEPS['other-client'],
]);

/** The state of a printer as icon, color and word. */
export function showPrinter(status: PrinterStatus): Shown {
  const { view, endedAtMs } = status;
  if (endedAtMs === undefined) return { look: 'waiting', word: 'Being read' };
  if (view.up) return showState(view.snapshot?.state);
  const failures = failuresOf(status);
  const isOn = failures.some(({ advice }) => SEEN_ON.has(advice));
  const codes = failures.map(({ failure }) => failure.code);
  return showUnread(codes, isOn, view.jobs.current !== undefined);
}

/** The job of a printer: the one in progress, the completed one on the plate, or the one that an error or lost contact interrupted. */
export interface ShownJob {
  /** Empty if the printer names none. */
  readonly file: string;
  readonly percent?: number | undefined;
  readonly layer?: number | undefined;
  readonly layers?: number | undefined;
  readonly remainingSeconds?: number | undefined;
  /** Whether the time left is this exporter's estimate and not the printer's. */
  readonly isEstimate?: boolean;
  /** Milliseconds since 1970; undefined while the job does not advance. */
  readonly endMs?: number | undefined;
  readonly startSeconds?: number | undefined;
  /** The state at the last contact if contact was lost since; undefined also if it is not known any more. */
  readonly lostState?: State | undefined;
}

/** What is known of the printer's job; undefined if there is none. */
export function jobOf({ view, endedAtMs = 0 }: PrinterStatus): ShownJob | undefined {
  const { snapshot, progress, jobs, lastState } = view;
  const { current, startSeconds } = jobs;
  if (!snapshot || !hasJob(snapshot.state)) {
    // In any other state a printer may still show the last job's numbers.
    if (!current || (snapshot && snapshot.state !== 'error')) return undefined;
    const { file, ratio } = current;
    const percent = ratio === undefined ? undefined : percentOf(ratio);
    return { file, percent, startSeconds, lostState: snapshot ? undefined : lastState };
  }
  const { state, file = '', layer, layers } = snapshot;
  const isEstimate = snapshot.remainingSeconds === undefined;
  const remainingSeconds = state === 'completed' ? undefined : (snapshot.remainingSeconds ?? current?.remainingSeconds);
  // A pause ends when somebody ends it.
  const advances = state === 'printing' || state === 'heating';
  const endMs = advances && remainingSeconds !== undefined ? endedAtMs + remainingSeconds * 1000 : undefined;
  const percent = progress && percentOf(progress.ratio);
  return { file, percent, layer, layers, remainingSeconds, isEstimate, endMs, startSeconds };
}
