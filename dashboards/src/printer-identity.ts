// What a printer is, and its status words.

import { place, type Section } from './layout.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';
import { table } from './table.ts';

export const IDENTITY: Section = {
  title: 'The printer',
  panels: [
    place(
      table(
        {
          title: 'Status words',
          description: 'The status word of each protocol, before the exporter translates it.',
          unit: 'string',
          empty: 'the printer is off',
        },
        [{ name: 'status', expr: perPrinter(of('flashforge_machine_status_info'), 'protocol', 'status') }],
        [
          { title: 'Protocol', label: 'protocol' },
          { title: 'Status', label: 'status' },
        ],
      ),
      7,
      5,
    ),
    place(
      table(
        {
          title: 'Identity',
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
          { title: 'Model', label: 'model' },
          { title: 'Name', label: 'name' },
          { title: 'Firmware', label: 'firmware' },
          { title: 'Serial number', label: 'serial' },
          { title: 'MAC address', label: 'mac' },
          { title: 'Address', label: 'address' },
          {
            title: 'Last read',
            query: 'seen',
            width: 135,
            properties: [{ id: 'unit', value: 'time:ddd D MMM HH:mm' }],
          },
        ],
      ),
      17,
      5,
    ),
  ],
};
