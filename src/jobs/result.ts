// How a job can end.

/** How a job can end, as the label `result` says it. */
export const RESULTS = ['completed', 'cancelled', 'failed', 'unknown'] as const;
export type Result = (typeof RESULTS)[number];
