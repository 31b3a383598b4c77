// Tools and material slots: what is loaded, and in which colour.

import {
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { place, type Section } from './layout.ts';
import { labelStat } from './panels.ts';
import { NOT_REPORTED, onOff } from './printer-details.ts';
import { of, onePerPrinter, perPrinter } from './promql.ts';
import { table } from './table.ts';

// Grafana cannot take a colour from a label: each of red, green and blue is rounded to one of four levels instead.
const LEVELS = [
  ['[0-3]', '1c'],
  ['[4-7]', '60'],
  ['[89aAbB]', 'a0'],
  ['[c-fC-F]', 'f2'],
] as const;

/** Maps a colour written as `#RRGGBB` to the nearest of 64 colours. */
const SPOOL_COLORS: ValueMapping[] = LEVELS.flatMap(([red, r]) =>
  LEVELS.flatMap(([green, g]) =>
    LEVELS.map(([blue, b]) => ({
      type: MappingType.RegexToText as const,
      options: { pattern: `^#${red}.${green}.${blue}.$`, result: { color: `#${r}${g}${b}`, index: 0 } },
    })),
  ),
);

const yesNo = { id: 'mappings', value: onOff('no', 'yes', 'green') };
const decimals = (unit: string) => [
  { id: 'unit', value: unit },
  { id: 'decimals', value: 1 },
];

export const MATERIALS: Section = {
  title: 'Materials',
  collapsed: true,
  panels: [
    place(
      table(
        {
          title: 'Tools',
          description:
            'Material and nozzle set for each tool, whether its sensor sees filament, and what the print uses by the slicer’s estimate.',
          unit: 'none',
          empty: NOT_REPORTED,
        },
        [
          { name: 'material', expr: perPrinter(of('flashforge_filament_info'), 'tool', 'material') },
          { name: 'present', expr: perPrinter(of('flashforge_filament_present'), 'tool') },
          { name: 'nozzle', expr: perPrinter(of('flashforge_nozzle_info'), 'tool', 'model') },
          { name: 'meters', expr: perPrinter(of('flashforge_filament_estimate_meters'), 'tool') },
          { name: 'grams', expr: perPrinter(of('flashforge_filament_estimate_grams'), 'tool') },
        ],
        [
          { title: 'Tool', label: 'tool' },
          { title: 'Material', label: 'material' },
          { title: 'Filament', query: 'present', properties: [yesNo] },
          { title: 'Nozzle', label: 'model' },
          { title: 'Length', query: 'meters', properties: decimals('lengthm') },
          { title: 'Weight', query: 'grams', properties: decimals('massg') },
        ],
      ).sortBy([new TableSortByFieldStateBuilder().displayName('Tool').desc(false)]),
      12,
      7,
    ),
    place(
      table(
        {
          title: 'Material station',
          description: 'What each slot of the material station holds, and which one feeds the tool.',
          unit: 'none',
          empty: 'no material station',
        },
        [
          { name: 'info', expr: perPrinter(of('flashforge_material_slot_info'), 'slot', 'material', 'color') },
          { name: 'loaded', expr: perPrinter(of('flashforge_material_slot_loaded'), 'slot') },
          { name: 'active', expr: perPrinter(of('flashforge_material_slot_active'), 'slot') },
        ],
        [
          { title: 'Slot', label: 'slot', width: 75 },
          { title: 'Material', label: 'material' },
          {
            title: 'Colour',
            label: 'color',
            properties: [
              { id: 'mappings', value: SPOOL_COLORS },
              {
                id: 'custom.cellOptions',
                value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic },
              },
            ],
          },
          { title: 'Loaded', query: 'loaded', width: 80, properties: [yesNo] },
          { title: 'In use', query: 'active', width: 75, properties: [yesNo] },
        ],
      ).sortBy([new TableSortByFieldStateBuilder().displayName('Slot').desc(false)]),
      9,
      7,
    ),
    place(
      labelStat(
        {
          title: 'Station',
          description: 'What the material station is doing; only where the printer reports it.',
          unit: 'string',
          empty: 'no material station',
        },
        onePerPrinter(of('flashforge_material_station_info'), 'action'),
        'action',
      ),
      3,
      7,
    ),
  ],
};
