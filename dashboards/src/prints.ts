// Running and finished prints with their file names, one series per printer or per result, so that they can be joined.

import { of, onePerPrinter, perPrinter } from './promql.ts';

// Prometheus drops an empty label, and Grafana would show the label's name in its place.
const withFile = (expr: string): string => `label_replace(${expr}, "file", "(no file name)", "file", "")`;

/** The file of the running print. */
export const FILE = withFile(onePerPrinter(of('flashforge_print_info'), 'file'));

/** For each result, the file of the last print that ended with it. */
export const LAST_FILES = `topk by (printer, result) (1, ${perPrinter(of('flashforge_last_print_info'), 'result', 'file')})`;

/** The same with words where the printer names no file. */
export const NAMED_LAST_FILES = withFile(LAST_FILES);

/** For each result, when the last print with it ended, in seconds since 1970. */
export const LAST_ENDS = perPrinter(of('flashforge_last_print_end_timestamp_seconds'), 'result');
