// The catalog's families about filament: estimates, nozzles, the material station.

import { bool, family, mapGauge } from './family.ts';

export const MATERIAL_FAMILIES = [
  mapGauge(
    'flashforge_filament_estimate_meters',
    'Filament that the job takes, as the slicer estimated.',
    'tool',
    (view) => view.snapshot?.filamentEstimates,
    (estimate) => estimate.meters,
  ),
  mapGauge(
    'flashforge_filament_estimate_grams',
    'Filament that the job takes, as the slicer estimated.',
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
  family('flashforge_nozzle_info', 'gauge', 'Nozzle of a tool, always 1.', ['tool', 'model'], ({ snapshot }, emit) => {
    for (const [tool, model] of snapshot?.nozzles ?? []) emit(1, tool, model);
  }),
  family(
    'flashforge_material_slot_info',
    'gauge',
    'Material in a slot of the material station, always 1.',
    ['slot', 'material', 'color'],
    ({ snapshot }, emit) => {
      for (const { slot, material = '', color = '' } of snapshot?.materialSlots ?? []) {
        if (material !== '' || color !== '') emit(1, slot, material, color);
      }
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
