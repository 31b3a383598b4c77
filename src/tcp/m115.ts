// M115: the identity of the printer. Spacing, capitalization and the set of lines differ by model (docs/protocol.md#m115-identity).

import { hasValue, onlyDefined } from '../common/defined.ts';
import { NUMBER, NUMBER_END, nonEmpty, parseFields, toMeters } from './values.ts';

export interface MachineInfo {
  readonly machineType?: string;
  readonly machineName?: string;
  readonly firmware?: string;
  readonly serial?: string;
  /** As sent. */
  readonly toolCount?: string;
  /** As sent: `88:A9:A7:93:86:F8` or `94A408B472BE`. */
  readonly mac?: string;
  /** What follows `X:` on its line, inner spaces as sent: `140  Y: 140  Z: 140`. */
  readonly volume?: string;
  readonly volumeMeters?: ReadonlyMap<string, number>;
}

const VOLUME_AXIS = new RegExp(String.raw`\b([XYZ])\s*:\s*(${NUMBER})${NUMBER_END}`, 'gi');

function parseVolume(text: string): ReadonlyMap<string, number> | undefined {
  const axes = new Map<string, number>();
  for (const [, axis = '', size = ''] of `X:${text}`.matchAll(VOLUME_AXIS)) {
    const meters = toMeters(size);
    if (meters !== undefined && meters > 0) axes.set(axis.toLowerCase(), meters);
  }
  return axes.size > 0 ? axes : undefined;
}

/** Parses the lines of an M115 reply; undefined if it has no known line. */
export function parseM115(lines: readonly string[]): MachineInfo | undefined {
  const fields = parseFields(lines);
  const volume = nonEmpty(fields.get('x'));
  const parsed: MachineInfo = onlyDefined({
    machineType: nonEmpty(fields.get('machinetype')),
    machineName: nonEmpty(fields.get('machinename')),
    firmware: nonEmpty(fields.get('firmware')),
    // The Adventurer 4's firmware notes have `Serial Number:` (docs/protocol.md#m115-identity).
    serial: nonEmpty(fields.get('sn') ?? fields.get('serialnumber')),
    toolCount: nonEmpty(fields.get('toolcount')),
    mac: nonEmpty(fields.get('macaddress')),
    volume,
    volumeMeters: volume === undefined ? undefined : parseVolume(volume),
  });
  return hasValue(parsed) ? parsed : undefined;
}
