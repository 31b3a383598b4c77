// Formats a reading for people and for bug reports.

import { printable } from '../common/log.ts';
import type { Reading } from '../fleet/reader.ts';
import type { PrinterConfig } from '../printer/config.ts';
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

function rows(config: PrinterConfig, { snapshot, endpoints, problems }: Reading): [string, string | undefined][] {
  const { identity } = snapshot;
  const layers = snapshot.layers === undefined ? '' : ` of ${snapshot.layers}`;
  return [
    ['printer', printable(config.name)],
    ['address', config.address],
    ['read over', endpoints.flatMap(({ protocol, failure }) => (failure ? [] : [protocol])).join(', ')],
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
    ...[...problems].map(([command, error]): [string, string] => [`${command} missing`, error.message]),
  ];
}

/** One line per fact, for people. What the printer did not say is left out. */
export function formatReadingTable(config: PrinterConfig, reading: Reading): string {
  const known = rows(config, reading).filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  const width = Math.max(...known.map(([label]) => label.length));
  return known.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('');
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Error && 'code' in value) return { code: value.code, message: value.message };
  return value;
}

/** Everything that was read, with the printer's raw text, as JSON. */
export function formatReadingJson(config: PrinterConfig, reading: Reading): string {
  return `${JSON.stringify({ name: config.name, address: config.address, ...reading }, plain, 2)}\n`;
}
