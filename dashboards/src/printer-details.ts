// What not every model has: rows that are closed at first.

import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { GREY, steps } from './colors.ts';
import { place, type Section } from './layout.ts';
import { dashed, stat, stateTimeline, table, timeSeries } from './panels.ts';
import { of, perPrinter } from './promql.ts';

const HTTP_ONLY = 'this printer does not tell';

export const MOTION: Section = {
  title: 'Fans, speed and position',
  collapsed: true,
  panels: [
    place(
      timeSeries(
        {
          title: 'Fans',
          description: 'Speed of each fan; only printers with an HTTP side tell.',
          unit: 'percentunit',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_fan_speed_ratio'), 'fan'), legend: '{{printer}} {{fan}}' },
      )
        .min(0)
        .max(1),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Speed set',
          description: 'Speed set at the printer, 100 % is normal; only printers with an HTTP side tell.',
          unit: 'percentunit',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_print_speed_ratio')), legend: '{{printer}}' },
      ).axisSoftMin(0),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Position',
          description: 'Position of the head, as often as it is read; only printers with a TCP side tell.',
          unit: 'lengthm',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_position_meters', 'axis!~"a|b"'), 'axis'), legend: '{{printer}} {{axis}}' },
      ),
      8,
      8,
    ),
  ],
};

function onOff(off: string, on: string, onColor: string) {
  const options = { '0': { text: off, color: GREY, index: 0 }, '1': { text: on, color: onColor, index: 1 } };
  return [{ type: MappingType.ValueToText, options } as const];
}

export const AIR: Section = {
  title: 'Chamber, door, light and air',
  collapsed: true,
  panels: [
    place(
      timeSeries(
        {
          title: 'Chamber',
          description: 'Temperature of the chamber, and dashed what it is told to hold; only models that measure it.',
          unit: 'celsius',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_temperature_celsius', 'heater="chamber"')), legend: '{{printer}}' },
        {
          expr: perPrinter(of('flashforge_temperature_target_celsius', 'heater="chamber"')),
          legend: '{{printer}} target',
        },
      ).overrideByRegexp('/ target$/', dashed()),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Air quality',
          description: 'Volatile organic compounds, as the printer counts them, without a unit; only the 5M Pro.',
          unit: 'none',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_tvoc_index')), legend: '{{printer}}' },
      ).axisSoftMin(0),
      8,
      8,
    ),
    place(
      stateTimeline(
        {
          title: 'Door, light and filtration',
          description: 'Whether the door was open, the light on and the air filtration running.',
          unit: 'none',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_door_open')), legend: '{{printer}} door' },
        { expr: perPrinter(of('flashforge_light_on')), legend: '{{printer}} light' },
        { expr: perPrinter(of('flashforge_filtration_on'), 'mode'), legend: '{{printer}} {{mode}} filtration' },
      )
        .mappings(onOff('off', 'on', 'green'))
        .overrideByRegexp('/ door$/', [{ id: 'mappings', value: onOff('closed', 'open', 'orange') }]),
      8,
      8,
    ),
  ],
};

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
          description: 'Material and nozzle set for each tool, and what the print takes by the slicer’s estimate.',
          unit: 'none',
          empty: HTTP_ONLY,
        },
        [
          { name: 'material', expr: perPrinter(of('flashforge_filament_info'), 'tool', 'material') },
          { name: 'nozzle', expr: perPrinter(of('flashforge_nozzle_info'), 'tool', 'model') },
          { name: 'meters', expr: perPrinter(of('flashforge_filament_estimate_meters'), 'tool') },
          { name: 'grams', expr: perPrinter(of('flashforge_filament_estimate_grams'), 'tool') },
        ],
        [
          { title: 'Printer', label: 'printer' },
          { title: 'Tool', label: 'tool' },
          { title: 'Material', label: 'material' },
          { title: 'Nozzle', label: 'model' },
          { title: 'Length', query: 'meters', properties: decimals('lengthm') },
          { title: 'Weight', query: 'grams', properties: decimals('massg') },
        ],
      ),
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
          { title: 'Printer', label: 'printer' },
          { title: 'Slot', label: 'slot' },
          { title: 'Material', label: 'material' },
          { title: 'Colour', label: 'color' },
          { title: 'Loaded', query: 'loaded', properties: [yesNo] },
          { title: 'In use', query: 'active', properties: [yesNo] },
        ],
      ),
      12,
      7,
    ),
  ],
};

export const LIFETIME: Section = {
  title: 'Lifetime totals and storage',
  collapsed: true,
  panels: [
    place(
      stat(
        {
          title: 'Printed in its life',
          description: 'Time printed, by the printer’s own count.',
          unit: 'dtdurations',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_lifetime_print_seconds_total')), legend: '{{printer}}' },
      ).decimals(1),
      6,
      4,
    ),
    place(
      stat(
        {
          title: 'Filament in its life',
          description: 'Filament used, by the printer’s own count.',
          unit: 'lengthm',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_lifetime_filament_meters_total')), legend: '{{printer}}' },
      ),
      6,
      4,
    ),
    place(
      stat(
        {
          title: 'Filament in this range',
          description: 'Filament used in the time range, by the printer’s own count.',
          unit: 'lengthm',
          empty: HTTP_ONLY,
        },
        {
          expr: perPrinter(`increase(${of('flashforge_lifetime_filament_meters_total')}[$__range])`),
          legend: '{{printer}}',
        },
      ).decimals(1),
      6,
      4,
    ),
    place(
      stat(
        {
          title: 'Free storage',
          description: 'Free space of the printer’s storage.',
          unit: 'decbytes',
          empty: HTTP_ONLY,
        },
        { expr: perPrinter(of('flashforge_disk_free_bytes')), legend: '{{printer}}' },
      )
        .decimals(1)
        .thresholds(steps('red', [200e6, 'yellow'], [500e6, 'text'])),
      6,
      4,
    ),
  ],
};
