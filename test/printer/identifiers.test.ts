// Serial numbers, MAC addresses and models in one form.

import { expect, it } from 'vitest';
import { formatMac, serialKey, withSerialPrefix } from '../../src/printer/identifiers.ts';
import { formatModel } from '../../src/printer/products.ts';

it.each([
  ['88:A9:A7:93:86:F8', '88:A9:A7:93:86:F8'],
  ['94A408B472BE', '94:A4:08:B4:72:BE'],
  ['aa-bb-cc-dd-ee-ff', 'AA:BB:CC:DD:EE:FF'],
  ['aabb.ccdd.eeff', 'AA:BB:CC:DD:EE:FF'],
  [' 88:a9:a7:93:86:f8 ', '88:A9:A7:93:86:F8'],
  ['REDACTED', 'REDACTED'],
  ['88:A9:A7:XX:XX:XX', '88:A9:A7:XX:XX:XX'],
  ['88:A9:A7:93:86', '88:A9:A7:93:86'],
])('the MAC address %j is shown as %j', (text, shown) => {
  expect(formatMac(text)).toBe(shown);
});

it.each([
  ['Flashforge Adventurer 5M Pro', 'Adventurer 5M Pro'],
  ['FlashForge AD5X', 'AD5X'],
  ['Creator 5 Pro', 'Creator 5 Pro'],
  ['FLASHFORGE creator 5', 'Creator 5'],
  // Models that speak only one protocol keep the text of their own.
  ['Flashforge Finder', 'Flashforge Finder'],
  ['FlashForge Adventurer III', 'FlashForge Adventurer III'],
  ['Voxel', 'Voxel'],
])('the model %j is shown as %j', (text, shown) => {
  expect(formatModel(text)).toBe(shown);
});

it.each(['SNMOMC9900728', 'MOMC9900728', ' snmomc9900728 '])('the serial number %j is the same printer', (serial) => {
  expect(serialKey(serial)).toBe('MOMC9900728');
  expect(withSerialPrefix(serial)).toMatch(/^SNMOMC9900728$/i);
});
