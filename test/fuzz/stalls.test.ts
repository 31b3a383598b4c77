// Replies over real sockets that are split anywhere, stalled, cut short, or mixed with other clients' replies. A reading equals
// that of the complete replies or lacks parts; it never has a different value.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import { READ_COMMANDS, type ReadCommand } from '../../src/tcp/commands.ts';
import { NO_HABITS, type TcpHabits } from '../../src/tcp/habits.ts';
import { readTcp } from '../../src/tcp/read.ts';
import type { TcpReading } from '../../src/tcp/replies.ts';
import { snapshotFromTcp } from '../../src/tcp/snapshot.ts';
import { DEFAULT_LIMITS, type SessionLimits, type TcpTarget } from '../../src/tcp/target.ts';
import { fuzzing } from '../support/fuzz.ts';
import { reply } from '../support/scripted-printer.ts';
import { whole } from '../tcp/reading.ts';

// As short as a loaded machine allows, in the proportions of the real limits.
const LIMITS: SessionLimits = { ...DEFAULT_LIMITS, commandMs: 120, silenceMs: 15, okTailMs: 5 };
const NOW = 1_700_000_000_000;
const AT_A_TIME = 25;

type Replies = Readonly<Record<ReadCommand, string>>;

const PRINTERS: readonly Replies[] = [
  {
    M119: reply(
      'M119',
      'Endstop: X-max:0 Y-max:0 Z-max:1',
      'MachineStatus: BUILDING_FROM_SD',
      'MoveMode: PAUSED',
      'Status: S:1 L:0 J:0 F:0',
      'LED: 1',
      'CurrentFile: ok a CMD M27 Received.gx',
    ),
    M105: reply('M105', 'T0:210.5/220.0 T1:0.0/0.0 B:60.1/60.0'),
    M27: reply('M27', 'SD printing byte 42/100', 'Layer: 12/300'),
    M114: reply('M114', 'X:10.5 Y:-20.25 Z:3.75 A:0 B:0'),
    M115: reply(
      'M115',
      'Machine Type: Flashforge Adventurer 4',
      'Machine Name: My Printer',
      'Firmware: v2.0.9',
      'SN: SNADVA9500001',
      'X: 220 Y: 200 Z: 250',
      'Tool Count: 1',
      'Mac Address: 88:A9:A7:00:00:01\n ',
    ),
  },
  // A different order of lines, and temperatures on two lines.
  {
    M119: reply(
      'M119',
      'Endstop: X-max: 1 Y-max: 0 Z-max: 1',
      'Status: S:0 L:0 J:0 F:1',
      'MachineStatus: BUILDING_COMPLETED',
      'MoveMode: MOVING',
      'CurrentFile:Würfel 1.gx',
      'LED:0',
    ),
    M105: reply('M105', 'T0: 25/220', 'T1: 26/221 B:11/0'),
    M27: reply('M27', 'Layer: 1/2', 'SD printing byte 4276/5000'),
    M114: reply('M114', 'X1:1 X2:2 Y:70.5016', 'Z:140'),
    M115: reply('M115', 'SN: 6A000001', 'Firmware: V1.5', 'Machine Type: Flashforge Finder', 'Machine Name:  A'),
  },
];

interface Cut {
  /** The position, from 0 to 1 of the reply. */
  readonly at: number;
  readonly stallMs: number;
}

/** How one reply is distorted. */
interface Distortion {
  readonly cuts: readonly Cut[];
  /** Replies to other clients, each before a line of the reply. */
  readonly foreign: readonly { readonly line: number; readonly block: number }[];
  /** How much of the reply is sent, from 0 to 1. */
  readonly length: number;
}

interface Scenario {
  readonly printer: number;
  /** One per reply of two reads, repeated if there are more replies. */
  readonly distortions: readonly Distortion[];
}

const part = fc.double({ min: 0, max: 1, noNaN: true });
const distortion: fc.Arbitrary<Distortion> = fc.record({
  cuts: fc.array(fc.record({ at: part, stallMs: fc.constantFrom(0, 0, 0, 1, 8, 20, 60) }), { maxLength: 3 }),
  foreign: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.record({ line: fc.nat(8), block: fc.nat(6) }), { maxLength: 2 }) },
  ),
  length: fc.oneof({ weight: 12, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: part }),
});
const scenario: fc.Arbitrary<Scenario> = fc.record({
  printer: fc.nat(PRINTERS.length - 1),
  distortions: fc.array(distortion, { minLength: 1, maxLength: 10 }),
});

/** What other clients receive: replies to other commands, upload acknowledgements, and a refusal. */
function foreignBlocks(replies: Replies, command: string): string[] {
  const others = READ_COMMANDS.filter((other) => other !== command).map((other) => replies[other]);
  return [...others, 'N0001 ok.\r\n', reply('M601', 'Control failed.'), 'CMD M661 Received.\r\nok\r\n::'];
}

