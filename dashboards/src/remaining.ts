// How long a print has left: the printer's own number, otherwise an estimate from its progress.

import { of, perPrinter } from './promql.ts';
import { printing } from './states.ts';

const PROGRESS = of('flashforge_print_progress_ratio');

// 5M, 5M Pro and AD5X report the remaining time.
const REPORTED = perPrinter(of('flashforge_print_remaining_seconds'));

// The pace of the last half hour. None while another job ended in that half hour: its end would bend the slope.
const ESTIMATE = perPrinter(`(1 - ${PROGRESS}) / (deriv(${PROGRESS}[30m]) > 0) unless resets(${PROGRESS}[30m]) > 0`);

/** Seconds left, only while printing. */
export function secondsLeft(): string {
  return `(${REPORTED} or ${ESTIMATE}) and ${printing()}`;
}

/** The same with a label `source`: who says so. */
export function secondsLeftBySource(): string {
  const named = (expr: string, source: string) => `label_replace(${expr}, "source", "${source}", "", "")`;
  return `(${named(REPORTED, 'printer')} or on (printer) ${named(ESTIMATE, 'estimate')}) and on (printer) ${printing()}`;
}

/** When the print will end, in milliseconds since 1970; only while printing. */
export function endMilliseconds(): string {
  return `(time() + (${secondsLeft()})) * 1000`;
}
