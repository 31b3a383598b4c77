// The official probes over a real Ethernet link: a printer in a network namespace, reached by multicast and broadcast.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchPrinters } from '../../src/discovery/search.ts';
import { readReply } from './packets.ts';

const NAMESPACE = `ffexp-${process.pid}`;
// 198.18.0.0/15 is set aside for tests of networks (RFC 2544).
const HERE = { name: `ffe${process.pid}`, address: '198.18.77.1', netmask: '255.255.255.0' };
const PEER = '198.18.77.9';

// Listens where argv says for probes, prints each, and answers.
const PRINTER = `
const [port, group, reply] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (probe, from) => {
  console.log(probe.toString('hex'), from.address, from.port);
  socket.send(Buffer.from(reply, 'hex'), from.port, from.address);
});
socket.bind(Number(port), () => {
  if (group) socket.addMembership(group, '${PEER}');
  console.log('ready');
});`;

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Why this host cannot do it; undefined when it can. */
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    ip('netns', 'add', NAMESPACE);
    ip('netns', 'del', NAMESPACE);
    return undefined;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).trim();
  }
}

const reason = whyNot();
if (reason !== undefined) console.warn(`discovery over a network namespace is not tested: ${reason}`);

// In CI a missing prerequisite is a failure: nobody reads what was skipped there.
describe.skipIf(reason !== undefined && process.env['CI'] !== 'true')('a search on an Ethernet link', () => {
  beforeAll(() => {
    if (reason !== undefined) throw new Error(reason);
    ip('netns', 'add', NAMESPACE);
    ip('link', 'add', HERE.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', NAMESPACE);
    ip('addr', 'add', `${HERE.address}/24`, 'dev', HERE.name);
    ip('link', 'set', HERE.name, 'up');
    ip('-n', NAMESPACE, 'addr', 'add', `${PEER}/24`, 'dev', 'eth0');
    ip('-n', NAMESPACE, 'link', 'set', 'eth0', 'up');
  });
  afterAll(() => {
    // The link goes with its other end. Where nothing came to be, there is nothing to remove.
    if (reason === undefined) ip('netns', 'del', NAMESPACE);
  });

  /** Runs a search against one printer; gives what it found and the first probe that the printer saw. */
  async function search(port: number, group: string, reply: Buffer) {
    const args = [
      'netns',
      'exec',
      NAMESPACE,
      process.execPath,
      '-e',
      PRINTER,
      '--',
      String(port),
      group,
      reply.toString('hex'),
    ];
    const printer = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface({ input: printer.stdout })[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe('ready');
      const result = await searchPrinters(
        { interfaces: [HERE], stopAfter: 1, waitMs: 20_000 },
        AbortSignal.timeout(25_000),
      );
      const [probe, address, from] = String((await lines.next()).value).split(' ');
      return { result, probe, address, from: Number(from) };
    } finally {
      printer.kill();
      await once(printer, 'exit');
    }
  }

  it('finds a printer that listens to the multicast group', async () => {
    const { result, probe, address, from } = await search(19_000, '225.0.0.9', readReply('modern-276-5mpro'));
    expect(result.problems).toEqual([]);
    expect(result.printers).toEqual([expect.objectContaining({ address: PEER, serial: 'SNMOMC9900728' })]);
    expect(address).toBe(HERE.address);
    expect(probe).toBe(`c6124d01${from.toString(16).padStart(4, '0')}0000`);
  });

  it('finds a printer that listens to broadcasts', async () => {
    const { result, probe } = await search(48_899, '', readReply('legacy-140-adventurer4'));
    expect(result.problems).toEqual([]);
    expect(result.printers).toEqual([expect.objectContaining({ address: PEER, name: 'Adventurer4' })]);
    expect(probe).toBe(Buffer.concat([Buffer.from('www.usr.cn'), Buffer.alloc(10)]).toString('hex'));
  });
});
