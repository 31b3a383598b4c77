// One print as it really is: how long, how fast, and how it ends.
import type { Random } from './random.ts';

/** How a print really ended: `cut` by a loss of power, `gone` with its printer to where nobody reads it. */
export type Truth = 'completed' | 'cancelled' | 'failed' | 'cut' | 'gone';

export interface Job {
  readonly index: number;
  readonly file: string;
  /** Bytes of the G-code file. */
  readonly bytes: number;
  /** Seconds of printing, without heating, pauses and the end routine. */
  readonly seconds: number;
  readonly pace: Pace;
  /** Seconds that the end routine takes: cooling, parking, a last beep. */
  readonly tailSeconds: number;
  /** Whether the file turns the nozzle off only after its end routine. */
  readonly isTailHot: boolean;
  /** How the printer's estimate of the time left is wrong, as a factor. */
  readonly estimateFactor: number;
  startAt: number;
  /** When the part was finished, or the print cancelled, failed or cut. */
  endAt: number;
  truth: Truth | undefined;
  /** Of the file, 0 to 1, where it ended. */
  endProgress: number;
  /** Seconds of printing that were left where it ended. */
  secondsLeft: number;
  /** Seconds of printing that it took. */
  printedSeconds: number;
}

/** Progress over the seconds printed: straight between knots, lowered by a percent in dips. */
export interface Pace {
  readonly seconds: readonly number[];
  readonly progress: readonly number[];
  readonly dip: { readonly from: number; readonly to: number } | undefined;
}

export interface PlanOptions {
  readonly seconds: number;
  readonly slowStart?: boolean;
  readonly plateau?: boolean;
  readonly dipAtEnd?: boolean;
  readonly file: string;
}

/** Bytes of G-code go by at a speed that changes with the shape of the part. */
function planPace(random: Random, options: PlanOptions): Pace {
  const pieces = 4 + Math.floor(random.next() * 8);
  const shares: { seconds: number; progress: number }[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    shares.push({ seconds: random.between(0.3, 1), progress: random.magnitude(0.25, 1) });
  }
  const sum = (key: 'seconds' | 'progress') => shares.reduce((total, share) => total + share[key], 0);
  const [allSeconds, allProgress] = [sum('seconds'), sum('progress')];
  for (const share of shares) {
    share.seconds *= options.seconds / allSeconds;
    share.progress /= allProgress;
  }
  // A first layer with much to lay down and few bytes for it.
  if (options.slowStart) share(shares, 0, Math.min(options.seconds * 0.3, random.between(120, 900)), 0.008);
  if (options.plateau) share(shares, pieces - 2, Math.min(options.seconds * 0.3, random.between(90, 900)), 0.0005);
  const pace = { seconds: [0], progress: [0] };
  let [seconds, progress] = [0, 0];
  const scale = { seconds: options.seconds / sum('seconds'), progress: 1 / sum('progress') };
  for (const piece of shares) {
    seconds += piece.seconds * scale.seconds;
    progress += piece.progress * scale.progress;
    pace.seconds.push(seconds);
    pace.progress.push(progress);
  }
  const dipFrom = options.seconds * (options.dipAtEnd ? 1 : random.next()) - random.between(10, 200);
  const hasDip = options.dipAtEnd || random.chance(0.1);
  return { ...pace, dip: hasDip ? { from: dipFrom, to: dipFrom + 200 } : undefined };
}

function share(shares: { seconds: number; progress: number }[], at: number, seconds: number, progress: number): void {
  const piece = shares[at];
  if (piece) Object.assign(piece, { seconds, progress });
}

export function planJob(random: Random, index: number, options: PlanOptions): Job {
  return {
    index,
    file: options.file,
    bytes: Math.round(random.magnitude(4e5, 6e7)),
    seconds: options.seconds,
    pace: planPace(random, options),
    tailSeconds: random.chance(0.3) ? 0 : random.magnitude(5, 240),
    isTailHot: random.chance(0.1),
    estimateFactor: random.between(0.8, 1.25),
    startAt: 0,
    endAt: Number.POSITIVE_INFINITY,
    truth: undefined,
    endProgress: 0,
    secondsLeft: 0,
    printedSeconds: 0,
  };
}

/** How much of the file is printed after so many seconds of printing, 0 to 1. */
export function progressAfter({ pace }: Job, printed: number): number {
  let knot = 1;
  while (knot < pace.seconds.length - 1 && (pace.seconds[knot] ?? 0) < printed) knot++;
  const straight = between(pace.seconds, pace.progress, knot, printed);
  const isDip = pace.dip !== undefined && printed >= pace.dip.from && printed < pace.dip.to;
  return Math.max(0, straight - (isDip ? 0.01 : 0));
}

/** The seconds of printing after which so much of the file is printed. */
export function secondsUntil({ pace }: Job, progress: number): number {
  let knot = 1;
  while (knot < pace.progress.length - 1 && (pace.progress[knot] ?? 0) < progress) knot++;
  return between(pace.progress, pace.seconds, knot, progress);
}

function between(xs: readonly number[], ys: readonly number[], knot: number, x: number): number {
  const [fromX = 0, toX = 1] = [xs[knot - 1], xs[knot]];
  const [fromY = 0, toY = 1] = [ys[knot - 1], ys[knot]];
  const share = toX === fromX ? 1 : (x - fromX) / (toX - fromX);
  return fromY + (toY - fromY) * Math.min(1, Math.max(0, share));
}
