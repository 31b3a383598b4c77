// What happens to one printer, second by second: the truth that its replies are made from.
import { type Job, type PlanOptions, planJob, progressAfter, secondsUntil, type Truth } from './job.ts';
import type { Random } from './random.ts';

export type Activity =
  | 'idle'
  | 'preheat'
  | 'fetching'
  | 'heating'
  | 'printing'
  | 'pausing'
  | 'canceling-in-pause'
  | 'paused'
  | 'tail'
  | 'plate'
  | 'cancelling'
  | 'cancelled'
  | 'error'
  | 'off';

/** What the counters of the printer still hold of a job that is over. */
export interface Leftover {
  readonly job: Job;
  readonly progress: number;
  readonly isCompleted: boolean;
}

export interface Segment {
  readonly from: number;
  readonly activity: Activity;
  readonly isHot: boolean;
  /** The job that goes on, or lies on the plate. */
  readonly job: Job | undefined;
  /** Seconds of printing at `from`. */
  readonly printed: number;
  readonly leftover: Leftover | undefined;
}

const PRINTS: ReadonlySet<Activity> = new Set<Activity>(['printing', 'tail']);

export interface Moment extends Segment {
  /** Seconds of printing, without pauses. */
  readonly printed: number;
  /** Of the file, 0 to 1. */
  readonly progress: number;
}

export class Story {
  readonly segments: Segment[] = [];
  readonly jobs: Job[] = [];
  readonly #random: Random;
  at = 0;
  #job: Job | undefined;
  #printed = 0;
  #leftover: Leftover | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The job that runs now. */
  get job(): Job {
    if (!this.#job) throw new Error('the story has no job running');
    return this.#job;
  }

  push(activity: Activity, seconds: number, isHot: boolean): void {
    const { at: from } = this;
    this.segments.push({ from, activity, isHot, job: this.#job, printed: this.#printed, leftover: this.#leftover });
    if (PRINTS.has(activity)) this.#printed += seconds;
    this.at += seconds;
  }

  /** Nothing is on the plate. */
  idle(seconds: number): void {
    this.#job = undefined;
    this.push('idle', seconds, false);
  }

  /** Somebody warms the nozzle up by hand. */
  preheat(seconds: number): void {
    this.#job = undefined;
    this.push('preheat', seconds, true);
  }

  /** A job begins: it is fetched, and the printer heats up. */
  begin(options: PlanOptions, heatingSeconds: number): Job {
    const job = planJob(this.#random, this.jobs.length, options);
    this.jobs.push(job);
    this.#job = job;
    this.#printed = 0;
    this.push('fetching', Math.min(4, heatingSeconds / 2), false);
    job.startAt = this.at;
    this.push('heating', heatingSeconds, true);
    return job;
  }

  /** Prints for some seconds more, at most to the end of the file. */
  print(seconds: number): void {
    this.push('printing', Math.max(0, Math.min(seconds, this.job.seconds - this.#printed)), true);
  }

  printTo(progress: number): void {
    this.print(secondsUntil(this.job, progress) - this.#printed);
  }

  /** Seconds of printing that the job still needs. */
  get secondsLeft(): number {
    return this.job.seconds - this.#printed;
  }

  #end(truth: Truth, progress: number): void {
    const secondsLeft = Math.max(0, this.secondsLeft);
    Object.assign(this.job, {
      truth,
      endAt: this.at,
      endProgress: progress,
      secondsLeft,
      printedSeconds: this.#printed,
    });
    this.#leftover = { job: this.job, progress, isCompleted: truth === 'completed' };
  }

  /** Prints to the end, runs the end routine, and leaves the part on the plate. */
  finish(plateSeconds: number, staysHot: boolean): void {
    const { job } = this;
    this.print(Number.POSITIVE_INFINITY);
    const printedAt = this.at;
    const isTailHot = job.isTailHot || staysHot;
    this.push('tail', job.tailSeconds, isTailHot);
    this.#end('completed', 1);
    // With the heaters off nothing more is laid down; a hot nozzle may still wipe itself on the part.
    if (!isTailHot) job.endAt = printedAt;
    this.push('plate', plateSeconds, staysHot);
  }

  #progressNow(): number {
    return progressAfter(this.job, this.#printed);
  }

  /** Somebody cancels: the heaters go off, the head parks. */
  cancel(parkSeconds: number, dialogSeconds: number): void {
    this.#end('cancelled', this.#progressNow());
    this.push('cancelling', parkSeconds, false);
    this.push('cancelled', dialogSeconds, false);
  }

  /** An error ends the job; somebody confirms it after a while. */
  fail(dialogSeconds: number): void {
    this.#end('failed', this.#progressNow());
    this.push('error', dialogSeconds, false);
  }

  /** Another printer takes the place of this one, idle. */
  swap(seconds: number): void {
    this.#end('gone', this.#progressNow());
    this.#leftover = undefined;
    this.idle(seconds);
  }

  /** The power goes off, and everything that the printer remembers of a job with it. */
  powerOff(seconds: number): void {
    if (this.#job && this.#job.truth === undefined) this.#end('cut', this.#progressNow());
    this.#job = undefined;
    this.#leftover = undefined;
    this.push('off', seconds, false);
  }
}

/** Walks through a story; asked for later and later moments. */
export class Reader {
  readonly #segments: readonly Segment[];
  #index = 0;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  at(seconds: number): Moment {
    while ((this.#segments[this.#index + 1]?.from ?? Number.POSITIVE_INFINITY) <= seconds) this.#index++;
    const segment = this.#segments[this.#index];
    if (!segment) throw new Error('a story without a beginning');
    const { from, activity, isHot, job, leftover } = segment;
    const printed = segment.printed + (PRINTS.has(activity) ? seconds - from : 0);
    return { from, activity, isHot, job, leftover, printed, progress: progressOf(segment, printed) };
  }
}

function progressOf({ activity, job }: Segment, printed: number): number {
  if (!job) return 0;
  switch (activity) {
    case 'fetching':
      return 0;
    case 'plate':
      return 1;
    case 'tail':
      // The end routine is the last few hundred bytes of the file.
      return 1 - 300 / job.bytes;
    default:
      return Math.min(1 - 300 / job.bytes, progressAfter(job, printed));
  }
}
