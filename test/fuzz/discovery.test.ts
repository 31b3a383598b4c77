// Discovery packets from anyone on the network.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCollection, MAX_FOUND } from '../../src/discovery/collection.ts';
import { foundFrom } from '../../src/discovery/found.ts';
import { parseReply } from '../../src/discovery/packet.ts';
import { discoveryPackets } from '../support/arbitraries.ts';
import { fuzzing, inTime } from '../support/fuzz.ts';

it('any packet is parsed into clean values or discarded', () => {
  let parsed = 0;
  fc.assert(
    fc.property(discoveryPackets, (packet) => {
      const reply = inTime(() => parseReply(packet));
      if (reply === undefined) return;
      parsed++;
      const found = foundFrom('10.0.0.1', reply);
      expect(found.name).not.toMatch(/\p{Cc}/u);
      expect(found.name.isWellFormed() && found.name.length <= 128).toBe(true);
      expect(found.serial ?? 'abc').toMatch(/^[!-~]{3,130}$/);
      expect(found.tcp).toBe(found.tcpPort !== undefined && found.tcpPort > 0);
      expect(found.httpPort).not.toBe(0);
    }),
    fuzzing(),
  );
  expect(parsed).toBeGreaterThan(fuzzing().numRuns / 20);
});

it('any number of packets gives a bounded number of printers, and each serial number once', () => {
  const collection = createCollection();
  fc.assert(
    fc.property(discoveryPackets, fc.nat(2 ** 24 - 1), (packet, host) => {
      collection.add(packet, `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`);
    }),
    fuzzing(),
  );
  const printers = collection.printers();
  const serials = printers.flatMap(({ serial }) => (serial === undefined ? [] : [serial]));
  expect(printers.length).toBeGreaterThan(0);
  expect(printers.length).toBeLessThanOrEqual(MAX_FOUND);
  expect(new Set(serials).size).toBe(serials.length);
});
