// One rounding for page and API: every whole percent is shown as itself, and 100 only when it is complete.

import { describe, expect, it } from 'vitest';
import { percentOf } from '../../src/common/percent.ts';

describe('a percentage', () => {
  it('of 0 to 100 hundredths is that number, as a ratio and as two counts', () => {
    for (let percent = 0; percent <= 100; percent++) {
      expect(percentOf(percent / 100)).toBe(percent);
      expect(percentOf(percent, 100)).toBe(percent);
      expect(percentOf(percent * 10, 1000)).toBe(percent);
    }
  });

  it.each([
    [0.999, 1, 99],
    [4276, 4275, 100],
    [-1, 100, 0],
    [5, 0, 0],
  ])('%d of %d is %d', (part, total, percent) => {
    expect(percentOf(part, total)).toBe(percent);
  });
});
