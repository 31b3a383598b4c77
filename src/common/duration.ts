// Durations in Prometheus's notation: 500ms, 10s, 1m30s, 5m, 1h, 1d12h.

import { ConfigError, quoted } from './config-error.ts';

// Our own parser, because the npm packages also accept "10 seconds", a bare "10" or nonsense.
const DURATION = /^(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const DAY_MS = 86_400_000;
// A year has 365 days, as in Prometheus.
const UNITS_MS = [365 * DAY_MS, 7 * DAY_MS, DAY_MS, 3_600_000, 60_000, 1000, 1];
// The longest delay of a Node.js timer.
const MAX_MS = 2 ** 31 - 1;

/** A duration in milliseconds; `0` needs no unit. @throws ConfigError */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const match = DURATION.exec(text);
  if (!match) throw new ConfigError(`${quoted(text)} is not a duration: write 500ms, 10s, 1m30s or 1h`);
  const ms = UNITS_MS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  if (ms > MAX_MS) throw new ConfigError(`${quoted(text)} is more than 24 days`);
  return ms;
}
