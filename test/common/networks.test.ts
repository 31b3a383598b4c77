import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/common/config-error.ts';
import { isInside, parseNetworks } from '../../src/common/networks.ts';

describe('parseNetworks', () => {
  const networks = parseNetworks(['192.168.1.0/24', '10.1.2.3', 'fd00::/8', '::1']);

  it.each(['192.168.1.0', '192.168.1.255', '10.1.2.3', 'fd00::1', 'fdff:ffff::', '::1'])('has %s inside', (address) => {
    expect(isInside(networks, address)).toBe(true);
  });

  it.each(['192.168.0.255', '192.168.2.0', '10.1.2.4', 'fe80::1', '::2', 'finder.lan', '', '192.168.1.1/32'])(
    'has %j outside',
    (address) => {
      expect(isInside(networks, address)).toBe(false);
    },
  );

  it('takes all of IPv4 and nothing of IPv6', () => {
    const all = parseNetworks(['0.0.0.0/0']);
    expect([isInside(all, '8.8.8.8'), isInside(all, '::1')]).toEqual([true, false]);
  });

  it.each([
    '',
    'lan',
    '192.168.1.0/33',
    '192.168.1/24',
    'fd00::/129',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ])('refuses %j', (text) => {
    expect(() => parseNetworks(['10.0.0.0/8', text])).toThrow(
      new ConfigError(`"${text}" is not a network: write 192.168.1.0/24, fd00::/8 or one IP address`),
    );
  });

  it('throws nothing but ConfigError', () => {
    const near = fc.array(fc.constantFrom('fe80::1', '%eth0', '10.0.0.1', '/', '8', '::', ':', '.'), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          near.map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            parseNetworks([text]);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
