// One story of a printer together with what comes between it and the exporter.
import type { Family } from './families.ts';
import type { Job, PlanOptions } from './job.ts';
import type { Random } from './random.ts';
import { Story } from './story.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Away extends Span {
  readonly keepsState: boolean;
}

/** What keeps the exporter from seeing all of it. */
export interface Faults {
  /** The printer cannot be reached. */
  readonly unreachable: Span[];
  /** The exporter does not run. */
  readonly away: Away[];
  readonly clockSteps: { readonly at: number; readonly seconds: number }[];
  /** One side does not answer. */
  readonly httpFails: Span[];
  readonly tcpFails: Span[];
  /** The file name is empty. */
  readonly nameless: Span[];
  /** From then on another printer answers at this address. */
  readonly swapsAt: number[];
  /** Share of the scrapes that never come, of the reads that fail, and of those where M27 gets no reply. */
  missedShare: number;
  failedShare: number;
  silentShare: number;
}

export function noFaults(): Faults {
  return {
    unreachable: [],
    away: [],
    clockSteps: [],
    httpFails: [],
    tcpFails: [],
    nameless: [],
    swapsAt: [],
    missedShare: 0,
    failedShare: 0,
    silentShare: 0,
  };
}

/** How long prints are: long enough for an interval to show something of them, short enough to run thousands. */
function longest(interval: number): number {
  if (interval <= 15) return 2.5 * 3600;
  return interval <= 60 ? 8 * 3600 : 30 * 3600;
}

/** Where the kinds of events play: a printer, its story, and the faults around it. */
export class Stage {
  readonly story: Story;
  readonly faults = noFaults();
  readonly random: Random;
  readonly family: Family;
  readonly interval: number;
  readonly #longestSeconds: number;
  #files = 0;

  constructor(random: Random, family: Family, interval: number, longestSeconds = longest(interval)) {
    this.random = random;
    this.family = family;
    this.interval = interval;
    this.#longestSeconds = longestSeconds;
    this.story = new Story(random);
  }

  get at(): number {
    return this.story.at;
  }

  /** A whole number of scrapes and a bit. */
  scrapes(low: number, high: number): number {
    return this.random.between(low, high) * this.interval;
  }

  begin(options: Partial<PlanOptions> = {}, heatingSeconds = this.random.between(45, 400)): Job {
    const longestSeconds = this.#longestSeconds;
    const shortestSeconds = Math.min(Math.max(480, 8 * this.interval), longestSeconds / 4);
    const seconds = this.random.magnitude(shortestSeconds, longestSeconds);
    const slowStart = this.random.chance(0.15);
    const plateau = this.random.chance(0.1);
    const file = `part-${++this.#files}.gx`;
    return this.story.begin({ seconds, slowStart, plateau, file, ...options }, heatingSeconds);
  }

  finish(plateSeconds = this.random.magnitude(20, 10_000)): void {
    this.story.finish(plateSeconds, this.family.staysHot ?? false);
  }

  /** Somebody presses cancel, and closes the dialog about it after a while. */
  cancel(): void {
    this.story.cancel(this.random.between(3, 40), this.random.magnitude(5, 3600));
  }

  pause(seconds: number, isHot = !this.random.chance(0.2)): void {
    this.story.push('pausing', this.random.between(2, 15), true);
    this.story.push('paused', seconds, isHot);
  }
}
