// Finder, Dreamer, Creators and their relatives.

import type { Snapshot } from '../../src/printer/snapshot.ts';
import { axes, type Captured, endstops, heaters, LOGIN, progress, READS, status } from './captured.ts';

const FINDER: Snapshot = {
  ...status('ready', 'READY', 'READY'),
  ...endstops({ x_max: true, y_max: false, z_max: true }),
  ...heaters({ tool0: [24, 0] }),
  positionMeters: axes({ x: 0.0869984, y: 0.0705016, z: 0.14, a: 0, b: 0 }),
  ...progress(1, 5_525_652),
  printBytes: 5_525_653,
  printSizeBytes: 5_525_652,
  identity: {
    model: 'Flashforge Finder',
    name: 'My Finder',
    firmware: 'V1.5 20160804',
    serial: '62B08883',
    buildVolumeMeters: axes({ x: 0.14, y: 0.14, z: 0.14 }),
  },
};

const FINDER_RAW = [
  'endstop: X-max: 1 Y-max: 0 Z-max: 1',
  'flags: S:1 L:0 J:0 F:1',
  'temp: tool0=24/0 bed=0/0',
  'progress: 5525653/5525652',
  'position: x=86.9984 y=70.5016 z=140 a=0 b=0',
  'volume: 140  Y: 140  Z: 140',
  'tools: 1',
];

const CREATOR4: Snapshot = {
  ...status('ready', 'READY', 'READY'),
  lightOn: true,
  ...heaters({ tool0: [21, 0], tool1: [20, 0], bed: [20, 0] }),
  positionMeters: axes({ x1: -0.23, x2: 0.23, y: 0.175, z: 0, a: 0.005, b: 0 }),
  ...progress(0, 1000),
  identity: {
    model: 'FlashForge Creator 4',
    name: 'Creator4S',
    firmware: 'V1.0.0',
    serial: 'SNMOIC9400003',
    mac: '94:A4:08:B4:72:BE',
    buildVolumeMeters: axes({ x: 0.4, y: 0.35, z: 0.5 }),
  },
};

const DREAMER: Snapshot = {
  ...status('ready', 'READY', 'READY'),
  ...endstops({ x_max: false, y_max: false, z_min: true }),
  positionMeters: axes({ x: 0.01, y: 0.01, z: 0.01, a: 0.005, b: 0 }),
  identity: {
    model: 'Flashforge Dreamer',
    name: 'My Dreamer',
    firmware: 'V1.40 20140520',
    serial: '2324-1341-3453',
    buildVolumeMeters: axes({ x: 0.23, y: 0.15, z: 0.14 }),
  },
};

const DREAMER_RAW = (temp: string): string[] => [
  'endstop: X-max: 0 Y-max: 0 Z-min: 1',
  temp,
  'position: x=10 y=10 z=10 a=5 b=0',
  'volume: 230 Y: 150 Z: 140',
  'tools: 2',
];

const DREAMER_FILES = { M119: 'M119.txt', M114: 'M114.txt', M115: 'M115.txt' } as const;

export const OLD: readonly Captured[] = [
  {
    title: 'Finder, idle, one byte past the end, no bed',
    folder: 'finder1-v1.5-20160804-idle',
    files: { ...READS, ...LOGIN },
    snapshot: FINDER,
    raw: FINDER_RAW,
  },
  {
    title: 'Finder with login',
    folder: 'finder1-v1.5-20160804-idle',
    files: { ...READS, ...LOGIN },
    login: 'always',
    snapshot: FINDER,
    raw: FINDER_RAW,
  },
  {
    title: 'Finder 2, login refused',
    folder: 'finder2-usb-octoprint29-45',
    files: { M114: 'M114.txt', M601: 'M601-fail.txt' },
    login: 'always',
    snapshot: { positionMeters: axes({ x: 0.0859998, y: 0.0700023, z: 0.113348, a: 0, b: 0 }) },
    raw: ['position: x=85.9998 y=70.0023 z=113.348 a=0 b=0'],
    failure: 'protocol',
  },
  {
    title: 'a Finder over USB, printing with MoveMode READY',
    folder: 'finder-usb-octoprint55-printing',
    files: { M119: 'M119.txt', M27: 'M27.txt' },
    snapshot: {
      ...status('printing', 'BUILDING_FROM_SD', 'READY'),
      ...endstops({ x_max: false, y_max: false, z_max: false }),
      ...progress(0, 1000),
    },
    raw: ['endstop: X-max:0 Y-max:0 Z-max:0', 'flags: S:1 L:0 J:0 F:0', 'progress: 0/1000'],
  },
  {
    title: 'Creator 4, idle, build sizes as endstops, X1 and X2',
    folder: 'creator4-v1.0.0-idle',
    files: { ...READS, ...LOGIN },
    login: 'always',
    snapshot: CREATOR4,
    raw: [
      'endstop: X-max: 400 Y-max: 350 Z-min: 0',
      'flags: S:1 L:0 J:0 F:0',
      'temp: tool0=21/0 tool1=20/0 bed=20/0',
      'progress: 0/1000',
      'position: x1=-230 x2=230 y=175 z=0 a=5 b=0',
      'volume: 400 Y: 350 Z: 500',
      'tools: 2',
    ],
  },
  {
    title: 'Dreamer, dual',
    folder: 'dreamer-v1.40-official-doc',
    files: { ...DREAMER_FILES, M105: 'M105-dual.txt' },
    snapshot: { ...DREAMER, ...heaters({ tool0: [25, 220], tool1: [25, 220], bed: [25, 100] }) },
    raw: DREAMER_RAW('temp: tool0=25/220 tool1=25/220 bed=25/100'),
  },
  {
    title: 'Dreamer, single',
    folder: 'dreamer-v1.40-official-doc',
    files: { ...DREAMER_FILES, M105: 'M105-single.txt' },
    snapshot: { ...DREAMER, ...heaters({ tool0: [25, 220], bed: [25, 100] }) },
    raw: DREAMER_RAW('temp: tool0=25/220 bed=25/100'),
  },
  {
    title: 'Dremel, whose M119 has keys of its own',
    folder: 'dremel-3d40-3d45-usb',
    files: { M119: 'M119.txt' },
    snapshot: status('unknown', 'ready'),
    raw: [],
  },
  {
    title: 'Ultra V2, dual',
    folder: 'ultra-v2-usb-dual-idle',
    files: { M119: 'M119.txt', M105: 'M105.txt' },
    snapshot: {
      ...status('ready', 'READY', 'READY'),
      ...endstops({ x_max: false, y_max: false, z_min: false }),
      ...heaters({ tool0: [22, 0], tool1: [21, 0], bed: [12, 0] }),
    },
    raw: ['endstop: X-max: 0 Y-max: 0 Z-min: 0', 'temp: tool0=22/0 tool1=21/0 bed=12/0'],
  },
  {
    title: 'PowerSpec Ultra, only what it is',
    folder: 'powerspec-ultra-v2.4',
    files: { M115: 'M115.txt' },
    snapshot: { identity: { model: 'PowerSpec Ultra 3DPrinter', name: 'PS3D-Ultra', firmware: 'V2.4 20160407' } },
    raw: [],
    failure: 'protocol',
  },
  {
    title: 'Creator 3, format descriptions, in which there is no value',
    folder: 'creator3-doc-format',
    files: { M105: 'M105-format.txt', M114: 'M114-format.txt' },
    snapshot: {},
    raw: [],
    failure: 'protocol',
  },
];
