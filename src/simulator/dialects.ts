// The TCP replies, byte for byte as in each model's captures: order of lines, missing lines, spaces, stray LF.

import type { TcpCommand } from './faults.ts';
import type { Counts, Identity, Position } from './model.ts';
import type { SimulatedModel } from './models.ts';
import type { Heat, Reading } from './reading.ts';

interface Dialect {
  readonly machineType: string;
  readonly volume: string;
  readonly toolCount: string;
  /** The label of the Mac line; undefined if the reply has none. */
  readonly macLabel?: string;
  readonly login: 'Control Success.' | 'Control Success V2.1.';
  readonly m119: (reading: Reading) => readonly string[];
  readonly m105: (tools: readonly Heat[], bed: Heat) => string;
  readonly m114: (position: Position) => string;
  readonly m650: string;
}

const integer = (value: number): string => String(Math.round(value));
const decimal = (value: number): string => value.toFixed(1);
// C's %g: 86.9984, 54.3, 140
const sixDigits = (value: number): string => String(Number(value.toPrecision(6)));

const COLD: Heat = { celsius: 0, target: 0 };

const plainPosition = (p: Position): string =>
  `X:${sixDigits(p.x)} Y:${sixDigits(p.y)} Z:${sixDigits(p.z)} A:${sixDigits(p.a)} B:${sixDigits(p.b)}`;

const word = (reading: Reading): readonly string[] => [
  `MachineStatus: ${reading.machineStatus}`,
  `MoveMode: ${reading.moveMode}`,
];

const fiveM: Omit<Dialect, 'machineType'> = {
  volume: 'X: 220 Y: 220 Z: 220',
  toolCount: 'Tool Count: 1',
  macLabel: 'Mac Address:',
  login: 'Control Success V2.1.',
  m119: (r) => [
    `Endstop: ${r.endstop}`,
    ...word(r),
    `Status: ${r.flags}`,
    `LED: ${Number(r.lightOn)}`,
    `CurrentFile: ${r.file}`,
  ],
  // A T1 of 0.0 although there is one tool: test/captures/adventurer5m-pro-v3.1.3-printing/M105.txt
  m105: ([t0 = COLD], bed) =>
    `T0:${decimal(t0.celsius)}/${decimal(t0.target)} T1:0.0/0.0 B:${decimal(bed.celsius)}/${decimal(bed.target)}`,
  m114: (p) => `X:${p.x.toFixed(3)} Y:${p.y.toFixed(3)} Z:${p.z.toFixed(3)} A:${p.a.toFixed(3)} B:${sixDigits(p.b)}`,
  m650: 'X: 1.0 Y: 0.5',
};

type TcpModel = Exclude<SimulatedModel, 'creator5' | 'creator5-pro'>;

