// The read of a printer that is in progress, with what it has so far and what it came to.

import type { Ongoing } from '../common/ongoing.ts';
import type { Reading } from './reader.ts';
import type { SharedRead } from './shared-read.ts';
import type { CachedReading } from './view.ts';

/** What a requester gets; no reading if it left before anything was read. */
export type ReadResult = Pick<CachedReading, 'view' | 'reading'>;

/** What a whole read came to, and when it ended. */
export interface FinishedRead {
  readonly reading: Reading;
  readonly durationSeconds: number;
  /** Milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** A read of a printer, to be joined and left by those who wait for it. */
export class CurrentRead {
  readonly shared: SharedRead;
  readonly startedAtMs = performance.now();
  /** Settles when the read has finished. Never rejects. */
  readonly end: Promise<void>;
  /** Undefined once the read has finished, or if a fault of the exporter ended it at its start. */
  ongoing?: Ongoing<Reading> | undefined;
  /** Set when the read has finished. */
  result?: ReadResult | undefined;

  constructor(shared: SharedRead, run: (read: CurrentRead) => Promise<void>) {
    this.shared = shared;
    this.end = run(this);
  }

  /** Since the read began. */
  get seconds(): number {
    return (performance.now() - this.startedAtMs) / 1000;
  }
}
