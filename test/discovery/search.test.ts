// Searches over real UDP sockets; each address of 127.0.0.0/8 is a printer.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeTarget } from '../../src/discovery/interfaces.ts';
import { directedBroadcast, listInterfaces, officialProbes } from '../../src/discovery/interfaces.ts';
import { searchPrinters } from '../../src/discovery/search.ts';
import { buildReply, readReply } from './packets.ts';

const never = new AbortController().signal;
// A search that the test ends; if it did not, the test would time out.
const LONG = { waitMs: 600_000, intervalMs: 600_000 };

interface FakePrinter {
  readonly target: ProbeTarget;
  /** Payloads and the ports they came from. */
  readonly probes: { readonly hex: string; readonly port: number }[];
  onProbe(listener: () => void): void;
}

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

/** Answers the n-th probe with the n-th of `rounds`, further ones with the last. */
async function startPrinter(address: string, ...rounds: (readonly Buffer[])[]): Promise<FakePrinter> {
  const socket = createSocket('udp4').bind(0, address);
  open.push(socket);
  await once(socket, 'listening');
  const probes: FakePrinter['probes'] = [];
  socket.on('message', (probe, { port, address: from }) => {
    probes.push({ hex: probe.toString('hex'), port });
    for (const reply of rounds[Math.min(probes.length, rounds.length) - 1] ?? []) socket.send(reply, port, from);
  });
  return {
    target: { address, port: socket.address().port },
    probes,
    onProbe: (listener) => socket.on('message', listener),
  };
}

describe('searchPrinters', () => {
  it('finds each printer once, with what the richer reply says', async () => {
    const legacy = readReply('legacy-140-adventurer3-nonascii');
    const poor = buildReply({ sizeBytes: 140, name: 'Adventurer 5M Pro', productId: 0x24 });
    const printers = await Promise.all([
      startPrinter('127.0.10.2', [legacy, legacy]),
      startPrinter('127.0.10.1', [poor], [readReply('modern-276-5mpro')], [poor]),
      // Last and late, so that the others have said everything when the search ends.
      startPrinter('127.0.10.3', [], [], [readReply('modern-276-creator5pro')]),
    ]);
    const targets = printers.map(({ target }) => target);
    const result = await searchPrinters({ intervalMs: 1, waitMs: 600_000, targets, stopAfter: 3 }, never);
    expect(result).toEqual({
      sent: true,
      problems: [],
      printers: [
        expect.objectContaining({
          address: '127.0.10.1',
          name: 'Adventurer 5M Pro',
          serial: 'SNMOMC9900728',
          tcp: true,
        }),
        expect.objectContaining({ address: '127.0.10.2', name: 'Werkstatt-Drücker №1', tcpPort: 8899, tcp: true }),
        expect.objectContaining({ address: '127.0.10.3', name: 'Creator 5 Pro', httpPort: 8898, tcp: false }),
      ],
    });
  });

  it('puts its own address and port into the probe', async () => {
    const printer = await startPrinter('127.0.11.1', [readReply('legacy-140-adventurer4')]);
    await searchPrinters({ ...LONG, targets: [printer.target], stopAfter: 1 }, never);
    const [probe] = printer.probes;
    const port = Buffer.alloc(2);
    port.writeUInt16BE(probe?.port ?? 0);
    expect(probe?.hex).toBe(`7f000001${port.toString('hex')}0000`);
  });

  it('asks again: a printer may miss probes', async () => {
    const printer = await startPrinter('127.0.12.1', [], [], [readReply('legacy-140-adventurer4')]);
    const options = { rounds: 3, intervalMs: 1, waitMs: 600_000, targets: [printer.target], stopAfter: 1 };
    expect((await searchPrinters(options, never)).printers).toHaveLength(1);
    expect(printer.probes).toHaveLength(3);
  });

  it('ends by itself when nobody answers', async () => {
    const printer = await startPrinter('127.0.13.1');
    const result = await searchPrinters({ rounds: 2, intervalMs: 1, waitMs: 1, targets: [printer.target] }, never);
    expect(result).toEqual({ printers: [], problems: [], sent: true });
  });

  it('is not disturbed by packets that are no reply', async () => {
    const stray = [
      Buffer.alloc(0),
      Buffer.from('+ok'),
      Buffer.alloc(140),
      Buffer.alloc(1025, 'x'),
      Buffer.alloc(9000, 0xff),
      buildReply({ vendorId: 1, name: 'x' }),
    ];
    const noise = await startPrinter('127.0.14.1', stray);
    const printer = await startPrinter('127.0.14.2', [], [readReply('modern-276-ad5x')]);
    const options = { ...LONG, intervalMs: 1, targets: [noise.target, printer.target], stopAfter: 1 };
    expect((await searchPrinters(options, never)).printers.map(({ address }) => address)).toEqual(['127.0.14.2']);
  });

  it('ends at its signal with what was found, and closes its socket', async () => {
    const end = new AbortController();
    const first = await startPrinter('127.0.15.1', [readReply('modern-276-ad5x')]);
    const second = await startPrinter('127.0.15.2');
    // The first has answered every round before, and its socket has been read in between.
    second.onProbe(() => second.probes.length === 20 && end.abort());
    const targets = [first.target, second.target];
    const result = await searchPrinters({ rounds: 1000, intervalMs: 1, targets }, end.signal);
    expect(result).toEqual({ sent: true, problems: [], printers: [expect.objectContaining({ name: 'AD5X' })] });
    // Its port is free again.
    const socket = createSocket('udp4').bind(second.probes[0]?.port, '127.0.0.1');
    open.push(socket);
    await once(socket, 'listening');
  });

  it('sends nothing when its signal has come already', async () => {
    const printer = await startPrinter('127.0.16.1', [readReply('modern-276-ad5x')]);
    const result = await searchPrinters({ targets: [printer.target] }, AbortSignal.abort());
    expect(result).toEqual({ printers: [], problems: [], sent: false });
  });

  it('goes on with the other interfaces when one fails', async () => {
    const printer = await startPrinter('127.0.17.1', [readReply('modern-276-ad5x')]);
    const interfaces = [
      { name: 'gone0', address: '192.0.2.254', netmask: '255.255.255.0' },
      { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0' },
    ];
    const options = { ...LONG, interfaces, targets: [printer.target], stopAfter: 1 };
    const result = await searchPrinters(options, never);
    expect(result.printers).toHaveLength(1);
    expect(result.problems).toEqual(['gone0 (192.0.2.254): EADDRNOTAVAIL']);
  });

  it('searches on a dozen interfaces without a warning of Node.js', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', note);
    try {
      const printer = await startPrinter('127.0.18.1');
      const interfaces = Array.from({ length: 12 }, (_, index) => ({
        name: `lo:${index}`,
        address: `127.0.18.${index + 10}`,
        netmask: '255.0.0.0',
      }));
      const targets = Array.from({ length: 12 }, () => printer.target);
      await searchPrinters({ rounds: 2, intervalMs: 1, waitMs: 1, interfaces, targets }, never);
      await searchPrinters({ rounds: 1, waitMs: 1, targets }, never);
      await turn();
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', note);
    }
  });

  it('says so when every interface failed, when a probe could not go out, and when there is none', async () => {
    const gone = { name: 'gone0', address: '192.0.2.254', netmask: '255.255.255.0' };
    expect(await searchPrinters({ interfaces: [gone] }, never)).toEqual({
      printers: [],
      problems: ['gone0 (192.0.2.254): EADDRNOTAVAIL', 'no probe could be sent on any interface'],
      sent: false,
    });
    const bad = await searchPrinters({ intervalMs: 1, targets: [{ address: '127.0.0.1', port: 70_000 }] }, never);
    expect(bad.sent).toBe(false);
    expect(bad.problems).toEqual([
      'to 127.0.0.1:70000: ERR_SOCKET_BAD_PORT',
      'no probe could be sent on any interface',
    ]);
    expect((await searchPrinters({ interfaces: [] }, never)).problems).toEqual([
      'this host has no IPv4 interface to search on',
    ]);
  });
});

