// How far a job is, side by side: which progress is the job's own, and how fast it goes.

import type { Progress } from '../printer/snapshot.ts';
import type { SideProgress } from './memory.ts';
import { isAtLeast } from './reading.ts';

// From here on a job is as good as done, by how finely its printer counts: whole percents end at 99 of 100 on some; a
// byte count that stops at 99.4 % was cancelled (docs/protocol.md#m27-progress).
const DONE_IN_PERCENT = 0.99;
const DONE_IN_FINER_STEPS = 0.998;
const DONE_IN_BYTES = 0.999;

const PERCENT = 0.01;
const PER_MILLE = 0.001;
// printProgress of /detail has four digits and more.
const HTTP_STEP = 0.0001;

/** Progress that is lower than the highest by no more is still the job's: some printers go back by a percent at the end. */
export const STILL_THERE_RATIO = 0.02;

/** So much some printers take back at the end, and so much one side may lag behind the other. */
export const TAKEN_BACK_RATIO = 0.01;

const PACE_SECONDS = 3600;
const PACE_SPACING_SECONDS = 20;
// Thinned out only then, since every reading may bring a move.
const MAX_MOVES = 48;
// Fewer steps than that say little of the pace: whole percents stand still for minutes, and then move at once.
const PACE_STEPS = 3;

/** The smallest part of a job that this progress tells. */
export function stepOf({ step, protocol }: Progress): number {
  return step ?? (protocol === 'http' ? HTTP_STEP : PERCENT);
}

/** Whether a side counts whole percents. */
export function countsPercent(step: number): boolean {
  return isAtLeast(step, PERCENT);
}

/** Whether a job is as good as done at this progress. */
export function isDone(ratio: number, step: number): boolean {
  if (countsPercent(step)) return isAtLeast(ratio, DONE_IN_PERCENT);
  const isBytes = !isAtLeast(step, PER_MILLE) && step !== HTTP_STEP;
  return isAtLeast(ratio, isBytes ? DONE_IN_BYTES : DONE_IN_FINER_STEPS);
}

/**
 * A side's progress in the first reading of a job.
 * @param leftover what the side showed before the job began; undefined when that was not seen
 * @param isAtStart whether the reading is of the job's beginning, so that a high progress cannot be its own
 */
export function firstProgress(
  progress: Progress,
  leftover: number | undefined,
  isAtStart: boolean,
  isPrinting: boolean,
): SideProgress {
  const { ratio } = progress;
  const step = stepOf(progress);
  // A job that is found while it heats says nothing yet of which job its progress is.
  const isLeftover = leftover === undefined ? !isPrinting || isDone(ratio, step) : leftover === ratio;
  return {
    ratio,
    highest: ratio,
    step,
    // Moved since the printer was ready; but 0 is what a reset counter shows.
    own: leftover !== undefined && isPrinting && ratio > 0 && !isLeftover && !isDone(ratio, step),
    stale: ratio > 0 && isAtStart && isLeftover,
    moves: [{ seconds: 0, gained: 0 }],
    moveCount: 0,
    isPrinting,
  };
}

/**
 * A side's progress with one more reading.
 * @param printedSeconds that the job was seen printing until now
 */
export function nextProgress(
  before: SideProgress,
  progress: Progress,
  isPrinting: boolean,
  printedSeconds: number,
): SideProgress {
  const { ratio } = progress;
  const own = before.own || ratio !== before.ratio;
  // What fell before it was the job's own was the last job's: the pace begins anew.
  const beginsAnew = !before.own && ratio < before.ratio;
  const highest = beginsAnew ? ratio : Math.max(before.highest, ratio);
  const hasMoved = !beginsAnew && isPrinting && before.isPrinting && highest > before.highest;
  let { moves } = before;
  if (beginsAnew) {
    moves = [{ seconds: printedSeconds, gained: 0 }];
  } else if (hasMoved) {
    const gained = (moves.at(-1)?.gained ?? 0) + highest - before.highest;
    moves = withMove(moves, { seconds: printedSeconds, gained });
  } else if (!isPrinting || !before.isPrinting) {
    moves = shifted(before, printedSeconds);
  }
  return {
    ratio,
    highest,
    step: stepOf(progress),
    own,
    stale: before.stale && !own,
    moves,
    moveCount: beginsAnew ? 0 : before.moveCount + Number(hasMoved),
    isPrinting,
  };
}

