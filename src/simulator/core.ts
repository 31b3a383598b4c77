// One simulated printer without its sockets: identity, clock, job, faults, timers and statistics, shared by both sides.

import { createFaultSwitch, type Fault, type FaultSwitch } from './faults.ts';
import type { JobRun } from './job.ts';
import type { Identity, Model } from './model.ts';
import { MODELS, type SimulatedModel } from './models.ts';
import type { HttpQuirk } from './quirks.ts';
import { type Memory, type Reading, readingAt } from './reading.ts';
import { createTimers, type Timers } from './timers.ts';

const MAX_COMMANDS = 1000;

export interface PrinterStats {
  readonly tcpConnections: number;
  readonly openTcpConnections: number;
  readonly maxOpenTcpConnections: number;
  readonly httpRequests: number;
  /** TCP commands as received, `~M601 S1`; the last 1000. */
  readonly commands: readonly string[];
}

export interface PrinterCore {
  readonly model: SimulatedModel;
  readonly spec: Model;
  readonly identity: Identity;
  readonly checkCode: string;
  readonly latencyMs: number;
  readonly faults: FaultSwitch;
  quirks: readonly HttpQuirk[];
  readonly timers: Timers;
  readonly now: () => number;
  readonly stats: { -readonly [K in keyof Omit<PrinterStats, 'commands'>]: PrinterStats[K] } & { commands: string[] };
  /** The job, and the values that a test replaces in its reading. */
  run: JobRun | undefined;
  memory: Memory;
  override: Partial<Reading>;
}

export function createCore(options: {
  readonly model: SimulatedModel;
  readonly identity: Identity;
  readonly checkCode: string;
  readonly latencyMs: number;
  readonly fault: Fault | undefined;
  readonly quirks: readonly HttpQuirk[];
  readonly now: () => number;
  readonly override: Partial<Reading>;
}): PrinterCore {
  const spec = MODELS[options.model];
  return {
    model: options.model,
    spec,
    identity: options.identity,
    checkCode: options.checkCode,
    latencyMs: options.latencyMs,
    faults: createFaultSwitch(options.fault),
    quirks: options.quirks,
    timers: createTimers(),
    now: options.now,
    stats: { tcpConnections: 0, openTcpConnections: 0, maxOpenTcpConnections: 0, httpRequests: 0, commands: [] },
    run: undefined,
    memory: { counts: spec.atRest.counts, printedMs: 0 },
    override: options.override,
  };
}

/** The current reading, with the values that a test replaced. */
export function currentReading(core: PrinterCore): Reading {
  return { ...readingAt(core.spec, core.run, core.memory, core.now()), ...core.override };
}

export function recordCommand(core: PrinterCore, command: string): void {
  const { commands } = core.stats;
  commands.push(command);
  if (commands.length > MAX_COMMANDS) commands.shift();
}
