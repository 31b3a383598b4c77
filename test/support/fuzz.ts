// The number of runs and the seed of the fuzz tests: FUZZ_RUNS and FUZZ_SEED, which `npm run fuzz` sets.

import { expect } from 'vitest';

const CASE_LIMIT_MS = 1000;

function numberFrom(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${variable}=${text} is not an integer`);
  return value;
}

/** Parameters for fc.assert. Without a seed fast-check takes a random one and reports it on failure. */
export function fuzzing(fraction = 1): { readonly numRuns: number; readonly seed?: number } {
  const runs = numberFrom('FUZZ_RUNS') ?? 4000;
  const seed = numberFrom('FUZZ_SEED');
  return { numRuns: Math.ceil(runs * fraction), ...(seed !== undefined && { seed }) };
}

/** Fails if one case takes far too long, as with a backtracking pattern or a quadratic loop. */
export function inTime<T>(run: () => T): T {
  const startedAt = performance.now();
  const result = run();
  expect(performance.now() - startedAt).toBeLessThan(CASE_LIMIT_MS);
  return result;
}