describe('a host that keeps its interfaces to itself', () => {
  it('is a problem, not an end', async () => {
    const before = os.networkInterfaces;
    // As under systemd without AF_NETLINK.
    os.networkInterfaces = () => {
      throw Object.assign(new Error('uv_interface_addresses'), { code: 'ERR_SYSTEM_ERROR' });
    };
    syncBuiltinESMExports();
    try {
      expect(await searchPrinters({}, never)).toEqual({
        printers: [],
        problems: ['the interfaces of this host cannot be listed: ERR_SYSTEM_ERROR'],
        sent: false,
      });
    } finally {
      os.networkInterfaces = before;
      syncBuiltinESMExports();
    }
  });
});

describe('interfaces', () => {
  it.each([
    ['192.168.1.17', '255.255.255.0', '192.168.1.255'],
    ['10.1.2.3', '255.0.0.0', '10.255.255.255'],
    ['172.16.5.9', '255.255.252.0', '172.16.7.255'],
    ['192.168.1.130', '255.255.255.252', '192.168.1.131'],
    ['192.168.1.130', '255.255.255.254', undefined],
    ['10.8.0.2', '255.255.255.255', undefined],
    ['10.8.0.2', 'nonsense', undefined],
  ])('broadcast of %s/%s', (address, netmask, expected) => {
    expect(directedBroadcast(address, netmask)).toBe(expected);
  });

  it('get both official probes', () => {
    const from = { name: 'eth0', address: '192.168.1.17', netmask: '255.255.255.0' };
    const probes = officialProbes(from, 18_002).map(({ address, port, payload }) => [address, port, payload.length]);
    expect(probes).toEqual([
      ['225.0.0.9', 19_000, 8],
      ['192.168.1.255', 48_899, 20],
      ['255.255.255.255', 48_899, 20],
    ]);
    expect(officialProbes({ ...from, netmask: '255.255.255.255' }, 1)).toHaveLength(2);
  });

  it('leave out loopback unless asked', () => {
    expect(listInterfaces(false).filter(({ address }) => address.startsWith('127.'))).toEqual([]);
    expect(listInterfaces(true).map(({ address }) => address)).toContain('127.0.0.1');
  });
});
