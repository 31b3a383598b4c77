// A print job as a function of its plan and the time: no sockets, no timers, no model.
// Times are milliseconds of the simulated printer's clock, which is a parameter.

export interface JobPlan {
  readonly file: string;
  /** Printing time, without heating. */
  readonly durationMs: number;
  readonly heatMs: number;
  readonly layers: number;
  /** Size of the file, for printers that count bytes. */
  readonly sizeBytes: number;
  readonly toolCelsius: number;
  readonly bedCelsius: number;
  /** How long the completed job stays on the plate before the next one starts. Undefined: for ever. */
  readonly plateMs?: number;
  /** How long the job has already run when it starts, heating included. */
  readonly headStartMs?: number;
  /** How long the end routine takes: the nozzle is off, the word still that of a running job; default 0. */
  readonly endMs?: number;
  /** The word stays so until somebody presses OK, as on old models: for clear(). */
  readonly waitsForOk?: boolean;
  /** How long the printer reports that it is about to pause, or to cancel; default 0. */
  readonly pausingMs?: number;
  readonly cancellingMs?: number;
}

export const DEFAULT_PLAN: JobPlan = {
  file: 'calibration cube.gx',
  durationMs: 3_600_000,
  heatMs: 180_000,
  layers: 200,
  sizeBytes: 5_019_767,
  toolCelsius: 210,
  bedCelsius: 60,
};

// The end routine is the last few lines of the file.
const LAST_LINES = 0.99999;

/** A started plan, and what has happened to it since. */
export interface JobRun {
  readonly plan: JobPlan;
  readonly startedMs: number;
  /** Total length of the pauses that are over. */
  readonly pausedForMs: number;
  readonly pausedAtMs?: number;
  readonly ended?: { readonly atMs: number; readonly how: 'cancelled' | 'failed' };
  /** The printer's error code for the pause or failure: `E0163`. */
  readonly errorCode?: string;
}

export type JobPhase =
  | 'heating'
  | 'printing'
  | 'pausing'
  | 'paused'
  | 'cancelling'
  | 'cancelled'
  | 'failed'
  | 'completed';

export interface JobMoment {
  readonly phase: JobPhase;
  /** 0 to 1; 0 while it heats. */
  readonly progress: number;
  readonly layer: number;
  /** Whether the file is printed, and only its end routine still runs. */
  readonly isEnding: boolean;
  /** Time spent printing, without heating and pauses. */
  readonly printedMs: number;
  readonly remainingMs: number;
  /** Progress of the heating, 0 to 1. */
  readonly heatRatio: number;
  /** Time since the job completed, was cancelled or failed; 0 before. */
  readonly endedForMs: number;
  /** How often a repeating plan has started before. */
  readonly cycle: number;
}

export function startJob(plan: Partial<JobPlan>, nowMs: number): JobRun {
  const whole = { ...DEFAULT_PLAN, ...plan };
  return { plan: whole, startedMs: nowMs - (whole.headStartMs ?? 0), pausedForMs: 0 };
}

/** Pauses a job that heats or prints; does nothing to any other. */
export function pauseJob(run: JobRun, nowMs: number, errorCode?: string): JobRun {
  if (!isUnderWay(run, nowMs) || run.pausedAtMs !== undefined) return run;
  return { ...run, pausedAtMs: nowMs, ...(errorCode !== undefined && { errorCode }) };
}

export function resumeJob(run: JobRun, nowMs: number): JobRun {
  if (run.pausedAtMs === undefined || run.ended) return run;
  return { plan: run.plan, startedMs: run.startedMs, pausedForMs: run.pausedForMs + nowMs - run.pausedAtMs };
}

/** Ends a job that is under way or paused; a completed one stays completed. */
export function endJob(run: JobRun, how: 'cancelled' | 'failed', nowMs: number, errorCode?: string): JobRun {
  if (!isUnderWay(run, nowMs)) return run;
  return { ...run, ended: { atMs: nowMs, how }, ...(errorCode !== undefined && { errorCode }) };
}

/** The state of the job at a time. */
export function jobAt(run: JobRun, nowMs: number): JobMoment {
  const { plan, ended, pausedAtMs } = run;
  // The job's own clock stops when it pauses or ends.
  const stopMs = Math.min(nowMs, pausedAtMs ?? nowMs, ended?.atMs ?? nowMs);
  const activeMs = Math.max(0, stopMs - run.startedMs - run.pausedForMs);
  const jobMs = plan.heatMs + plan.durationMs + (plan.endMs ?? 0);
  const cycleMs = plan.plateMs === undefined ? Number.POSITIVE_INFINITY : Math.max(1, jobMs + plan.plateMs);
  const cycle = Math.floor(activeMs / cycleMs);
  const inCycleMs = cycle === 0 ? activeMs : activeMs - cycle * cycleMs;

  const printedMs = Math.min(plan.durationMs, Math.max(0, inCycleMs - plan.heatMs));
  const done = inCycleMs >= jobMs;
  const isEnding = (!done || plan.waitsForOk === true) && inCycleMs >= plan.heatMs + plan.durationMs;
  const progress = done || plan.durationMs === 0 ? Number(done) : Math.min(LAST_LINES, printedMs / plan.durationMs);
  const phase = phaseAt(run, nowMs, inCycleMs);
  return {
    phase,
    progress,
    layer: Math.floor(progress * plan.layers),
    isEnding,
    printedMs,
    remainingMs: plan.durationMs - printedMs,
    heatRatio: plan.heatMs === 0 ? 1 : Math.min(1, inCycleMs / plan.heatMs),
    endedForMs: ended ? Math.max(0, nowMs - ended.atMs) : done ? inCycleMs - jobMs : 0,
    cycle,
  };
}

function phaseAt(run: JobRun, nowMs: number, inCycleMs: number): JobPhase {
  const { plan, ended, pausedAtMs } = run;
  if (ended?.how === 'failed') return 'failed';
  if (ended) return nowMs - ended.atMs < (plan.cancellingMs ?? 0) ? 'cancelling' : 'cancelled';
  if (pausedAtMs !== undefined) return nowMs - pausedAtMs < (plan.pausingMs ?? 0) ? 'pausing' : 'paused';
  if (inCycleMs < plan.heatMs) return 'heating';
  const isWaiting = plan.waitsForOk || inCycleMs < plan.heatMs + plan.durationMs + (plan.endMs ?? 0);
  return isWaiting ? 'printing' : 'completed';
}

function isUnderWay(run: JobRun, nowMs: number): boolean {
  const { phase } = jobAt(run, nowMs);
  return phase === 'heating' || phase === 'printing' || phase === 'pausing' || phase === 'paused';
}
