// How long fuzzing goes on, and from which seed: FUZZ_RUNS, FUZZ_SEED. `npm run fuzz` sets both.

import { expect } from 'vitest';

const NO_CASE_TAKES_MS = 1000;

function numberFrom(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${variable}=${text} is no whole number`);
  return value;
}

/** Parameters for fc.assert. Without a seed fast-check takes a random one, and names it with a failure. */
export function fuzzing(fraction = 1): { readonly numRuns: number; readonly seed?: number } {
  const runs = numberFrom('FUZZ_RUNS') ?? 10_000;
  const seed = numberFrom('FUZZ_SEED');
  return { numRuns: Math.ceil(runs * fraction), ...(seed !== undefined && { seed }) };
}

/** Fails where one case takes as long as no case may: a pattern that goes back and forth, a loop over a loop. */
export function inTime<T>(run: () => T): T {
  const beganAt = performance.now();
  const result = run();
  expect(performance.now() - beganAt).toBeLessThan(NO_CASE_TAKES_MS);
  return result;
}
