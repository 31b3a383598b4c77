// Discovery over real UDP on loopback addresses, and the bytes of the captures.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import {
  type DiscoveryResponder,
  type DiscoveryResponderOptions,
  encodeDiscoveryReply,
  startDiscoveryResponder,
} from '../../src/simulator/discovery.ts';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';

const PROBE = Buffer.from('c0a8020b46520000', 'hex');

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((one) => one.close()));
});

async function printer(model: SimulatedModel, host: string, name: string): Promise<SimulatedPrinter> {
  const started = await startSimulatedPrinter({ model, host, name });
  closing.push(started);
  return started;
}

async function respond(options: DiscoveryResponderOptions): Promise<DiscoveryResponder> {
  const responder = await startDiscoveryResponder({ groupPort: 0, broadcastPort: 0, ...options });
  closing.push(responder);
  return responder;
}

/** Sends one probe and takes so many replies, by source address and port. */
async function probe(
  port: number,
  address: string,
  count: number,
  prepare?: (socket: ReturnType<typeof createSocket>) => void,
): Promise<Map<string, Buffer>> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  prepare?.(socket);
  const replies = new Map<string, Buffer>();
  const all = new Promise<void>((resolve) => {
    socket.on('message', (bytes, from) => {
      replies.set(`${from.address}:${from.port}/${replies.size}`, bytes);
      if (replies.size === count) resolve();
    });
  });
  socket.send(PROBE, port, address);
  await all;
  socket.close();
  return replies;
}

it.each([
  ['legacy-140-adventurer4', 'adventurer4', 'Adventurer4', '', 8899, undefined],
  ['legacy-140-adventurer3-nonascii', 'adventurer3', 'Werkstatt-Drücker №1', '', 8899, undefined],
  ['modern-276-5mpro', 'adventurer5m-pro', 'Adventurer 5M Pro', 'SNMOMC9900728', 8899, 8898],
  ['modern-276-ad5x', 'ad5x', 'AD5X', 'SNMSRE9600000', 8899, 8898],
  ['modern-276-creator5pro', 'creator5-pro', 'Creator 5 Pro', 'SNMXXX0000000', undefined, 8898],
] as const)('%s', (file, model, name, serialNumber, tcpPort, httpPort) => {
  const hex = readFileSync(new URL(`../captures/udp-discovery-replies/${file}.hex`, import.meta.url), 'utf8').trim();
  expect(encodeDiscoveryReply({ model, name, serialNumber, tcpPort, httpPort }).toString('hex')).toBe(hex);
});

it('answers from the address and port that was probed, with the ports it really has', async () => {
  const finder = await printer('finder', '127.0.4.1', 'Finder');
  const fiveM = await printer('adventurer5m', '127.0.4.2', 'Five');
  const { groupPort, broadcastPort } = await respond({ printers: [finder, fiveM] });
  for (const port of [groupPort, broadcastPort]) {
    const [[from, reply] = ['', Buffer.alloc(0)]] = await probe(port, '127.0.4.2', 1);
    expect(from).toBe(`127.0.4.2:${port}/0`);
    expect(reply).toHaveLength(276);
    expect(reply.readUInt16BE(0x84)).toBe(fiveM.tcpPort);
    expect(reply.readUInt16BE(0x8e)).toBe(fiveM.httpPort);
  }
});

it('answers a shared address for all printers that are on, each from its own', async () => {
  const finder = await printer('finder', '127.0.4.1', 'Finder');
  const off = await printer('adventurer4', '127.0.4.2', 'Off');
  const creator = await printer('creator5-pro', '127.0.4.3', 'Creator');
  const twin = await printer('finder', '127.0.4.1', 'Twin');
  await off.switchOff();
  const responder = await respond({ printers: [finder, off, creator, twin], sharedAddresses: ['127.255.255.255'] });
  const replies = await probe(responder.broadcastPort, '127.255.255.255', 3, (socket) => socket.setBroadcast(true));
  const names = [...replies].map(
    ([from, bytes]) => `${from.split(':')[0]} ${bytes.toString('utf8', 0, bytes.indexOf(0))}`,
  );
  expect(names.sort()).toEqual(['127.0.4.1 Finder', '127.0.4.1 Twin', '127.0.4.3 Creator']);
  expect(responder.stats).toEqual({ probes: 1, replies: 3 });
});

it('answers the multicast group on the loopback interface', async () => {
  const finder = await printer('finder', '127.0.4.1', 'Finder');
  const responder = await respond({
    printers: [finder],
    sharedAddresses: ['225.0.0.9'],
    multicast: { group: '225.0.0.9', interfaceAddress: '127.0.0.1' },
  });
  const replies = await probe(responder.groupPort, '225.0.0.9', 1, (socket) => {
    socket.setMulticastInterface('127.0.0.1');
    socket.setMulticastLoopback(true);
  });
  expect([...replies.keys()]).toEqual([`127.0.4.1:${responder.groupPort}/0`]);
});

it('lets go of what it had bound when an address is not ours', async () => {
  const finder = await printer('finder', '127.0.4.1', 'Finder');
  await expect(respond({ printers: [finder], sharedAddresses: ['192.0.2.1'] })).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});
