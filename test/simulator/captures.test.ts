// A simulated printer in the captured state says the captured bytes, over a real socket.

import { afterEach, expect, it } from 'vitest';
import {
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  startSimulatedPrinter,
} from '../../src/simulator/printer.ts';
import { capture, openWire } from './wire.ts';

let printer: SimulatedPrinter | undefined;
afterEach(() => printer?.close());

interface Case {
  readonly options: SimulatedPrinterOptions;
  readonly folder: string;
  /** Command to file; the official Dreamer document leaves the CMD line out. */
  readonly files: Readonly<Record<string, string>>;
}

const READS = { M115: 'M115.txt', M119: 'M119.txt', M105: 'M105.txt', M27: 'M27.txt', M114: 'M114.txt' };
const LOGIN = { M601: 'M601.txt', M602: 'M602.txt' };
const heat = (celsius: number, target = 0) => ({ celsius, target });

const CASES: readonly Case[] = [
  {
    options: { model: 'finder' },
    folder: 'finder1-v1.5-20160804-idle',
    files: { ...READS, ...LOGIN, M650: 'M650.txt' },
  },
  {
    options: {
      model: 'adventurer3',
      name: '******',
      serialNumber: 'SN**********',
      identity: { mac: '**:**:**:**:**:**\n' },
    },
    folder: 'adventurer3-v2.2.1-idle-crlf',
    files: { ...READS, ...LOGIN },
  },
  {
    options: {
      model: 'adventurer3',
      name: 'My 3D Printer',
      serialNumber: 'XXXXXXXXXXXX',
      identity: { mac: '88:A9:A7:XX:XX:XX', firmware: 'v1.1.7' },
      override: { tools: [heat(22)], bed: heat(11), position: { x: 0, y: 0, z: 0, a: 0, b: 0 } },
    },
    folder: 'adventurer3-v1.1.7-idle',
    files: { ...READS, ...LOGIN, M650: 'M650.txt', M26: 'M26.txt' },
  },
  {
    options: { model: 'adventurer4' },
    folder: 'adventurer4-v2.0.9',
    files: { M115: 'M115.txt', M119: 'M119-idle.txt', M105: 'M105-idle.txt', M27: 'M27-idle.txt', M114: 'M114.txt' },
  },
  {
    options: {
      model: 'adventurer4',
      override: {
        tools: [heat(198, 210)],
        bed: heat(48, 64),
        counts: { printed: 11, total: 100, layer: 44, layers: 419 },
      },
    },
    folder: 'adventurer4-v2.0.9',
    files: { M105: 'M105-printing.txt', M27: 'M27-printing.txt', M601: 'M601.txt' },
  },
  {
    options: { model: 'adventurer4', fault: { kind: 'control-refused', login: 'refused' } },
    folder: 'adventurer4-v2.0.9',
    files: { M601: 'M601-fail.txt' },
  },
  {
    options: {
      model: 'adventurer5m-pro',
      serialNumber: 'omitted',
      override: {
        machineStatus: 'BUILDING_FROM_SD',
        moveMode: 'MOVING',
        file: '3x2 Rugged Drawer Outer x2.3mf',
        tools: [heat(220.3, 220)],
        bed: heat(50, 50),
        counts: { printed: 18, total: 100, layer: 117, layers: 523 },
        position: { x: -8.262, y: -33.98, z: 28.772, a: 18631.348, b: 0 },
      },
    },
    folder: 'adventurer5m-pro-v3.1.3-printing',
    files: { ...READS, ...LOGIN },
  },
  {
    options: { model: 'adventurer5m-pro' },
    folder: 'adventurer5m-pro-v3.1.5-idle',
    files: { M105: 'M105.txt' },
  },
  {
    options: {
      model: 'adventurer5m-pro',
      serialNumber: '12345',
      identity: { firmware: 'v2.4.5', mac: '00:00:00:00:00:00' },
      // Heat, progress and position were read just before the end, the status just after it.
      job: { file: 'Portable Cable Winder - Large.gx', headStartMs: 1e9 },
      override: {
        tools: [heat(239.9, 240)],
        bed: heat(69.9, 70),
        counts: { printed: 98, total: 100, layer: 163, layers: 166 },
        position: { x: 36.9, y: 7.76, z: 33, a: 486.511, b: 0 },
      },
    },
    folder: 'adventurer5m-pro-v2.4.5-completed',
    files: { ...READS, M119: 'M119-completed.txt' },
  },
  {
    options: { model: 'creator4' },
    folder: 'creator4-v1.0.0-idle',
    files: { ...READS, ...LOGIN },
  },
  {
    options: { model: 'dreamer', override: { tools: [heat(25, 220), heat(25, 220)], bed: heat(25, 100) } },
    folder: 'dreamer-v1.40-official-doc',
    files: { M115: 'M115.txt', M119: 'M119.txt', M105: 'M105-dual.txt', M114: 'M114.txt' },
  },
];

it.each(CASES)('$options.model answers as in $folder', async ({ options, folder, files }) => {
  printer = await startSimulatedPrinter(options);
  const wire = await openWire(printer.tcpPort);
  for (const [command, file] of Object.entries(files)) {
    const bytes = capture(`${folder}/${file}`);
    const expected = bytes.startsWith('CMD ') ? bytes : `CMD ${command} Received.\r\n${bytes}`;
    expect(await wire.ask(command), command).toBe(expected);
  }
  wire.destroy();
});

it('takes the requests of a FlashPrint session and says the same', async () => {
  printer = await startSimulatedPrinter({ model: 'finder' });
  const session = capture('finder1-v1.5-20160804-idle/session.raw.txt');
  const turns = [...session.matchAll(/^~(.*)\r\n([^~]*)/gmu)];
  expect(turns.length).toBeGreaterThan(15);
  const wire = await openWire(printer.tcpPort);
  for (const [, command = '', reply] of turns) expect(await wire.ask(command)).toBe(reply);
  wire.destroy();
});