function bytesFor(replies: Replies, command: ReadCommand, { foreign, length }: Distortion): Buffer {
  const lines = replies[command].split(/(?<=\n)/);
  const blocks = foreignBlocks(replies, command);
  const whole = lines.map((line, index) => {
    const before = foreign
      .filter((one) => one.line % lines.length === index)
      .map(({ block }) => blocks[block % blocks.length]);
    return before.join('') + line;
  });
  const bytes = Buffer.from(whole.join(''));
  return bytes.subarray(0, Math.ceil(length * bytes.length));
}

async function send(socket: Socket, bytes: Buffer, cuts: readonly Cut[]): Promise<void> {
  const sorted = cuts.toSorted((a, b) => a.at - b.at);
  let sent = 0;
  for (const { at, stallMs } of sorted) {
    const end = Math.floor(at * bytes.length);
    if (end > sent) socket.write(bytes.subarray(sent, end));
    sent = Math.max(sent, end);
    await delay(stallMs);
    if (!socket.writable) return;
  }
  socket.write(bytes.subarray(sent));
}

/** A printer that distorts its replies as the current scenario says, one after the other. */
class DistortingPrinter {
  readonly #server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  readonly received: string[] = [];
  scenario: Scenario | undefined;
  #count = 0;

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get target(): TcpTarget {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { host: '127.0.0.1', port: address.port };
  }

  play(scenario: Scenario | undefined): void {
    this.scenario = scenario;
    this.#count = 0;
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    let rest = '';
    let sending = Promise.resolve();
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.received.push(line);
        sending = sending.then(() => this.#reply(socket, line.slice(1)));
      }
    });
  }

  async #reply(socket: Socket, line: string): Promise<void> {
    const command = READ_COMMANDS.find((one) => one === line);
    const { printer = 0, distortions = [] } = this.scenario ?? {};
    const replies = PRINTERS[printer];
    if (command === undefined || replies === undefined) return;
    const next = distortions[this.#count++ % distortions.length] ?? { cuts: [], foreign: [], length: 1 };
    await send(socket, bytesFor(replies, command, next), next.cuts);
  }
}

const printers = Array.from({ length: AT_A_TIME }, () => new DistortingPrinter());

beforeAll(async () => {
  for (const printer of printers) await printer.open();
});
afterAll(() => {
  for (const printer of printers) printer.close();
});

function read({ target }: DistortingPrinter, habits: TcpHabits, limits: SessionLimits): Promise<TcpReading> {
  const options = { login: 'never', identity: true, habits, nowMs: NOW, limits } as const;
  return whole(readTcp(target, options, new AbortController().signal));
}

/** Every value of a snapshot by its path, including nested maps and objects. */
function valuesIn(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return new Map(entries.flatMap(([key, inner]) => [...valuesIn(inner, `${path}.${key}`)]));
}

function expectNoOtherValue(snapshot: Snapshot, whole: Snapshot): void {
  const expected = valuesIn(whole);
  const { isFileUnknown, ...rest } = snapshot;
  for (const [path, value] of valuesIn(rest)) {
    if (value !== undefined) expect([path, value]).toEqual([path, expected.get(path)]);
  }
  // An info series is complete or missing: a label must not be empty if the printer reports a value.
  if (snapshot.identity) expect(snapshot.identity).toEqual(whole.identity);
  if (snapshot.state !== undefined && !isFileUnknown) expect(snapshot.file).toBe(whole.file);
}

it('a reading equals that of the complete replies or lacks parts', async () => {
  const patient = { ...DEFAULT_LIMITS, commandMs: 60_000 };
  const wholes: Snapshot[] = [];
  const [first] = printers;
  if (!first) throw new Error('no printer');
  for (const printer of PRINTERS.keys()) {
    first.play({ printer, distortions: [] });
    wholes.push(snapshotFromTcp((await read(first, NO_HABITS, patient)).replies));
  }
  expect(wholes.map(({ state }) => state)).toEqual(['paused', 'completed']);

  let complete = 0;
  let partial = 0;
  const check = async (one: Scenario, index: number): Promise<void> => {
    const printer = printers[index];
    const whole = wholes[one.printer];
    if (!printer || !whole) throw new Error('no printer');
    printer.play(one);
    let habits = NO_HABITS;
    for (let count = 0; count < 2; count++) {
      const reading = await read(printer, habits, LIMITS);
      habits = reading.habits;
      expectNoOtherValue(snapshotFromTcp(reading.replies), whole);
      if (Object.keys(reading.replies).length === READ_COMMANDS.length) complete += 1;
      else partial += 1;
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(scenario, { minLength: AT_A_TIME, maxLength: AT_A_TIME }), async (scenarios) => {
      await Promise.all(scenarios.map(check));
    }),
    { ...fuzzing(1 / AT_A_TIME / (process.env['FUZZ_RUNS'] === undefined ? 20 : 1)), endOnFailure: true },
  );
  // Make sure that both kinds of readings occurred.
  expect(complete).toBeGreaterThan(20);
  expect(partial).toBeGreaterThan(20);
  const received = new Set(printers.flatMap((printer) => printer.received));
  expect(received).toEqual(new Set(READ_COMMANDS.map((command) => `~${command}`)));
});
