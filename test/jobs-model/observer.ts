// The only place where the model meets the exporter: readings go in, and the ends that it tells come out.
import { toJobReading } from '../../src/fleet/job-reading.ts';
import type { Clocks } from '../../src/jobs/clocks.ts';
import type { JobMemory } from '../../src/jobs/memory.ts';
import { observe } from '../../src/jobs/observe.ts';
import type { Result } from '../../src/jobs/result.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';

export type { Clocks };

/** An end as users are told it. */
export interface Told {
  readonly result: Result;
  readonly file: string;
}

export interface Reply {
  readonly snapshot: Snapshot;
  readonly isM27Silent: boolean;
}

/** The exporter's rules over one printer. */
export class Observer {
  #memory: JobMemory | undefined;

  /** Takes a read of the printer; without a reply it failed. */
  read(reply: Reply | undefined, now: Clocks): readonly Told[] {
    const reading = toJobReading({
      up: reply !== undefined,
      snapshot: reply?.snapshot ?? {},
      endpoints: [],
      problems: new Map(),
      unanswered: new Set(reply?.isM27Silent ? ['M27'] : []),
      replies: {},
    });
    const { memory, events } = observe(this.#memory, reading, now);
    this.#memory = memory;
    return events;
  }

  /** The process ends, and another takes its place. */
  restart(keepsState: boolean): void {
    this.#memory = keepsState ? structuredClone(this.#memory) : undefined;
  }
}
