// The files of running and of past prints, one a printer or a result, so that they can be joined.

import { of, onePerPrinter, perPrinter } from './promql.ts';

// Prometheus keeps no empty label, and Grafana would write the label's name in its place.
const withFile = (expr: string): string => `label_replace(${expr}, "file", "(no name told)", "file", "")`;

/** The file of the running print. */
export const FILE = withFile(onePerPrinter(of('flashforge_print_info'), 'file'));

/** For each result the file of the last print that ended with it. */
export const LAST_FILES = `topk by (printer, result) (1, ${perPrinter(of('flashforge_last_print_info'), 'result', 'file')})`;

/** The same with words where the printer names none. */
export const NAMED_LAST_FILES = withFile(LAST_FILES);
