// M114: the position of the head. `X:.. Y:..`, or `X1:.. X2:..` on the Guider 3 and Creators 3 and 4 (docs/protocol.md#m114-position).

import { cleanLine, matchesOf, NUMBER, NUMBER_END, toMeters } from './values.ts';

export interface AxisText {
  /** As sent, in millimetres. */
  readonly text: string;
  readonly meters: number;
}

/** By axis in lower case: x y z a b x1 x2. */
export type Position = ReadonlyMap<string, AxisText>;

const AXIS = new RegExp(String.raw`(?<![a-z_-])(X1|X2|X|Y|Z|A|B)\s*:\s*(${NUMBER})${NUMBER_END}`, 'gi');

/** Parses the lines of an M114 reply; undefined if it has no axis. */
export function parseM114(lines: readonly string[]): Position | undefined {
  const axes = new Map<string, AxisText>();
  for (const line of lines) {
    for (const [, axis = '', text = ''] of matchesOf(AXIS, cleanLine(line))) {
      const meters = toMeters(text);
      const name = axis.toLowerCase();
      if (meters !== undefined && !axes.has(name)) axes.set(name, { text, meters });
    }
  }
  return axes.size > 0 ? axes : undefined;
}
