import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/common/secret.ts';
import { configOf, configuredFrom } from '../../src/discovery/as-config.ts';
import { MAX_FOUND } from '../../src/discovery/collection.ts';
import type { FoundPrinter } from '../../src/discovery/found.ts';
import { type ConfiguredPrinter, type KnownPrinter, mergeFound } from '../../src/discovery/merge.ts';

function found(address: string, name: string, rest: Partial<FoundPrinter> = {}): FoundPrinter {
  return { address, name, tcp: true, tcpPort: 8899, ...rest };
}

function modern(address: string, name: string, serial: string): FoundPrinter {
  return found(address, name, { httpPort: 8898, productId: 0x24, serial });
}

/** What searches one after the other lead to. */
function search(configured: readonly ConfiguredPrinter[], ...searches: (readonly FoundPrinter[])[]) {
  let known: readonly KnownPrinter[] = [];
  for (const each of searches) known = mergeFound(known, each, configured).printers;
  return known.map(({ name, printer }) => `${name} @ ${printer.address}`);
}

describe('mergeFound', () => {
  it('adds the printers found and keeps those that fall silent', () => {
    const a = modern('10.0.0.1', 'Left', 'SNA1111');
    const b = found('10.0.0.2', 'Right');
    expect(search([], [a], [b], [], [a, b])).toEqual(['Left @ 10.0.0.1', 'Right @ 10.0.0.2']);
  });

  it('follows a printer to its new address by its serial, under its first name', () => {
    const moved = modern('10.0.0.9', 'Renamed', 'A1111');
    expect(search([], [modern('10.0.0.1', 'Left', 'SNA1111')], [moved])).toEqual(['Left @ 10.0.0.9']);
  });

  it('sees through two printers that swap their addresses', () => {
    const before = [modern('10.0.0.1', 'Left', 'SNA1111'), modern('10.0.0.2', 'Right', 'SNB2222')];
    const after = [modern('10.0.0.1', 'Right', 'SNB2222'), modern('10.0.0.2', 'Left', 'SNA1111')];
    expect(search([], before, after)).toEqual(['Left @ 10.0.0.2', 'Right @ 10.0.0.1']);
  });

  it('knows a printer without a serial by its address, and learns its serial', () => {
    const poor = found('10.0.0.1', 'Left', { productId: 0x24, model: 'Adventurer 5M Pro' });
    const { printers } = mergeFound([{ name: 'Left', printer: poor }], [modern('10.0.0.1', 'New', 'SNA1111')], []);
    expect(printers).toEqual([
      { name: 'Left', printer: { ...modern('10.0.0.1', 'New', 'SNA1111'), model: 'Adventurer 5M Pro' } },
    ]);
    // And keeps it when a later reply is shorter.
    const again = mergeFound(printers, [poor], []).printers;
    expect(again[0]?.printer.serial).toBe('SNA1111');
  });

  it.each([
    ['a new one', [modern('10.0.0.1', 'New', 'SNC3333')], ['New @ 10.0.0.1']],
    ['one of another model', [found('10.0.0.1', 'New', { productId: 8 })], ['New @ 10.0.0.1']],
    ['one that cannot be read', [found('10.0.0.1', 'C5', { tcp: false, productId: 0x29 })], []],
  ])('forgets a silent one whose address has gone to %s', (_what, later, expected) => {
    expect(search([], [modern('10.0.0.1', 'Left', 'SNA1111')], later)).toEqual(expected);
  });

  it('forgets a silent one whose address has gone to another known one', () => {
    const nameless = found('10.0.0.1', 'Old');
    const other = modern('10.0.0.2', 'Other', 'SNB2222');
    expect(search([], [nameless, other], [modern('10.0.0.1', 'Other', 'SNB2222')])).toEqual(['Other @ 10.0.0.1']);
  });

  it.each<[string, Partial<ConfiguredPrinter>]>([
    ['serial, at another address', { hosts: ['printer.lan'], serial: 'SNA1111' }],
    ['serial without SN', { hosts: ['printer.lan'], serial: 'a1111' }],
    ['TCP address', { hosts: ['10.0.0.1'], tcpPort: 8899 }],
    ['resolved TCP address', { hosts: ['printer.lan', '10.0.0.1'], tcpPort: 8899 }],
    ['HTTP address', { hosts: ['10.0.0.1'], httpPort: 8898 }],
  ])('leaves a configured printer alone: same %s', (_what, rest) => {
    const configured = [{ name: 'mine', hosts: [], ...rest }];
    const here = modern('10.0.0.1', 'Left', 'SNA1111');
    expect(search(configured, [here])).toEqual([]);
    // Also when it was found before it was configured.
    expect(mergeFound([{ name: 'Left', printer: here }], [], configured).printers).toEqual([]);
  });

  it('adds a printer at another port of a configured host', () => {
    const configured = [{ name: 'mine', hosts: ['127.0.0.1'], tcpPort: 10_001 }];
    expect(search(configured, [found('127.0.0.1', 'Left', { tcpPort: 10_002 })])).toEqual(['Left @ 127.0.0.1']);
  });

  it('does not keep a known printer where a configured one has moved', () => {
    const configured = [{ name: 'mine', hosts: ['10.0.0.5'], tcpPort: 8899, serial: 'SNC3333' }];
    const known = [{ name: 'Old', printer: found('10.0.0.1', 'Old') }];
    expect(mergeFound(known, [modern('10.0.0.1', 'Mine', 'SNC3333')], configured).printers).toEqual([]);
  });

  it('makes names unique against configured names, configured hosts and known names', () => {
    const configured = [{ name: 'Left', hosts: ['printer.lan'], tcpPort: 8899 }];
    const first = [modern('10.0.0.1', 'Left', 'SNA1111'), found('10.0.0.2', 'printer.lan')];
    const later = [...first, modern('10.0.0.3', 'Left-1111', 'SNB2222')];
    expect(search(configured, first, later)).toEqual([
      'Left-1111 @ 10.0.0.1',
      'printer.lan-10.0.0.2 @ 10.0.0.2',
      'Left-1111-2222 @ 10.0.0.3',
    ]);
  });

  it('keeps the first name when a namesake comes later', () => {
    const a = modern('10.0.0.1', 'Pro', 'SNA1111');
    const b = modern('10.0.0.2', 'Pro', 'SNB2222');
    expect(search([], [a], [b, a])).toEqual(['Pro @ 10.0.0.1', 'Pro-2222 @ 10.0.0.2']);
  });

  it('gives a name up to a printer that is configured later', () => {
    const a = modern('10.0.0.1', 'Pro', 'SNA1111');
    const configured = [{ name: 'Pro', hosts: ['10.0.0.7'], tcpPort: 8899 }];
    const { printers } = mergeFound([{ name: 'Pro', printer: a }], [a], configured);
    expect(printers.map(({ name }) => name)).toEqual(['Pro-1111']);
  });

  it('names those without a TCP side, which it cannot add', () => {
    const creator = found('10.0.0.1', 'C5', { tcp: false, httpPort: 8898, serial: 'SNC5' });
    expect(mergeFound([], [creator], [])).toEqual({ printers: [], unreadable: [creator], leftOut: 0 });
    const configured = [{ name: 'c5', hosts: ['10.0.0.1'], httpPort: 8898 }];
    expect(mergeFound([], [creator], configured).unreadable).toEqual([]);
  });

  it('is bounded, and quick at its bound', () => {
    const many = (offset: number) =>
      Array.from({ length: MAX_FOUND }, (_, i) =>
        modern(`10.${offset}.${i >> 8}.${i & 255}`, 'Pro', `SN${offset}-${i}`),
      );
    const first = mergeFound([], many(1), []);
    expect(new Set(first.printers.map(({ name }) => name)).size).toBe(MAX_FOUND);
    const second = mergeFound(first.printers, many(2), []);
    expect(second.printers).toEqual(first.printers);
    expect(second.leftOut).toBe(MAX_FOUND);
  });
});

