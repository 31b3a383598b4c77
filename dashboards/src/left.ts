// How long a print has left: by the printer's own number, else by an estimate from its progress.

import { of, perPrinter } from './promql.ts';
import { printing } from './states.ts';

const PROGRESS = of('flashforge_print_progress_ratio');

// 5M, 5M Pro and AD5X tell the time that remains.
const OWN = perPrinter(of('flashforge_print_remaining_seconds'));

// The pace of the last half hour. None while the end of another job is in that half hour: it would bend the slope.
const ESTIMATE = perPrinter(`(1 - ${PROGRESS}) / (deriv(${PROGRESS}[30m]) > 0) unless resets(${PROGRESS}[30m]) > 0`);

/** Seconds left, only while printing. */
export function secondsLeft(): string {
  return `(${OWN} or ${ESTIMATE}) and ${printing()}`;
}

/** The same with a label `source` that says whose number it is. */
export function secondsLeftBySource(): string {
  const named = (expr: string, source: string) => `label_replace(${expr}, "source", "${source}", "", "")`;
  return `(${named(OWN, 'the printer')} or on (printer) ${named(ESTIMATE, 'estimate')}) and on (printer) ${printing()}`;
}

/** The moment of the end in milliseconds since 1970, only while printing. */
export function endMilliseconds(): string {
  return `(time() + (${secondsLeft()})) * 1000`;
}
