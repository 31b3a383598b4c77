// What is shown of a printer's jobs after a read.

import { type CurrentJob, currentJob } from '../jobs/current-job.ts';
import type { JobMemory } from '../jobs/memory.ts';
import { shownStart } from '../jobs/shown-job.ts';
import type { Snapshot } from '../printer/snapshot.ts';
import type { JobsView } from './view.ts';

/** Computed when it is asked for: metrics do not show the current job, and pages not all of the rest. */
export class RememberedJobs implements JobsView {
  readonly #memory: JobMemory;
  readonly #snapshot: Snapshot | undefined;

  /** @param snapshot undefined if the printer was not read */
  constructor(memory: JobMemory, snapshot: Snapshot | undefined) {
    this.#memory = memory;
    this.#snapshot = snapshot;
  }

  get totals(): JobMemory['totals'] {
    return this.#memory.totals;
  }

  get lastEnds(): JobMemory['lastEnds'] {
    return this.#memory.lastEnds;
  }

  get printingSeconds(): number {
    return this.#memory.printingSeconds;
  }

  get startSeconds(): number | undefined {
    return shownStart(this.#memory, this.#snapshot ?? {});
  }

  get current(): CurrentJob | undefined {
    return currentJob(this.#memory, this.#snapshot?.state);
  }
}
