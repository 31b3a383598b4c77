// The last print of a printer, and the hours since its maintenance.

import { RESULT_COLUMN } from './history.ts';
import { stat } from './panels.ts';
import { LAST_ENDS, LAST_FILES } from './prints.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';
import { table } from './table.ts';

const LAST = `topk by (printer) (1, ${LAST_ENDS})`;

export const LAST_PRINT = table(
  {
    title: 'Last print',
    description: 'The print that ended last.',
    unit: 'none',
    empty: 'no print has ended yet',
  },
  [{ name: 'end', expr: inMilliseconds(`(${LAST} * on (printer, result) group_left (file) ${LAST_FILES})`) }],
  [
    { ...RESULT_COLUMN },
    { title: 'Ended', query: 'end', width: 150, properties: [{ id: 'unit', value: 'time:ddd D MMM HH:mm' }] },
    { title: 'File', label: 'file' },
  ],
);

const LIFETIME_HOURS = `${perPrinter(of('flashforge_lifetime_print_seconds_total'))} / 3600`;

export const MAINTENANCE = stat(
  {
    title: 'Printed since maintenance',
    description:
      'Hours printed since the hour count entered as “Maintained at” at the top: the printer’s “Hours printed” on the ' +
      'day of its maintenance.',
    unit: 'suffix: h',
    empty: 'not reported',
  },
  { expr: `(${LIFETIME_HOURS} - $maintained) >= 0`, legend: '{{printer}}' },
).decimals(0);
