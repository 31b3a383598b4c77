import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/common/secret.ts';

const TEXT = 'a1b2c3d4';

describe('Secret', () => {
  const secret = new Secret(TEXT);

  it('gives its text to who asks for it', () => {
    expect(secret.reveal()).toBe(TEXT);
  });

  it.each([
    ['String()', String(secret)],
    ['a template literal', `${secret}`],
    ['concatenation', ['', secret].join('')],
    ['JSON.stringify', JSON.stringify(secret)],
    ['JSON.stringify inside an object', JSON.stringify({ printers: [{ secret }] })],
    ['util.inspect', inspect(secret)],
    ['util.inspect with everything on', inspect({ secret }, { showHidden: true, depth: null })],
    ['console formats', format('%s %o %O %j', secret, secret, secret, secret)],
  ])('is <secret> in %s', (_how, shown) => {
    expect(shown).toContain('<secret>');
    expect(shown).not.toContain(TEXT);
  });

  it('has no property that holds the text', () => {
    expect(Object.getOwnPropertyNames(secret)).toEqual([]);
    expect(JSON.stringify({ ...secret })).toBe('{}');
  });
});