// What was gained unseen does not count for the pace, nor does the time: the last point moves on to where it is seen again.
function shifted({ moves, isPrinting }: SideProgress, printedSeconds: number): SideProgress['moves'] {
  const last = moves.at(-1);
  return isPrinting || !last || moves.length > 1 ? moves : [{ ...last, seconds: printedSeconds }];
}

type Move = SideProgress['moves'][number];

/** The moves of the last hour, the older they are the fewer of them; the first and the last stay. */
export function thinned(moves: readonly Move[]): readonly Move[] {
  const last = moves.at(-1);
  if (!last) return moves;
  const kept = [last];
  let newer = last;
  for (const older of moves.toReversed().slice(1)) {
    const ageSeconds = last.seconds - older.seconds;
    if (ageSeconds > PACE_SECONDS && kept.length > 1) break;
    const isNear = newer.seconds - older.seconds < Math.max(PACE_SPACING_SECONDS, ageSeconds / 8);
    // The last move alone tells how long the progress has stood still.
    if (isNear && older !== moves[0] && kept.length > 1) continue;
    kept.push(older);
    newer = older;
  }
  return kept.toReversed();
}

function withMove(moves: readonly Move[], move: Move): readonly Move[] {
  const all = [...moves, move];
  return all.length > MAX_MOVES ? thinned(all) : all;
}

/** The side after a reading in which it was not seen printing: time up to the next one is no time of printing. */
export function interrupted(side: SideProgress): SideProgress {
  return side.isPrinting ? { ...side, isPrinting: false } : side;
}

export interface TimeLeft {
  /** At the job's latest pace. */
  readonly usualSeconds: number;
  /** At its latest pace or over the hour, whichever was faster, and with the percent that some printers take back at the end. */
  readonly cautiousSeconds: number;
  /** The same, at the fastest that it was in any part of that hour. */
  readonly leastSeconds: number;
}

/** The progress of a side that may have gone back by a percent, as some do at the end. */
export function reached({ ratio, highest }: SideProgress): number {
  return isAtLeast(ratio, highest - STILL_THERE_RATIO) ? highest : ratio;
}

/**
 * What the job still needed when this side was last read, by its own pace.
 * @param printedSeconds that the job was seen printing until then
 * @returns undefined where too little was seen of its pace
 */
export function timeLeft(side: SideProgress, printedSeconds: number): TimeLeft | undefined {
  const { step, moveCount } = side;
  const moves = thinned(side.moves);
  const [first, last] = [moves[0], moves.at(-1)];
  if (!first || !last || moveCount < 2) return undefined;
  let fastest = 0;
  for (const [index, move] of moves.entries()) fastest = Math.max(fastest, paceOf(move, moves[index + 1]));
  const latest = paceOf(
    moves.findLast(({ seconds, gained }) => {
      return last.seconds - seconds >= PACE_SPACING_SECONDS && isAtLeast(last.gained - gained, PACE_STEPS * step);
    }) ?? first,
    last,
  );
  if (latest <= 0) return undefined;
  const usual = Math.max(paceOf(first, last), latest);
  // Whole percents stand still for a while; what is printed meanwhile can be told from the pace.
  const leftAt = (pace: number, more: number): number => {
    const since = Math.min(step, pace * (printedSeconds - last.seconds));
    return (1 - Math.min(1, reached(side) + since + more)) / pace;
  };
  return {
    usualSeconds: leftAt(latest, 0),
    cautiousSeconds: leftAt(usual, TAKEN_BACK_RATIO),
    leastSeconds: leftAt(Math.max(usual, fastest), TAKEN_BACK_RATIO),
  };
}

function paceOf(from: Move, to: Move | undefined): number {
  return to && to.seconds > from.seconds ? (to.gained - from.gained) / (to.seconds - from.seconds) : 0;
}
