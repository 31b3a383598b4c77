// Formats what a printer told, for people.

import type { Reading } from '../fleet/reader.ts';
import type { Axes, Snapshot } from '../printer/snapshot.ts';

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

export type Row = readonly [label: string, value: string | undefined];

/** One row per fact that the printer told, undefined where it did not. */
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
    ...[...problems].map(([command, error]): Row => [`${command} missing`, error.message]),
  ];
}
