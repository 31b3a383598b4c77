// What not every model reports: rows that are collapsed on load.

import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { GREY, steps } from './colors.ts';
import { place, type Section } from './layout.ts';
import { dashed, stat, stateTimeline, timeSeries } from './panels.ts';
import { HOURS_PRINTED } from './printer-last.ts';
import { of, perPrinter } from './promql.ts';

export const NOT_REPORTED = 'not reported by this printer';

export const MOTION: Section = {
  title: 'Fans, speed and position',
  collapsed: true,
  panels: [
    place(
      timeSeries(
        {
          title: 'Fans',
          description: 'Speed of each fan; only reported over HTTP.',
          unit: 'percentunit',
          empty: NOT_REPORTED,
        },
        { expr: perPrinter(of('flashforge_fan_speed_ratio'), 'fan'), legend: '{{fan}}' },
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
          description: 'Speed set at the printer, 100 % is normal; only reported over HTTP.',
          unit: 'percentunit',
          empty: NOT_REPORTED,
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
          description: 'Position of the head at each scrape; only reported over TCP.',
          unit: 'lengthm',
          empty: NOT_REPORTED,
        },
        { expr: perPrinter(of('flashforge_position_meters', 'axis!~"a|b"'), 'axis'), legend: '{{axis}}' },
      ),
      8,
      8,
    ),
  ],
};

/** Mappings of 0 and 1 to words. */
export function onOff(off: string, on: string, onColor: string) {
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
          description: 'Temperature of the chamber, and dashed its target; only models that measure it.',
          unit: 'celsius',
          empty: NOT_REPORTED,
        },
        { expr: perPrinter(of('flashforge_temperature_celsius', 'heater="chamber"')), legend: 'chamber' },
        {
          expr: perPrinter(of('flashforge_temperature_target_celsius', 'heater="chamber"')),
          legend: 'target',
        },
      ).overrideByRegexp('/^target$/', dashed()),
      8,
      8,
    ),
    place(
      timeSeries(
        {
          title: 'Air quality',
          description: 'Volatile organic compounds, an index of the printer without a unit; only the 5M Pro.',
          unit: 'none',
          empty: NOT_REPORTED,
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
          empty: NOT_REPORTED,
        },
        { expr: perPrinter(of('flashforge_door_open')), legend: 'door' },
        { expr: perPrinter(of('flashforge_light_on')), legend: 'light' },
        { expr: perPrinter(of('flashforge_filtration_on'), 'mode'), legend: '{{mode}} filtration' },
      )
        .mappings(onOff('off', 'on', 'green'))
        .overrideByRegexp('/^door$/', [{ id: 'mappings', value: onOff('closed', 'open', 'orange') }]),
      8,
      8,
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
          title: 'Hours printed',
          description:
            'Hours printed, by the printer’s own count where it has one, otherwise those that the exporter has seen.',
          unit: 'suffix: h',
          empty: NOT_REPORTED,
        },
        { expr: HOURS_PRINTED, legend: '{{printer}}' },
      ).decimals(0),
      6,
      4,
    ),
    place(
      stat(
        {
          title: 'Filament used',
          description: 'Filament used since the printer was made, by its own count.',
          unit: 'lengthm',
          empty: NOT_REPORTED,
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
          empty: NOT_REPORTED,
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
          empty: NOT_REPORTED,
        },
        { expr: perPrinter(of('flashforge_disk_free_bytes')), legend: '{{printer}}' },
      )
        .decimals(1)
        .thresholds(steps('text', [0, 'red'], [200e6, 'yellow'], [500e6, 'text'])),
      6,
      4,
    ),
  ],
};
