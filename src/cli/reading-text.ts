// Formats what a printer told, for people.

import type { Reading } from '../fleet/reader.ts';
import type { Axes, FilamentEstimate, Snapshot } from '../printer/snapshot.ts';

function percent(ratio: number | undefined): string | undefined {
  return ratio === undefined ? undefined : `${(ratio * 100).toFixed(1)} %`;
}

function duration(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function onOff(value: boolean | undefined, on: string, off: string): string | undefined {
  return value === undefined ? undefined : value ? on : off;
}

function axes(positions: Axes | undefined): string | undefined {
  return (
    positions && [...positions].map(([axis, meters]) => `${axis} ${Number((meters * 1000).toFixed(4))} mm`).join(', ')
  );
}

function temperatures(heaters: Snapshot['heaters']): [string, string][] {
  return [...(heaters ?? [])].map(([heater, { celsius, targetCelsius }]) => [
    heater,
    `${celsius ?? '?'} °C${targetCelsius ? ` of ${targetCelsius} °C` : ''}`,
  ]);
}

/** The parts that were told; undefined if none was. */
function join(parts: readonly (string | undefined)[], separator: string): string | undefined {
  return parts.filter((part) => part !== undefined && part !== '').join(separator) || undefined;
}

/** `tool0 PLA, tool1 ABS`: the entries of a map, each as text; undefined if there are none. */
function entries<T>(
  map: ReadonlyMap<string, T> | undefined,
  text: (value: T) => string | undefined,
): string | undefined {
  const shown = [...(map ?? [])].map(([key, value]) => {
    const told = text(value);
    return told && `${key} ${told}`;
  });
  return join(shown, ', ');
}

function number(value: number | undefined, unit: string, factor = 1): string | undefined {
  return value === undefined ? undefined : `${Number((value * factor).toFixed(2))} ${unit}`;
}

function estimate({ meters, grams }: FilamentEstimate): string | undefined {
  return join([number(meters, 'm'), number(grams, 'g')], ' ');
}

function slots({ materialSlots = [] }: Snapshot): string | undefined {
  const shown = materialSlots.map(({ slot, material, color, loaded, active }) =>
    join([slot, material, color, onOff(loaded, '', 'empty'), onOff(active, 'in use', '')], ' '),
  );
  return join(shown, ', ');
}

/** What is told over HTTP only. */
function detailRows(snapshot: Snapshot): readonly Row[] {
  const { action, step } = snapshot.materialStation ?? {};
  return [
    ['estimate', entries(snapshot.filamentEstimates, estimate)],
    ['speed', percent(snapshot.speedRatio)],
    ['z offset', number(snapshot.zOffsetMeters, 'mm', 1000)],
    ['fans', entries(snapshot.fanRatios, percent)],
    ['filtration', entries(snapshot.filtration, (isOn) => onOff(isOn, 'on', 'off'))],
    ['air quality', number(snapshot.tvocIndex, '(TVOC)')],
    ['material', entries(snapshot.filaments, (material) => material)],
    ['nozzle', entries(snapshot.nozzles, (nozzle) => nozzle)],
    ['filament', entries(snapshot.filamentPresent, (isPresent) => onOff(isPresent, 'present', 'run out'))],
    ['station', join([action, step], ', ')],
    ['slots', slots(snapshot)],
    ['disk free', number(snapshot.diskFreeBytes, 'GB', 1e-9)],
    ['printed in all', duration(snapshot.lifetimePrintSeconds)],
    ['filament in all', number(snapshot.lifetimeFilamentMeters, 'm')],
  ];
}

export type Row = readonly [label: string, value: string | undefined];

/** One row per fact that the printer told, undefined where it did not. Endstops and byte counts are left to `--output metrics`. */
export function readingRows({ snapshot, problems }: Reading): readonly Row[] {
  const { identity } = snapshot;
  const layers = snapshot.layers === undefined ? '' : ` of ${snapshot.layers}`;
  return [
    ['model', identity?.model],
    ['name', identity?.name],
    ['firmware', identity?.firmware],
    ['serial', identity?.serial],
    ['mac', identity?.mac],
    ['build volume', axes(identity?.buildVolumeMeters)],
    ['state', snapshot.state],
    ['in its words', snapshot.statusWords?.map(({ protocol, status }) => `${status} (${protocol})`).join(', ')],
    ['move mode', snapshot.moveMode],
    ['error code', snapshot.errorCode || undefined],
    ['file', snapshot.file],
    ['progress', percent(snapshot.progress?.ratio)],
    ['layer', snapshot.layer === undefined ? undefined : `${snapshot.layer}${layers}`],
    ['elapsed', duration(snapshot.elapsedSeconds)],
    ['remaining', duration(snapshot.remainingSeconds)],
    ...temperatures(snapshot.heaters),
    ['position', axes(snapshot.positionMeters)],
    ['light', onOff(snapshot.lightOn, 'on', 'off')],
    ['door', onOff(snapshot.doorOpen, 'open', 'closed')],
    ...detailRows(snapshot),
    ...[...problems].map(([command, error]): Row => [`${command} missing`, error.message]),
  ];
}
