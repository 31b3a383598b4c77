// M119: the status of the machine. Lines come in any order, and any of them may be missing (docs/protocol.md#m119-status).

import { hasValue } from '../common/defined.ts';
import { matchesOf, nonEmpty, parseFields } from './values.ts';

export interface Status {
  /** The whole Endstop line after its key, as sent. */
  readonly endstop?: string | undefined;
  /** By endstop (`x_max`, `z_min`, …): whether it is pressed. Undefined if the line holds build sizes. */
  readonly endstops?: ReadonlyMap<string, boolean> | undefined;
  readonly machineStatus?: string | undefined;
  readonly moveMode?: string | undefined;
  /** `S:1 L:0 J:0 F:0`. Kept as text, since no source explains the letters. */
  readonly flags?: string | undefined;
  readonly ledOn?: boolean | undefined;
  readonly currentFile?: string | undefined;
  /** The status word of a Dremel, whose reply has other keys (test/captures/dremel-3d40-3d45-usb/M119.txt). */
  readonly foreignStatus?: string | undefined;
  /** Set if the reply did not end in `ok`, so that lines of it may be missing. */
  readonly isPartial?: true | undefined;
}

const ENDSTOP = /([xyz]\d?)[-_ ]?(max|min)\s*:\s*(\S*)/gi;

// The 5M Pro, Guider 3 and Creator 4 send `X-max: 110`: build sizes in millimetres, not switches. One such value invalidates the line.
function parseEndstops(text: string): ReadonlyMap<string, boolean> | undefined {
  const switches = new Map<string, boolean>();
  for (const [, axis = '', end = '', value] of matchesOf(ENDSTOP, text)) {
    if (value !== '0' && value !== '1') return undefined;
    switches.set(`${axis}_${end}`.toLowerCase(), value === '1');
  }
  return switches.size > 0 ? switches : undefined;
}

/** Parses the lines of an M119 reply; undefined if it has no known line. */
export function parseM119(lines: readonly string[]): Status | undefined {
  const fields = parseFields(lines);
  const endstop = nonEmpty(fields.get('endstop'));
  const machineStatus = nonEmpty(fields.get('machinestatus'));
  const status = nonEmpty(fields.get('status'));
  const isFlags = status?.includes(':') ?? false;
  const led = fields.get('led');
  const parsed: Status = {
    endstop,
    endstops: endstop === undefined ? undefined : parseEndstops(endstop),
    machineStatus,
    moveMode: nonEmpty(fields.get('movemode')),
    flags: isFlags ? status : undefined,
    foreignStatus: isFlags || machineStatus !== undefined ? undefined : status,
    ledOn: led === '0' || led === '1' ? led === '1' : undefined,
    currentFile: nonEmpty(fields.get('currentfile')),
  };
  return hasValue(parsed) ? parsed : undefined;
}
