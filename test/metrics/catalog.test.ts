// The catalog against the contract (docs/architecture.md#jobs), and against Prometheus's rules for names.

import { describe, expect, it } from 'vitest';
import { PRINTER_FAMILIES } from '../../src/metrics/catalog.ts';
import { EXPORTER_FAMILIES } from '../../src/metrics/exporter.ts';

// Families and their labels besides `printer`, as users were promised them. Dashboards and alerts of others name these:
// a change here is a breaking change.
const CONTRACT: Readonly<Record<string, string>> = {
  up: '',
  endpoint_up: 'protocol',
  scrape_duration_seconds: '',
  scrape_failures_total: 'protocol code',
  last_seen_timestamp_seconds: '',
  printer_info: 'address model name firmware serial mac',
  build_volume_meters: 'axis',
  state: 'state',
  machine_status_info: 'protocol status',
  move_mode_info: 'mode',
  endstop: 'endstop',
  temperature_celsius: 'heater',
  temperature_target_celsius: 'heater',
  position_meters: 'axis',
  print_progress_ratio: '',
  print_bytes: '',
  print_size_bytes: '',
  print_layer: '',
  print_layers: '',
  print_elapsed_seconds: '',
  print_remaining_seconds: '',
  print_start_timestamp_seconds: '',
  print_info: 'file',
  print_speed_ratio: '',
  z_offset_meters: '',
  fan_speed_ratio: 'fan',
  light_on: '',
  door_open: '',
  filtration_on: 'mode',
  tvoc_index: '',
  filament_estimate_meters: 'tool',
  filament_estimate_grams: 'tool',
  filament_info: 'tool material',
  filament_present: 'tool',
  nozzle_info: 'tool model',
  material_slot_info: 'slot material color',
  material_station_info: 'action step',
  material_slot_loaded: 'slot',
  material_slot_active: 'slot',
  error: '',
  error_info: 'code',
  disk_free_bytes: '',
  lifetime_print_seconds_total: '',
  lifetime_filament_meters_total: '',
  prints_total: 'result',
  last_print_end_timestamp_seconds: 'result',
  last_print_info: 'file result',
  last_print_duration_seconds: 'result',
  last_print_filament_meters: 'result',
  last_print_filament_grams: 'result',
  printing_seconds_total: '',
  // And the labels of the configuration.
  printer_labels_info: '',
  exporter_build_info: 'version revision node_version',
  exporter_config_last_reload_successful: '',
  exporter_config_last_reload_success_timestamp_seconds: '',
  exporter_state_file_writable: '',
  exporter_http_requests_refused_total: 'code',
};

const ALL = [...PRINTER_FAMILIES, ...EXPORTER_FAMILIES];
const UNITS = ['seconds', 'bytes', 'celsius', 'meters', 'grams', 'ratio', 'info'];
// Words that look like a quantity and are none: a count, a switch, a state.
const UNITLESS =
  /^(up|endpoint_up|scrape_failures_total|state|endstop|print_layers?|light_on|door_open|filtration_on|tvoc_index|filament_present|material_slot_(loaded|active)|error|prints_total|exporter_config_last_reload_successful|exporter_state_file_writable|exporter_http_requests_refused_total)$/;

describe('the catalog', () => {
  it('is the contract: names and labels', () => {
    const catalog = Object.fromEntries(
      ALL.map(({ name, labels }) => [name.replace(/^flashforge_/, ''), labels.join(' ')]),
    );
    expect(catalog).toEqual(CONTRACT);
  });

  it('has each name once', () => {
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  });

  it.each(ALL.map((family) => [family.name, family] as const))(
    '%s follows the rules',
    (name, { help, type, labels }) => {
      expect(name).toMatch(/^flashforge_[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      const plain = name.replace(/^flashforge_/, '');
      const unit =
        plain
          .replace(/_total$/, '')
          .split('_')
          .at(-1) ?? '';
      if (!UNITLESS.test(plain)) expect(UNITS).toContain(unit);
      expect(help).toMatch(/^\S.*\S\.$/);
      // OpenMetrics wants quotes in help escaped, which prom-client does not.
      expect(help).not.toMatch(/["\\\n]/);
      expect(new Set(labels).size).toBe(labels.length);
      for (const label of labels) {
        expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/);
        expect(['printer', 'le', 'quantile', 'job', 'instance']).not.toContain(label);
      }
      // Who a printer is stands on info series only: else every series would change with its firmware.
      if (!name.endsWith('_info')) {
        for (const label of ['address', 'model', 'name', 'firmware', 'serial', 'mac', 'file']) {
          expect(labels).not.toContain(label);
        }
      }
    },
  );
});
