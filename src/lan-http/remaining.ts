// The time left of a job. `estimatedTime` is the time left on some firmware, the total on other, and both on some
// (docs/protocol.md#http-estimatedtime), so each reading is judged by the job's own pace.

import type { Product } from '../printer/products.ts';

/** How far the number may be from what the pace predicts, as a share of the prediction. */
const TOLERANCE = 0.2;

function isNear(seconds: number, predicted: number): boolean {
  return Math.abs(seconds - predicted) <= TOLERANCE * predicted;
}

/** What the number means by the job's pace; undefined before there is one, and where both or neither meaning fits. */
function meaningByPace(
  estimate: number,
  progress: number | undefined,
  elapsed: number | undefined,
): 'time left' | 'total' | undefined {
  if (!progress || !elapsed) return undefined;
  const total = elapsed / progress;
  const isTotal = isNear(estimate, total);
  const isLeft = isNear(estimate, total - elapsed);
  if (isTotal === isLeft) return undefined;
  return isTotal ? 'total' : 'time left';
}

/**
 * The time left in seconds, above 0; undefined where it cannot be told.
 * @param estimate `estimatedTime`, above 0; a file without slicer data gives 0, and then nobody knows
 * @param progress 0 to 1
 * @param elapsed seconds
 */
export function remainingSeconds(
  estimate: number | undefined,
  progress: number | undefined,
  elapsed: number | undefined,
  product: Product | undefined,
): number | undefined {
  if (estimate === undefined) return undefined;
  switch (meaningByPace(estimate, progress, elapsed) ?? product?.estimatedTime) {
    case 'time left':
      return estimate;
    case 'total': {
      const left = estimate - (elapsed ?? 0);
      // A total below the time elapsed was wrong, and a total equal to it may be the elapsed time itself.
      return left > 0 ? left : undefined;
    }
    case undefined:
      return undefined;
  }
}
