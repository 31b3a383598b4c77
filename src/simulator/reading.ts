// What a simulated printer measures and reports at one moment, independent of the protocol: model + job → Reading.

import { type JobMoment, type JobPlan, type JobRun, jobAt } from './job.ts';
import type { Counts, Model, Position } from './model.ts';

export interface Heat {
  readonly celsius: number;
  readonly target: number;
}

export interface Reading {
  /** Words of M119 and of /detail. */
  readonly machineStatus: string;
  readonly moveMode: string;
  readonly httpStatus: string;
  readonly endstop: string;
  readonly flags: string;
  readonly lightOn: boolean;
  readonly file: string;
  readonly tools: readonly Heat[];
  readonly bed: Heat;
  readonly chamber: Heat;
  readonly position: Position;
  /** As M27 counts. */
  readonly counts: Counts;
  /** As /detail counts. */
  readonly progress: number;
  readonly layer: number;
  readonly layers: number;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  readonly totalSeconds: number;
  /** Whether fans and motors run. */
  readonly active: boolean;
  readonly errorCode: string;
  readonly lifetimeMinutes: number;
  readonly lifetimeMeters: number;
  /** Raw fields that replace those of the /detail payload. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What a printer remembers besides its running job. */
export interface Memory {
  /** M27 of the last job, or what a fresh printer shows. */
  readonly counts: Counts;
  /** Time printed in earlier jobs. */
  readonly printedMs: number;
}

interface Words {
  readonly machineStatus: string;
  readonly moveMode: string;
  readonly httpStatus: string;
}

const METERS_PER_HOUR = 11; // as the 5M Pro of test/captures/http-5m-pro-fw2.7.2-printing: 1582 m in 8810 min

/** What the printer reports at a time. */
export function readingAt(model: Model, run: JobRun | undefined, memory: Memory, nowMs: number): Reading {
  const printedMs = memory.printedMs + (run ? printedMsOf(run, nowMs) : 0);
  const common = {
    chamber: { celsius: model.ambient.chamber, target: 0 },
    lightOn: model.lightOn,
    lifetimeMinutes: model.lifetime.minutes + Math.floor(printedMs / 60_000),
    lifetimeMeters: model.lifetime.meters + (printedMs / 3_600_000) * METERS_PER_HOUR,
  };
  if (!run) {
    return {
      ...common,
      ...NO_JOB,
      machineStatus: 'READY',
      moveMode: 'READY',
      httpStatus: 'ready',
      endstop: model.atRest.endstop,
      flags: model.atRest.flags,
      tools: model.ambient.tools.map((celsius) => ({ celsius, target: 0 })),
      bed: { celsius: model.ambient.bed, target: 0 },
      position: model.atRest.position,
      counts: memory.counts,
      errorCode: '',
    };
  }
  const moment = jobAt(run, nowMs);
  const active = isActive(moment);
  const words = wordsOf(model, moment);
  const isReady = words.httpStatus === 'ready';
  return {
    ...common,
    ...words,
    ...(active ? model.whileMoving : { endstop: model.atRest.endstop, flags: model.atRest.flags }),
    ...heatsOf(model, run.plan, moment),
    position: active ? positionAt(model, moment) : model.atRest.position,
    counts: countsAt(model, run, memory, nowMs),
    errorCode: run.errorCode ?? '',
    ...(isReady
      ? NO_JOB
      : {
          file: run.plan.file,
          progress: moment.progress,
          layer: moment.layer,
          layers: run.plan.layers,
          elapsedSeconds: Math.floor(moment.printedMs / 1000),
          remainingSeconds: moment.remainingMs / 1000,
          totalSeconds: run.plan.durationMs / 1000,
          active,
        }),
  };
}

/** Time printed in this run, including all repeats. */
export function printedMsOf(run: JobRun, nowMs: number): number {
  const moment = jobAt(run, nowMs);
  return moment.cycle * run.plan.durationMs + moment.printedMs;
}

/** What M27 shows at a time. It is kept as memory when the next job starts. */
export function countsAt(model: Model, run: JobRun, memory: Memory, nowMs: number): Counts {
  const moment = jobAt(run, nowMs);
  if (model.showsCompleted) {
    // A 5M forgets it with the job, and returns to 0/100 and Layer: 0/0.
    if (moment.phase === 'cancelled') return model.atRest.counts;
    return countsOf(model, run.plan, moment.progress);
  }
  // Old printers show the last job until the next one really prints (docs/protocol.md#m27-progress).
  if (moment.progress === 0 && moment.heatRatio < 1) {
    return moment.cycle > 0 ? countsOf(model, run.plan, 1) : memory.counts;
  }
  return countsOf(model, run.plan, moment.progress);
}

/** A progress in the unit that the model counts. */
export function countsOf(model: Model, plan: JobPlan, progress: number): Counts {
  const layers = model.layerLine === 'never' ? {} : { layer: Math.floor(progress * plan.layers), layers: plan.layers };
  switch (model.counting) {
    case 'bytes-past-end':
      return {
        printed: progress === 1 ? plan.sizeBytes + 1 : Math.floor(progress * plan.sizeBytes),
        total: plan.sizeBytes,
      };
    case 'bytes':
      return { printed: Math.floor(progress * plan.sizeBytes), total: plan.sizeBytes };
    case 'percent':
      return { printed: Math.floor(progress * 100), total: 100, ...layers };
    case 'per-mille':
      return { printed: Math.floor(progress * 1000), total: 1000, ...layers };
  }
}

/** M27 after a power cycle. No printer is known to remember its job. */
export function countsAfterPowerOn(model: Model): Counts {
  switch (model.counting) {
    case 'bytes-past-end':
    case 'bytes':
      return { printed: 0, total: 0 };
    case 'percent':
    case 'per-mille':
      return model.atRest.counts;
  }
}

const NO_JOB = {
  file: '',
  progress: 0,
  layer: 0,
  layers: 0,
  elapsedSeconds: 0,
  remainingSeconds: 0,
  totalSeconds: 0,
  active: false,
};

function isActive(moment: JobMoment): boolean {
  switch (moment.phase) {
    case 'printing':
    case 'pausing':
    case 'paused':
    case 'cancelling':
      return moment.heatRatio === 1;
    case 'heating':
    case 'cancelled':
    case 'failed':
    case 'completed':
      return false;
  }
}

// Words and their evidence: docs/protocol.md#m119-status and docs/protocol.md#http-status-words.
function wordsOf(model: Model, moment: JobMoment): Words {
  const building = 'BUILDING_FROM_SD';
  switch (moment.phase) {
    case 'heating': {
      const waitsForBed = model.hasBed && moment.heatRatio < 0.5;
      const moveMode = waitsForBed ? 'WAIT_ON_PLATFORM' : 'WAIT_ON_TOOL';
      return { machineStatus: building, moveMode, httpStatus: model.statusWhileHeating };
    }
    case 'printing':
      return { machineStatus: building, moveMode: 'MOVING', httpStatus: 'printing' };
    case 'pausing':
      return { machineStatus: building, moveMode: 'MOVING', httpStatus: 'pausing' };
    case 'paused':
      return { machineStatus: model.wordWhilePaused, moveMode: 'PAUSED', httpStatus: 'pause' };
    case 'cancelling':
      return { machineStatus: 'CANCEL_BUILD', moveMode: 'MOVING', httpStatus: 'canceling' };
    case 'cancelled':
      return { machineStatus: 'READY', moveMode: 'READY', httpStatus: model.showsCompleted ? 'cancel' : 'ready' };
    case 'failed':
      return { machineStatus: 'ERROR', moveMode: 'READY', httpStatus: 'error' };
    case 'completed':
      // MoveMode is PAUSED then: test/captures/adventurer5m-pro-v2.4.5-completed/M119-completed.txt
      return model.showsCompleted
        ? { machineStatus: 'BUILDING_COMPLETED', moveMode: 'PAUSED', httpStatus: 'completed' }
        : { machineStatus: 'READY', moveMode: 'READY', httpStatus: 'ready' };
  }
}

// The bed heats first, then the tool. After the job both cool down as fast as they heated up.
function heatsOf(model: Model, plan: JobPlan, moment: JobMoment): { tools: readonly Heat[]; bed: Heat } {
  const { ambient, hasBed } = model;
  const isOver =
    moment.isEnding || moment.phase === 'completed' || moment.phase === 'cancelled' || moment.phase === 'failed';
  const left = isOver ? Math.max(0, 1 - moment.endedForMs / Math.max(1, plan.heatMs)) : 1;
  const bedRatio = Math.min(1, 2 * moment.heatRatio) * left;
  const toolRatio = (hasBed ? Math.max(0, 2 * moment.heatRatio - 1) : moment.heatRatio) * left;
  const heat = (rest: number, target: number, ratio: number): Heat => ({
    celsius: rest + (target - rest) * ratio,
    target: isOver ? 0 : target,
  });
  return {
    tools: ambient.tools.map((rest, tool) =>
      tool === 0 ? heat(rest, plan.toolCelsius, toolRatio) : { celsius: rest, target: 0 },
    ),
    bed: hasBed ? heat(ambient.bed, plan.bedCelsius, bedRatio) : { celsius: 0, target: 0 },
  };
}

// One circle of 20 mm radius per layer of 0.2 mm, at one radian per second.
function positionAt(model: Model, moment: JobMoment): Position {
  const angle = moment.printedMs / 1000;
  return {
    ...model.atRest.position,
    x: 20 * Math.cos(angle),
    y: 20 * Math.sin(angle),
    z: 0.2 * (moment.layer + 1),
    a: moment.progress * 1000,
  };
}