describe('configOf and configuredFrom', () => {
  it('make a known printer one to read over TCP', () => {
    expect(configOf({ name: 'Left', printer: found('10.0.0.1', 'x') })).toEqual({
      name: 'Left',
      address: '10.0.0.1',
      tcp: { host: '10.0.0.1', port: 8899, login: 'auto' },
    });
    expect(configOf({ name: 'Left', printer: found('10.0.0.1', 'x', { tcpPort: 9000 }) }).address).toBe(
      '10.0.0.1:9000',
    );
  });

  it('tell what recognises a configured printer', () => {
    const http = { host: 'p.lan', port: 8898, serialNumber: 'SN1', checkCode: new Secret('abcd1234') };
    const tcp = { host: 'p.lan', port: 8899, login: 'auto' } as const;
    expect(configuredFrom({ name: 'p', address: 'p.lan', tcp, http }, { addresses: ['10.0.0.1'] })).toStrictEqual({
      name: 'p',
      hosts: ['p.lan', '10.0.0.1'],
      tcpPort: 8899,
      httpPort: 8898,
      serial: 'SN1',
    });
    expect(configuredFrom({ name: 'p', address: 'p.lan', tcp }, { serial: 'SN2' })).toStrictEqual({
      name: 'p',
      hosts: ['p.lan'],
      tcpPort: 8899,
      serial: 'SN2',
    });
  });

  it('recognise each other: what was added is not added again once it is configured', () => {
    const here = found('10.0.0.1', 'Left');
    const configured = [configuredFrom(configOf({ name: 'Left', printer: here }))];
    expect(mergeFound([], [here], configured).printers).toEqual([]);
  });
});
