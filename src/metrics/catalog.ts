// Every metric of a printer: name, help, type, labels, and how its samples are read. The single source of metric names.

import { showsJob } from '../printer/snapshot.ts';
import { STATES } from '../printer/state.ts';
import { ENDED_PRINT_FAMILIES } from './ended-print-families.ts';
import { bool, family, gauge, mapGauge, whole } from './family.ts';
import { MATERIAL_FAMILIES } from './material-families.ts';

// Help texts are ASCII: a single other character would make V8 store the whole page with two bytes per character.
export const PRINTER_FAMILIES = [
  gauge('flashforge_up', 'Whether the printer was read in this scrape (1) or not (0).', (view) => bool(view.up)),
  family(
    'flashforge_endpoint_up',
    'gauge',
    'Whether this side of the printer was read in this scrape; each configured side.',
    ['protocol'],
    (view, emit) => {
      for (const { protocol, up } of view.endpoints) emit(bool(up), protocol);
    },
  ),
  gauge('flashforge_scrape_duration_seconds', 'How long reading the printer took.', (view) => view.durationSeconds),
  family(
    'flashforge_scrape_failures_total',
    'counter',
    'Reads of a side of the printer that failed, by reason, since the exporter started.',
    ['protocol', 'code'],
    (view, emit) => {
      for (const { protocol, code, count } of view.failures) emit(count, protocol, code);
    },
  ),
  gauge(
    'flashforge_last_seen_timestamp_seconds',
    'When the printer was last read; kept while it is off.',
    (view) => view.lastSeenSeconds,
  ),
  family(
    'flashforge_printer_info',
    'gauge',
    'What the printer is, always 1; from the first contact on, kept while it is off.',
    ['address', 'model', 'name', 'firmware', 'serial', 'mac'],
    ({ address, identity }, emit) => {
      if (!identity) return;
      const { model = '', name = '', firmware = '', serial = '', mac = '' } = identity;
      emit(1, address, model, name, firmware, serial, mac);
    },
  ),
  family(
    'flashforge_printer_labels_info',
    'gauge',
    'The labels of the printer in the configuration, always 1; only where it has some.',
    [],
    ({ staticLabels }, emit) => emit(staticLabels && 1),
    ({ staticLabels = {} }) => staticLabels,
  ),
  mapGauge(
    'flashforge_build_volume_meters',
    'Size of the build volume along an axis.',
    'axis',
    (view) => (view.up ? view.identity?.buildVolumeMeters : undefined),
    whole,
  ),
  family(
    'flashforge_state',
    'gauge',
    '1 for the state that holds, 0 for the others; none when the printer told no status.',
    ['state'],
    ({ snapshot }, emit) => {
      if (snapshot?.state === undefined) return;
      for (const state of STATES) emit(Number(state === snapshot.state), state);
    },
  ),
  family(
    'flashforge_machine_status_info',
    'gauge',
    "The machine status in the printer's own word, always 1.",
    ['protocol', 'status'],
    ({ snapshot }, emit) => {
      for (const { protocol, status } of snapshot?.statusWords ?? []) emit(1, protocol, status);
    },
  ),
  family(
    'flashforge_move_mode_info',
    'gauge',
    "The move mode in the printer's own word, always 1.",
    ['mode'],
    ({ snapshot }, emit) => {
      if (snapshot?.moveMode !== undefined) emit(1, snapshot.moveMode);
    },
  ),
  mapGauge(
    'flashforge_endstop',
    'Whether the endstop switch is pressed (1) or not (0).',
    'endstop',
    (view) => view.snapshot?.endstops,
    bool,
  ),
  mapGauge(
    'flashforge_temperature_celsius',
    'Temperature of a heater.',
    'heater',
    (view) => view.snapshot?.heaters,
    (heater) => heater.celsius,
  ),
  mapGauge(
    'flashforge_temperature_target_celsius',
    'Temperature that a heater is told to hold; 0 is off.',
    'heater',
    (view) => view.snapshot?.heaters,
    (heater) => heater.targetCelsius,
  ),
  mapGauge(
    'flashforge_position_meters',
    'Position of the head along an axis; a and b count filament.',
    'axis',
    (view) => view.snapshot?.positionMeters,
    whole,
  ),
  gauge(
    'flashforge_print_progress_ratio',
    'How far the job is, 0 to 1; only while there is a job.',
    (view) => view.progress?.ratio,
  ),
  gauge(
    'flashforge_print_bytes',
    'Bytes of the file printed, as the printer last counted; only where it counts bytes.',
    (view) => view.snapshot?.printBytes,
  ),
  gauge(
    'flashforge_print_size_bytes',
    'Bytes of the file, as the printer last counted; only where it counts bytes.',
    (view) => view.snapshot?.printSizeBytes,
  ),
  gauge('flashforge_print_layer', 'Layer being printed.', (view) => view.snapshot?.layer),
  gauge('flashforge_print_layers', 'Layers of the job.', (view) => view.snapshot?.layers),
  gauge(
    'flashforge_print_elapsed_seconds',
    "Time that the job has run, by the printer's own clock.",
    (view) => view.snapshot?.elapsedSeconds,
  ),
  gauge(
    'flashforge_print_remaining_seconds',
    'Time that the job has left, as the printer estimates; missing where its estimate may mean something else, and while no job runs.',
    (view) => view.snapshot?.remainingSeconds,
  ),
  family(
    'flashforge_print_info',
    'gauge',
    '1 while there is a job; file is empty where the printer names none.',
    ['file'],
    ({ snapshot }, emit) => {
      if (snapshot && showsJob(snapshot) && !snapshot.isFileUnknown) emit(1, snapshot.file ?? '');
    },
  ),
  gauge(
    'flashforge_print_start_timestamp_seconds',
    "When the job started, while there is one: as this exporter saw it, else by the printer's own count of time; none for a job found in the middle on a printer that does not count.",
    (view) => (view.up ? view.jobs.startSeconds : undefined),
  ),
  gauge('flashforge_print_speed_ratio', 'Speed set at the printer; 1 is normal.', (view) => view.snapshot?.speedRatio),
  gauge(
    'flashforge_z_offset_meters',
    "Compensation of the nozzle's height set at the printer.",
    (view) => view.snapshot?.zOffsetMeters,
  ),
  mapGauge('flashforge_fan_speed_ratio', 'Speed of a fan, 0 to 1.', 'fan', (view) => view.snapshot?.fanRatios, whole),
  gauge('flashforge_light_on', 'Whether the light is on.', (view) => bool(view.snapshot?.lightOn)),
  gauge('flashforge_door_open', 'Whether the door is open.', (view) => bool(view.snapshot?.doorOpen)),
  mapGauge(
    'flashforge_filtration_on',
    'Whether the air filtration runs.',
    'mode',
    (view) => view.snapshot?.filtration,
    bool,
  ),
  gauge(
    'flashforge_tvoc_index',
    'Air quality as the printer counts it (total volatile organic compounds).',
    (view) => view.snapshot?.tvocIndex,
  ),
  ...MATERIAL_FAMILIES,
  gauge('flashforge_error', 'Whether the printer reports an error code; only where it has the field.', (view) =>
    view.snapshot?.errorCode === undefined ? undefined : Number(view.snapshot.errorCode !== ''),
  ),
  family(
    'flashforge_error_info',
    'gauge',
    'The error code that the printer reports, always 1.',
    ['code'],
    ({ snapshot }, emit) => {
      if (snapshot?.errorCode) emit(1, snapshot.errorCode);
    },
  ),
  gauge('flashforge_disk_free_bytes', "Free space of the printer's storage.", (view) => view.snapshot?.diskFreeBytes),
  family(
    'flashforge_lifetime_print_seconds_total',
    'counter',
    "Time printed in the printer's life, by its own count.",
    [],
    (view, emit) => emit(view.snapshot?.lifetimePrintSeconds),
  ),
  family(
    'flashforge_lifetime_filament_meters_total',
    'counter',
    "Filament used in the printer's life, by its own count.",
    [],
    (view, emit) => emit(view.snapshot?.lifetimeFilamentMeters),
  ),
  ...ENDED_PRINT_FAMILIES,
] as const;

export type PrinterMetricName = (typeof PRINTER_FAMILIES)[number]['name'];
