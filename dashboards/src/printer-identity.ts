// Which prints a printer made, and what it is.

import { place, type Section } from './layout.ts';
import { table } from './panels.ts';
import { LAST_FILES } from './prints.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';
import { RESULT_MAPPINGS } from './states.ts';

const resultColumn = {
  title: 'Result',
  label: 'result',
  width: 110,
  properties: [
    { id: 'mappings', value: RESULT_MAPPINGS },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ],
};

export const IDENTITY: Section = {
  title: 'Prints and printer',
  panels: [
    place(
      table(
        {
          title: 'Last prints',
          description: 'For each result the last print that ended with it, and how many did in the time range.',
          unit: 'none',
          empty: 'no print has ended yet',
        },
        [
          {
            name: 'end',
            expr: inMilliseconds(perPrinter(of('flashforge_last_print_end_timestamp_seconds'), 'result')),
          },
          {
            name: 'file',
            expr: LAST_FILES,
          },
          {
            name: 'count',
            expr: `round(${perPrinter(`increase(${of('flashforge_prints_total')}[$__range])`, 'result')})`,
          },
        ],
        [
          { title: 'Printer', label: 'printer', width: 150 },
          resultColumn,
          { title: 'In this range', query: 'count', width: 110 },
          {
            title: 'Last ended',
            query: 'end',
            width: 160,
            properties: [{ id: 'unit', value: 'dateTimeAsLocalNoDateIfToday' }],
          },
          { title: 'Last file', label: 'file' },
        ],
      ),
      12,
      6,
    ),
    place(
      table(
        {
          title: 'In the printer’s own words',
          description: 'The status word of each side of the printer, before the exporter translates it.',
          unit: 'string',
          empty: 'the printer is off',
        },
        [{ name: 'status', expr: perPrinter(of('flashforge_machine_status_info'), 'protocol', 'status') }],
        [
          { title: 'Printer', label: 'printer' },
          { title: 'Side', label: 'protocol' },
          { title: 'Status', label: 'status' },
        ],
      ),
      12,
      6,
    ),
    place(
      table(
        {
          title: 'What it is',
          description: 'What the printer says it is. It stays while the printer is off.',
          unit: 'string',
          empty: 'not read yet',
        },
        [
          {
            name: 'info',
            expr: perPrinter(of('flashforge_printer_info'), 'model', 'name', 'firmware', 'serial', 'mac', 'address'),
          },
          { name: 'seen', expr: inMilliseconds(perPrinter(of('flashforge_last_seen_timestamp_seconds'))) },
        ],
        [
          { title: 'Printer', label: 'printer' },
          { title: 'Model', label: 'model' },
          { title: 'Name', label: 'name' },
          { title: 'Firmware', label: 'firmware' },
          { title: 'Serial number', label: 'serial' },
          { title: 'MAC address', label: 'mac' },
          { title: 'Address', label: 'address' },
          { title: 'Last read', query: 'seen', properties: [{ id: 'unit', value: 'dateTimeFromNow' }] },
        ],
      ),
      24,
      5,
    ),
  ],
};
