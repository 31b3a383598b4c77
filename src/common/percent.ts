// The one rounding of a percentage, for every page and API.

// In floating point 0.29 × 100 is slightly less than 29.
const ROUNDING = 1e-9;

/** Whole percent from 0 to 100, rounded down, so that 100 means complete; 0 if the total is 0. */
export function percentOf(part: number, total = 1): number {
  return total > 0 ? Math.max(0, Math.min(100, Math.floor((part * 100) / total + ROUNDING))) : 0;
}
