import { describe, expect, it } from 'vitest';
import { createCollection, MAX_FOUND } from '../../src/discovery/collection.ts';
import { foundFrom } from '../../src/discovery/found.ts';
import { buildBroadcastProbe, buildMulticastProbe, parseReply } from '../../src/discovery/packet.ts';
import { findProduct } from '../../src/printer/products.ts';
import { buildReply, readReply } from './packets.ts';

describe('probes', () => {
  it('are byte for byte what FlashPrint sends', () => {
    // The Guider 3 capture of docs/protocol.md#udp-discovery.
    expect(buildMulticastProbe('192.168.2.11', 18_002).toString('hex')).toBe('c0a8020b46520000');
    expect(buildBroadcastProbe().toString('hex')).toBe(`7777772e7573722e636e${'00'.repeat(10)}`);
  });
});

describe('parseReply and foundFrom', () => {
  it.each([
    [
      'modern-276-5mpro',
      {
        tcp: true,
        tcpPort: 8899,
        httpPort: 8898,
        name: 'Adventurer 5M Pro',
        model: 'Adventurer 5M Pro',
        productId: 0x24,
        serial: 'SNMOMC9900728',
      },
    ],
    [
      'modern-276-ad5x',
      {
        tcp: true,
        tcpPort: 8899,
        httpPort: 8898,
        name: 'AD5X',
        model: 'AD5X',
        productId: 0x26,
        serial: 'SNMSRE9600000',
      },
    ],
    [
      'modern-276-creator5pro',
      {
        tcp: false,
        httpPort: 8898,
        name: 'Creator 5 Pro',
        model: 'Creator 5 Pro',
        productId: 0x29,
        serial: 'SNMXXX0000000',
      },
    ],
    [
      'legacy-140-adventurer4',
      { tcp: true, tcpPort: 8899, name: 'Adventurer4', model: 'Adventurer 4 Pro', productId: 0x1e },
    ],
    [
      'legacy-140-adventurer3-nonascii',
      { tcp: true, tcpPort: 8899, name: 'Werkstatt-Drücker №1', model: 'Adventurer 3', productId: 8 },
    ],
    ['voxelab-aries-ready-140', { tcp: true, tcpPort: 8899, name: '', model: 'Voxelab Aries', productId: 0x1001 }],
    ['voxelab-aries-busy-140', { tcp: true, tcpPort: 8899, name: '', model: 'Voxelab Aries', productId: 0x1001 }],
  ])('read %s', (capture, expected) => {
    const reply = parseReply(readReply(capture));
    expect(reply && foundFrom('192.168.1.50', reply)).toStrictEqual({ address: '192.168.1.50', ...expected });
  });

  it('read the fields that fit, whatever the length', () => {
    const whole = readReply('modern-276-5mpro');
    const seen = new Map<number, string>();
    for (let length = 0; length <= whole.length; length++) {
      const reply = parseReply(whole.subarray(0, length));
      expect(reply === undefined, `${length} bytes`).toBe(length < 132);
      if (reply) for (const key of Object.keys(reply)) if (![...seen.values()].includes(key)) seen.set(length, key);
    }
    expect([...seen]).toEqual([
      [132, 'name'],
      [134, 'tcpPort'],
      [138, 'productId'],
      [144, 'httpPort'],
      [149, 'serial'],
    ]);
  });

  it('take the 196-byte layout, which has a name and a serial only', () => {
    const reply = parseReply(buildReply({ sizeBytes: 196, vendorId: 0, tcpPort: 0, name: 'Old', serial: 'SNADVA1' }));
    expect(reply).toStrictEqual({ name: 'Old', tcpPort: 0, serial: 'SNADVA1' });
    // Nothing else is known of it, and old printers have TCP 8899.
    expect(reply && foundFrom('10.0.0.1', reply)).toMatchObject({ tcp: true, tcpPort: 8899 });
  });

  it('believe no Creator 5 that names a TCP port: those refuse it', () => {
    const reply = parseReply(buildReply({ productId: 0x28, tcpPort: 8899, httpPort: 8898 }));
    expect(reply && foundFrom('10.0.0.1', reply)).toMatchObject({ tcp: false, model: 'Creator 5' });
  });

  it.each([
    ['another vendor', buildReply({ vendorId: 0x1234, name: 'x' })],
    ['no vendor and no name', buildReply({ vendorId: 0 })],
    // Wi-Fi modules of the maker whose search port 48899 is answer so.
    ['text', Buffer.from('192.168.1.9,ACCF23456789,HF-LPB100 '.repeat(5))],
    ['text behind the name', Buffer.concat([Buffer.from('a\0b'), Buffer.alloc(137)])],
    ['no UTF-8', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.alloc(138)])],
    ['only blanks', Buffer.concat([Buffer.from('  '), Buffer.alloc(138)])],
    ['too long', buildReply({ sizeBytes: 1025, name: 'x' })],
  ])('refuse %s', (_what, packet) => {
    expect(parseReply(packet)).toBeUndefined();
  });

  it('cleans what a printer calls itself', () => {
    expect(parseReply(buildReply({ name: ' \u001b[31mMy\nFinder\u0007 ' }))?.name).toBe('[31mMyFinder');
    expect(parseReply(buildReply({ name: 'x'.repeat(128) }))?.name).toBe('x'.repeat(128));
  });

  it.each([
    ['erased memory', '\xff'.repeat(20)],
    ['a lost serial', 'SN'],
    ['control characters', 'SN\u001b[1m'],
    ['blanks', 'SN 1 2'],
  ])('takes no serial from %s', (_what, serial) => {
    const packet = buildReply({ name: 'x' });
    packet.write(serial, 0x92, 'latin1');
    expect(parseReply(packet)).toStrictEqual({ name: 'x', tcpPort: 8899 });
  });
});

describe('findProduct', () => {
  it('knows no product for an id in no table', () => {
    expect(findProduct(0x7777)).toBeUndefined();
    expect(findProduct(0x29)).toMatchObject({ model: 'Creator 5 Pro', tcp: false });
    expect(findProduct(0x02)).toEqual({ model: 'Finder', tcp: true });
  });
});

describe('createCollection', () => {
  it('keeps the richer of two replies of one address, in either order', () => {
    const poor = buildReply({ sizeBytes: 140, name: 'AD5X', productId: 0x26 });
    const rich = readReply('modern-276-ad5x');
    for (const packets of [
      [poor, rich],
      [rich, poor],
    ]) {
      const collection = createCollection();
      for (const packet of packets) collection.add(packet, '10.0.0.5');
      expect(collection.printers()).toEqual([
        expect.objectContaining({ address: '10.0.0.5', serial: 'SNMSRE9600000' }),
      ]);
    }
  });

  it('counts a serial once, in the order of the addresses', () => {
    const collection = createCollection();
    for (const address of ['10.0.0.10', '10.0.0.9']) {
      collection.add(readReply('modern-276-ad5x'), address);
      collection.add(readReply('legacy-140-adventurer4'), `1${address}`);
    }
    expect(collection.printers().map(({ address }) => address)).toEqual(['10.0.0.9', '110.0.0.9', '110.0.0.10']);
  });

  it('remembers 1,000 addresses at most', () => {
    const collection = createCollection();
    const packet = readReply('legacy-140-adventurer4');
    for (let i = 0; i < MAX_FOUND; i++) collection.add(packet, `10.0.${i >> 8}.${i & 255}`);
    expect(collection.isOverfull()).toBe(false);
    collection.add(packet, '10.1.0.0');
    expect(collection.isOverfull()).toBe(true);
    expect(collection.printers()).toHaveLength(MAX_FOUND);
  });
});
