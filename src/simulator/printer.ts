// One simulated printer: opens its ports, switches its power and its faults, and runs its job.

import { createCore, currentReading, type PrinterStats } from './core.ts';
import type { Fault } from './faults.ts';
import { createHttpSide } from './http-side.ts';
import { endJob, type JobPlan, type JobRun, jobAt, pauseJob, resumeJob, startJob } from './job.ts';
import type { Listener } from './listener.ts';
import type { Identity } from './model.ts';
import { MODELS, type SimulatedModel } from './models.ts';
import type { HttpQuirk } from './quirks.ts';
import { countsAfterPowerOn, countsAt, printedMsOf, type Reading } from './reading.ts';
import { createTcpSide } from './tcp-side.ts';

export interface SimulatedPrinterOptions {
  readonly model: SimulatedModel;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0, any. */
  readonly tcpPort?: number;
  readonly httpPort?: number;
  /** Default: the model's captured ones, which all printers of that model share. */
  readonly name?: string;
  readonly serialNumber?: string;
  /** Other parts of the identity, such as another firmware version. */
  readonly identity?: Partial<Identity>;
  readonly checkCode?: string;
  /** Delay before each reply. */
  readonly latencyMs?: number;
  readonly fault?: Fault;
  /** What its firmware does differently in /detail; default nothing. */
  readonly quirks?: readonly HttpQuirk[];
  /** Milliseconds; default real time. */
  readonly now?: () => number;
  /** Speed of the printer's clock relative to `now`; default 1. */
  readonly speed?: number;
  /** A job that starts at once. */
  readonly job?: Partial<JobPlan>;
  /** What the printer reports whatever its job does: raw words, temperatures, fields of /detail. */
  readonly override?: Partial<Reading>;
}

export interface SimulatedPrinter {
  readonly model: SimulatedModel;
  readonly name: string;
  readonly serialNumber: string;
  readonly checkCode: string;
  readonly host: string;
  /** Undefined if the model has no such side. */
  readonly tcpPort: number | undefined;
  readonly httpPort: number | undefined;
  readonly isOn: boolean;
  readonly stats: PrinterStats;
  /** What it would report now. */
  readonly reading: Reading;
  setFault(fault: Fault | undefined): Promise<void>;
  setQuirks(quirks: readonly HttpQuirk[]): void;
  setOverride(override: Partial<Reading>): void;
  /** Starts a job; DEFAULT_PLAN fills the gaps of the plan. */
  start(plan: Partial<JobPlan>): void;
  /** Pauses the job; with an error code if it is a clog: `E0163`. */
  pause(errorCode?: string): void;
  resume(): void;
  cancel(): void;
  /** The job ends with an error that stays until clear(). */
  fail(errorCode?: string): void;
  /** Clears the plate: forgets a completed, cancelled or failed job. */
  clear(): void;
  /** Cuts the power: destroys all sockets, closes the ports, and loses the job. */
  switchOff(): Promise<void>;
  /** Restores the power: the same ports, without a job. */
  switchOn(): Promise<void>;
  close(): Promise<void>;
}

export const DEFAULT_CHECK_CODE = '5f3a9c1e';

/** Starts a printer and resolves when its ports are open. */
export async function startSimulatedPrinter(options: SimulatedPrinterOptions): Promise<SimulatedPrinter> {
  const spec = MODELS[options.model];
  const host = options.host ?? '127.0.0.1';
  const identity: Identity = {
    ...spec.identity,
    ip: host,
    ...options.identity,
    ...(options.name !== undefined && { name: options.name }),
    ...(options.serialNumber !== undefined && { serialNumber: options.serialNumber }),
  };
  const core = createCore({
    model: options.model,
    identity,
    checkCode: options.checkCode ?? DEFAULT_CHECK_CODE,
    latencyMs: options.latencyMs ?? 0,
    fault: options.fault,
    quirks: options.quirks ?? [],
    now: createClock(options.speed ?? 1, options.now ?? Date.now),
    override: options.override ?? {},
  });
  const tcp = spec.tcp ? createTcpSide(core, host, options.tcpPort ?? 0) : undefined;
  const http = spec.http ? createHttpSide(core, host, options.httpPort ?? 0) : undefined;
  let isOn = true;

  // In sequence, so that switching off and on again quickly ends as on.
  let settling = Promise.resolve();
  const settle = (): Promise<void> => {
    const step = settling.then(async () => {
      await put(tcp, isOn && !core.faults.refuses('tcp'));
      await put(http, isOn && !core.faults.refuses('http'));
    });
    // A port that cannot be opened fails only this step.
    settling = step.catch(() => {});
    return step;
  };

  const change = (step: (run: JobRun, nowMs: number) => JobRun): void => {
    if (core.run) core.run = step(core.run, core.now());
  };
  // Ends the job. Old models keep its M27.
  const putAway = (): void => {
    if (!core.run) return;
    const nowMs = core.now();
    const counts = spec.showsCompleted ? spec.atRest.counts : countsAt(spec, core.run, core.memory, nowMs);
    core.memory = { counts, printedMs: core.memory.printedMs + printedMsOf(core.run, nowMs) };
    core.run = undefined;
  };
  const start = (plan: Partial<JobPlan>): void => {
    if (!isOn) return;
    putAway();
    core.run = startJob(plan, core.now());
  };

  if (options.job) start(options.job);
  try {
    // Open once even if the fault is to refuse connections, so that the port is known and reserved.
    await tcp?.open();
    await http?.open();
    await settle();
  } catch (error) {
    await tcp?.close();
    await http?.close();
    throw error;
  }

  return {
    model: options.model,
    name: identity.name,
    serialNumber: identity.serialNumber,
    checkCode: core.checkCode,
    host,
    get tcpPort() {
      return tcp?.port;
    },
    get httpPort() {
      return http?.port;
    },
    get isOn() {
      return isOn;
    },
    stats: core.stats,
    get reading() {
      return currentReading(core);
    },
    setFault(fault) {
      core.faults.set(fault);
      return settle();
    },
    setQuirks(quirks) {
      core.quirks = quirks;
    },
    setOverride(override) {
      core.override = override;
    },
    start,
    pause: (errorCode) => change((run, nowMs) => pauseJob(run, nowMs, errorCode)),
    resume: () => change(resumeJob),
    cancel: () => change((run, nowMs) => endJob(run, 'cancelled', nowMs)),
    fail: (errorCode = 'E0001') => change((run, nowMs) => endJob(run, 'failed', nowMs, errorCode)),
    clear() {
      const phase = core.run && jobAt(core.run, core.now()).phase;
      if (phase === 'completed' || phase === 'cancelled' || phase === 'failed') putAway();
    },
    switchOff() {
      isOn = false;
      putAway();
      core.memory = { ...core.memory, counts: countsAfterPowerOn(spec) };
      core.timers.clear();
      return settle();
    },
    switchOn() {
      isOn = true;
      return settle();
    },
    close() {
      isOn = false;
      core.timers.clear();
      return settle();
    },
  };
}

/** A clock that starts at `now()` and runs `speed` times as fast. */
export function createClock(speed: number, now: () => number): () => number {
  const beganMs = now();
  return () => beganMs + (now() - beganMs) * speed;
}

async function put(side: Listener | undefined, open: boolean): Promise<void> {
  await (open ? side?.open() : side?.close());
}
