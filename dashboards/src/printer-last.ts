// The last print of a printer, and the hours since its maintenance.

import { RESULT_COLUMN, TAKEN, TAKEN_COLUMNS } from './history.ts';
import { stat } from './panels.ts';
import { LAST_ENDS, LAST_FILES } from './prints.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';
import { table } from './table.ts';

const LAST = `topk by (printer) (1, ${LAST_ENDS})`;

export const LAST_PRINT = table(
  {
    title: 'Last print',
    description: 'The print that ended last and what it took; filament is the slicer’s estimate for a completed print.',
    unit: 'none',
    empty: 'no print has ended yet',
  },
  [
    { name: 'end', expr: inMilliseconds(`(${LAST} * on (printer, result) group_left (file) ${LAST_FILES})`) },
    ...TAKEN.map(({ name, expr }) => ({ name, expr: `${expr} and on (printer, result) ${LAST}` })),
  ],
  [
    { ...RESULT_COLUMN },
    { title: 'Ended', query: 'end', width: 150, properties: [{ id: 'unit', value: 'time:ddd D MMM HH:mm' }] },
    ...TAKEN_COLUMNS,
    { title: 'File', label: 'file' },
  ],
);

// The printer's own count where it has one, otherwise what the exporter has seen.
const LIFETIME_SECONDS = perPrinter(of('flashforge_lifetime_print_seconds_total'));
const SEEN_SECONDS = perPrinter(of('flashforge_printing_seconds_total'));

/** Hours printed, by the printer's own count where it has one. */
export const HOURS_PRINTED = `(${LIFETIME_SECONDS} or ${SEEN_SECONDS}) / 3600`;

export const MAINTENANCE = stat(
  {
    title: 'Printed since maintenance',
    description:
      'Hours printed since the hour count entered as “Maintained at” at the top: the printer’s “Hours printed” on the ' +
      'day of its maintenance.',
    unit: 'suffix: h',
    empty: 'not reported',
  },
  { expr: `(${HOURS_PRINTED} - $maintained) >= 0`, legend: '{{printer}}' },
).decimals(0);
