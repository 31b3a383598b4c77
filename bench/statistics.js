// Statistics of the measurements.

/** The quantile by nearest rank, which is always one of the values. */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}

export const median = (values) => quantile(values, 0.5);
