import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparableHost,
  formatAddress,
  parseAddress,
  parseListenAddress,
  parsePort,
} from '../../src/common/address.ts';
import { ConfigError } from '../../src/common/config-error.ts';

const PORT_RANGE = 'the port must be a number from 0 to 65535';

/** What a parser makes of a text: its result, or undefined for a ConfigError; any other error fails the test. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return undefined;
  }
}

describe('parseAddress', () => {
  it.each([
    ['192.168.1.50', { host: '192.168.1.50' }],
    ['192.168.1.50:8899', { host: '192.168.1.50', port: 8899 }],
    ['192.168.1.50:0', { host: '192.168.1.50', port: 0 }],
    ['192.168.1.50:65535', { host: '192.168.1.50', port: 65_535 }],
    ['finder', { host: 'finder' }],
    ['Finder_2.fritz.box.:1', { host: 'Finder_2.fritz.box.', port: 1 }],
    ['3dprinter.lan', { host: '3dprinter.lan' }],
    ['xn--drucker-n2a.lan', { host: 'xn--drucker-n2a.lan' }],
    ['::1', { host: '::1' }],
    ['fd00::1', { host: 'fd00::1' }],
    ['[fd00::1]', { host: 'fd00::1' }],
    ['[fd00::1]:8899', { host: 'fd00::1', port: 8899 }],
    ['fe80::1%eth0', { host: 'fe80::1%eth0' }],
    ['[fe80::1%eth0]:8899', { host: 'fe80::1%eth0', port: 8899 }],
  ])('reads %s', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each(['', ' ', 'a b', '192.168.1', '192.168.1.999', '1', '1.2.3.4.5', '...', 'a..b', '-a', 'a-', '.a'])(
    'refuses %j',
    (text) => {
      expect(() => parseAddress(text)).toThrow(
        / is not an address: write host, host:port, an IP address or \[IPv6\]:port$/,
      );
    },
  );

  it.each([
    'http://192.168.1.50',
    '192.168.1.50/24',
    '[192.168.1.50]',
    '[]',
    '[fd00::1',
    'fd00::1]',
    'fd00::1::2',
    'ä',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text)).toThrow(`"${text}" is not an address`);
  });

  it.each(['a:', 'a:x', 'a:-1', 'a:65536', 'a:1.5', 'a: 1', 'a:100000', '[::1]:', '[::1]:x'])(
    'refuses the port of %j',
    (text) => {
      expect(() => parseAddress(text)).toThrow(PORT_RANGE);
    },
  );

  it('refuses a name longer than DNS allows', () => {
    const labels = `${'a'.repeat(49)}.`.repeat(5);
    expect(parseAddress(labels)).toEqual({ host: labels });
    expect(() => parseAddress(`${labels}bbbb`)).toThrow(ConfigError);
  });

  it('reads what formatAddress writes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), fc.nat(65_535), (host, port) => {
        expect(parseAddress(formatAddress(host, port))).toEqual({ host, port });
        expect(parseAddress(host)).toEqual({ host });
      }),
    );
  });

  it('throws nothing but ConfigError, and takes no host with blanks, slashes or brackets', () => {
    const near = fc.array(fc.constantFrom('[', ']', ':', '::', '.', '-', '1', '255', 'a', '%', '/', ' '), {
      maxLength: 12,
    });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      near.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (written) => {
        const address = attempt(() => parseAddress(written));
        if (address) expect(address.host).toMatch(/^[^\s/[\]]+$/);
        attempt(() => parseListenAddress(written));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('parseListenAddress', () => {
  it.each([
    [':10899', { host: undefined, port: 10_899 }],
    [':0', { host: undefined, port: 0 }],
    ['127.0.0.1:10899', { host: '127.0.0.1', port: 10_899 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
    ['[::1]:10899', { host: '::1', port: 10_899 }],
    ['[::]:0', { host: '::', port: 0 }],
  ])('reads %s', (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  it.each(['', '10899', ':', 'localhost', '[::1]', '::1', '::1:80', ':65536', ':x', '*:80', '[127.0.0.1]:80', '[]:80'])(
    'refuses %j',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(
        `"${text}" is not a listen address: write :10899, 127.0.0.1:10899 or [::1]:10899`,
      );
    },
  );
});

describe('parsePort', () => {
  it.each([
    ['0', 0],
    ['8899', 8899],
    ['0008899', 8899],
    ['65535', 65_535],
  ])('reads %s', (text, port) => {
    expect(parsePort(text)).toBe(port);
  });

  it.each(['', '-1', '+1', '65536', '99999', '123456', '1e3', '0x10', '1.0', ' 1', '1 ', '١'])('refuses %j', (text) => {
    expect(parsePort(text)).toBeUndefined();
  });
});

describe('comparableHost', () => {
  it.each([
    ['Finder.LAN.', 'finder.lan'],
    ['192.168.1.50', '192.168.1.50'],
    ['FD00:0:0::01', 'fd00::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::ffff:192.168.1.50', '::ffff:c0a8:132'],
    ['FE80::0001%eth0', 'fe80::1%eth0'],
  ])('writes %s as %s', (host, expected) => {
    expect(comparableHost(host)).toBe(expected);
  });

  it('is settled after one time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), (host) => {
        expect(comparableHost(comparableHost(host.toUpperCase()))).toBe(comparableHost(host));
      }),
    );
  });
});