const DIALECTS: Readonly<Record<TcpModel, Dialect>> = {
  finder: {
    machineType: 'Flashforge Finder',
    volume: 'X: 140  Y: 140  Z: 140',
    toolCount: 'Tool Count: 1',
    login: 'Control Success.',
    m119: (r) => [`Endstop: ${r.endstop}`, `Status: ${r.flags}`, ...word(r)],
    m105: ([t0 = COLD], bed) =>
      `T0:${integer(t0.celsius)} /${integer(t0.target)} B:${integer(bed.celsius)} /${integer(bed.target)}`,
    m114: plainPosition,
    m650: 'X: 0 Y: 0',
  },
  adventurer3: {
    machineType: 'FlashForge Adventurer III',
    volume: 'X: 150 Y: 150 Z: 150',
    toolCount: 'Tool Count: 1',
    macLabel: 'Mac Address: ',
    login: 'Control Success.',
    m119: (r) => [`Endstop: ${r.endstop}`, ...word(r), `Status: ${r.flags}`],
    m105: ([t0 = COLD], bed) =>
      `T0:${integer(t0.celsius)} /${integer(t0.target)} B:${integer(bed.celsius)}/${integer(bed.target)}`,
    m114: plainPosition,
    m650: 'X: 1.0 Y: 0.5',
  },
  adventurer4: {
    ...fiveM,
    machineType: 'Flashforge Adventurer 4',
    volume: 'X: 220 Y: 200 Z: 250',
    m105: ([t0 = COLD], bed) =>
      `T0:${integer(t0.celsius)}/${integer(t0.target)} B:${integer(bed.celsius)}/${integer(bed.target)}`,
    m114: plainPosition,
  },
  adventurer5m: { ...fiveM, machineType: 'Flashforge Adventurer 5M' },
  'adventurer5m-pro': { ...fiveM, machineType: 'Flashforge Adventurer 5M Pro' },
  // The machine type is made up: there is no capture of an AD5X's M115.
  ad5x: { ...fiveM, machineType: 'FlashForge AD5X' },
  creator4: {
    machineType: 'FlashForge Creator 4',
    volume: 'X: 400 Y: 350 Z: 500',
    toolCount: 'Tool Count:2',
    macLabel: 'Mac Address:',
    login: 'Control Success V2.1.',
    m119: (r) => [
      `Endstop: ${r.endstop}`,
      `Status: ${r.flags}`,
      ...word(r),
      `CurrentFile:${r.file}`,
      `LED:${Number(r.lightOn)}`,
    ],
    m105: ([t0 = COLD, t1 = COLD], bed) =>
      `T0:${integer(t0.celsius)}/${integer(t0.target)} T1:${integer(t1.celsius)}/${integer(t1.target)} ` +
      `B:${integer(bed.celsius)}/${integer(bed.target)}`,
    m114: (p) =>
      `X1:${sixDigits(p.x)} X2:${sixDigits(p.x2 ?? 0)} Y:${sixDigits(p.y)} Z:${sixDigits(p.z)} ` +
      `A:${sixDigits(p.a)} B:${sixDigits(p.b)}`,
    m650: 'X: 1.0 Y: 0.5',
  },
  dreamer: {
    machineType: 'Flashforge Dreamer',
    volume: 'X: 230 Y: 150 Z: 140',
    toolCount: 'Tool Count: 2',
    login: 'Control Success.',
    m119: (r) => [`Endstop: ${r.endstop}`, ...word(r)],
    m105: ([t0 = COLD, t1 = COLD], bed) =>
      `T0: ${integer(t0.celsius)}/${integer(t0.target)} T1: ${integer(t1.celsius)}/${integer(t1.target)} ` +
      `B:${integer(bed.celsius)}/${integer(bed.target)}`,
    m114: plainPosition,
    m650: 'X: 1.0 Y: 0.5',
  },
};

/** The answer to a login. */
export type Login = 'granted' | 'refused';

/**
 * The whole reply to one command.
 * @param command the word without `~` and arguments; an unknown one is acknowledged without data (docs/protocol.md#tcp-framing)
 */
export function tcpReply(
  model: SimulatedModel,
  command: string,
  identity: Identity,
  reading: Reading,
  login: Login = 'granted',
): string {
  if (model === 'creator5' || model === 'creator5-pro') throw new Error(`${model} has no TCP side`);
  return block(command, isTcpCommand(command) ? dataLines(DIALECTS[model], command, identity, reading, login) : []);
}

/** The reply to a read that requires control (test/captures/adventurer4-v2.0.9/M601-fail.txt). */
export function controlFailed(
  command: string,
  { bare = false, words = 'Control failed.' }: { readonly bare?: boolean; readonly words?: string } = {},
): string {
  return bare ? `${words}\r\nok\r\n` : block(command, [words]);
}

export function isTcpCommand(command: string): command is TcpCommand {
  return Object.hasOwn(KNOWN, command);
}

const KNOWN: Readonly<Record<TcpCommand, true>> = {
  M105: true,
  M114: true,
  M115: true,
  M119: true,
  M27: true,
  M601: true,
  M602: true,
  M650: true,
};

function block(command: string, lines: readonly string[]): string {
  return [`CMD ${command} Received.`, ...lines, 'ok', ''].join('\r\n');
}

function dataLines(
  dialect: Dialect,
  command: TcpCommand,
  identity: Identity,
  reading: Reading,
  login: Login,
): readonly string[] {
  switch (command) {
    case 'M105':
      return [dialect.m105(reading.tools, reading.bed)];
    case 'M114':
      return [dialect.m114(reading.position)];
    case 'M115':
      return [
        `Machine Type: ${dialect.machineType}`,
        `Machine Name: ${identity.name}`,
        `Firmware: ${identity.firmware}`,
        `SN: ${identity.serialNumber}`,
        dialect.volume,
        dialect.toolCount,
        ...(dialect.macLabel !== undefined ? [`${dialect.macLabel}${identity.mac}`] : []),
      ];
    case 'M119':
      return dialect.m119(reading);
    case 'M27':
      return progressLines(reading.counts);
    case 'M601':
      return [login === 'granted' ? dialect.login : 'Control failed.'];
    case 'M602':
      return ['Control Release.'];
    case 'M650':
      return [dialect.m650];
  }
}

function progressLines({ printed, total, layer, layers }: Counts): readonly string[] {
  const progress = `SD printing byte ${printed}/${total}`;
  return layer === undefined || layers === undefined ? [progress] : [progress, `Layer: ${layer}/${layers}`];
}
