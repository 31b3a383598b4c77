// The catalog's families about filament: estimates, nozzles, the filament sensor, the material station.

import { bool, family, mapGauge } from './family.ts';

export const MATERIAL_FAMILIES = [
  mapGauge(
    'flashforge_filament_estimate_meters',
    'Filament the job needs, as the slicer estimated; missing where the file has no estimate.',
    'tool',
    (view) => view.snapshot?.filamentEstimates,
    (estimate) => estimate.meters,
  ),
  mapGauge(
    'flashforge_filament_estimate_grams',
    'Filament the job needs, as the slicer estimated; missing where the file has no estimate.',
    'tool',
    (view) => view.snapshot?.filamentEstimates,
    (estimate) => estimate.grams,
  ),
  family(
    'flashforge_filament_info',
    'gauge',
    'Material that a tool is set to, always 1.',
    ['tool', 'material'],
    ({ snapshot }, emit) => {
      for (const [tool, material] of snapshot?.filaments ?? []) emit(1, tool, material);
    },
  ),
  mapGauge(
    'flashforge_filament_present',
    'Whether the filament sensor of a tool sees filament (1) or not (0), as in a runout; only where the printer reports it.',
    'tool',
    (view) => view.snapshot?.filamentPresent,
    bool,
  ),
  family('flashforge_nozzle_info', 'gauge', 'Nozzle of a tool, always 1.', ['tool', 'model'], ({ snapshot }, emit) => {
    for (const [tool, model] of snapshot?.nozzles ?? []) emit(1, tool, model);
  }),
  family(
    'flashforge_material_slot_info',
    'gauge',
    'Material in a slot of the material station; slot external is the spool that bypasses it. Always 1.',
    ['slot', 'material', 'color'],
    ({ snapshot }, emit) => {
      for (const { slot, material = '', color = '' } of snapshot?.materialSlots ?? []) {
        if (material !== '' || color !== '') emit(1, slot, material, color);
      }
    },
  ),
  family(
    'flashforge_material_station_info',
    'gauge',
    'What the material station is doing, always 1; a number without a known meaning is unknown.',
    ['action', 'step'],
    ({ snapshot }, emit) => {
      const station = snapshot?.materialStation;
      if (station) emit(1, station.action ?? '', station.step ?? '');
    },
  ),
  family(
    'flashforge_material_slot_loaded',
    'gauge',
    'Whether a slot of the material station holds filament.',
    ['slot'],
    ({ snapshot }, emit) => {
      for (const { slot, loaded } of snapshot?.materialSlots ?? []) emit(bool(loaded), slot);
    },
  ),
  family(
    'flashforge_material_slot_active',
    'gauge',
    'Whether a slot of the material station feeds the tool.',
    ['slot'],
    ({ snapshot }, emit) => {
      for (const { slot, active } of snapshot?.materialSlots ?? []) emit(bool(active), slot);
    },
  ),
] as const;
