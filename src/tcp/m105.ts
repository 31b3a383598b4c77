// M105: temperatures. Spacing and decimals differ by model (docs/protocol.md#m105-temperatures).

import { plausibleCelsius } from '../printer/celsius.ts';
import { cleanLine, finite, matchesOf, NUMBER, NUMBER_END } from './values.ts';

export interface HeaterText {
  /** As sent, in °C. */
  readonly current: string;
  readonly target: string;
  readonly celsius?: number | undefined;
  readonly targetCelsius?: number | undefined;
}

/** By heater: `tool0`, `tool1`, …, `bed`, `chamber`. */
export type Temperatures = ReadonlyMap<string, HeaterText>;

// `T0:22 /0 B:11/0`, `T0:220.3/220.0 T1:0.0/0.0 B:50.0/50.0`, `T0: 25/220`; `@:127` parts are duty cycles.
const HEATER = new RegExp(
  String.raw`(?<![a-z_@])(T\d{0,2}|B|C)\s*:\s*(${NUMBER})\s*\/\s*(${NUMBER})${NUMBER_END}`,
  'gi',
);

function nameOf(key: string): string {
  switch (key.toUpperCase()) {
    case 'B':
      return 'bed';
    case 'C':
      return 'chamber';
    default:
      return `tool${Number(key.slice(1))}`;
  }
}

function celsiusOf(text: string): number | undefined {
  return plausibleCelsius(finite(text));
}

/** Parses the lines of an M105 reply; undefined if it has no temperature. */
export function parseM105(lines: readonly string[]): Temperatures | undefined {
  const heaters = new Map<string, HeaterText>();
  for (const line of lines) {
    for (const [, key = '', current = '', target = ''] of matchesOf(HEATER, cleanLine(line))) {
      const name = nameOf(key);
      if (heaters.has(name)) continue;
      const reading = { current, target, celsius: celsiusOf(current), targetCelsius: celsiusOf(target) };
      heaters.set(name, reading);
    }
  }
  return heaters.size > 0 ? heaters : undefined;
}
