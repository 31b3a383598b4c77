// The parsers on lines no printer sends.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseM27 } from '../../src/tcp/m27.ts';
import { parseM105 } from '../../src/tcp/m105.ts';
import { parseM114 } from '../../src/tcp/m114.ts';
import { parseM115 } from '../../src/tcp/m115.ts';
import { parseM119 } from '../../src/tcp/m119.ts';

/** Every number in plain data, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Map) return [...value.values()].flatMap(numbersIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

const number = fc.oneof(
  fc.constantFrom('0', '1', '100', '1000', '1001', '-1', '-108', '0.0', '220.3', '9'.repeat(400), '1e9', 'x', ''),
  fc.integer().map(String),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value) => value.toFixed(3)),
);
const key = fc.constantFrom(
  ...['T0:', 'T1:', 'T:', 'B:', 'C:', 'X:', 'X1:', 'Y:', 'Z:', 'A:', 'SD printing byte ', 'Layer: ', 'Tool Count: '],
  ...['Endstop: X-max:', 'Y-min: ', 'MachineStatus: ', 'Status: ', 'LED:', 'SN: ', 'CurrentFile: ', '@:'],
);
const pair = fc
  .tuple(key, number, fc.constantFrom('/', ' /', ' ', ''), number)
  .map(([name, left, between, right]) => `${name}${left}${between}${right}`);
const anyLines = fc.array(
  fc.oneof(
    fc.array(pair, { maxLength: 3 }).map((pairs) => pairs.join(' ')),
    fc.string({ unit: 'binary', maxLength: 30 }),
  ),
  { maxLength: 6 },
);

describe('any lines', () => {
  it.each([
    ['M105', parseM105],
    ['M27', parseM27],
    ['M114', parseM114],
    ['M115', parseM115],
    ['M119', parseM119],
  ])('%s reads finite numbers or nothing', (_command, parse) => {
    let understood = 0;
    fc.assert(
      fc.property(anyLines, (lines) => {
        const parsed = parse(lines);
        if (parsed === undefined) return;
        understood += 1;
        for (const value of numbersIn(parsed)) expect(value).toSatisfy(Number.isFinite);
      }),
      { numRuns: 2000 },
    );
    // Else the property would have said nothing.
    expect(understood).toBeGreaterThan(10);
  });

  it('M27 reads a ratio from 0 to 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (printed, total) => {
        const ratio = parseM27([`SD printing byte ${printed}/${total}`])?.ratio;
        const known = printed >= 0 && total > 0;
        expect(ratio === undefined).toBe(!known);
        if (ratio !== undefined) expect(ratio >= 0 && ratio <= 1).toBe(true);
      }),
    );
  });
});
