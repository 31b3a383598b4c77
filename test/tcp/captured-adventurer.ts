// The Adventurers.

import type { Snapshot } from '../../src/printer/snapshot.ts';
import { axes, type Captured, endstops, heaters, LOGIN, progress, READS, status } from './captured.ts';

const CUBE150 = { buildVolumeMeters: axes({ x: 0.15, y: 0.15, z: 0.15 }) };
const A4_VOLUME = { buildVolumeMeters: axes({ x: 0.22, y: 0.2, z: 0.25 }) };
const CUBE220 = { buildVolumeMeters: axes({ x: 0.22, y: 0.22, z: 0.22 }) };

const A3_IDLE: Snapshot = {
  ...status('ready', 'READY', 'READY'),
  ...endstops({ x_max: true, y_max: false, z_max: false }),
  ...progress(0, 100),
};

const A4_IDLE: Snapshot = {
  ...status('ready', 'READY', 'READY'),
  ...endstops({ x_max: false, y_max: false, z_max: false }),
  lightOn: false,
  positionMeters: axes({ x: 0.0193861, y: 0.0543, z: 0.19444, a: 0, b: 0 }),
  identity: {
    model: 'Flashforge Adventurer 4',
    name: 'Adventurer4',
    firmware: 'v2.0.9',
    serial: 'SNADVA9501174',
    mac: '88:A9:A7:93:86:F8',
    ...A4_VOLUME,
  },
};
const A4_FILES = { M119: 'M119-idle.txt', M114: 'M114.txt', M115: 'M115.txt' } as const;
const A4_RAW = (temp: string, counts: string): string[] => [
  'endstop: X-max:0 Y-max:0 Z-max:0',
  'flags: S:1 L:0 J:0 F:0',
  temp,
  counts,
  'position: x=19.3861 y=54.3 z=194.44 a=0 b=0',
  'volume: 220 Y: 200 Z: 250',
  'tools: 1',
];

export const ADVENTURERS: readonly Captured[] = [
  {
    title: 'Adventurer 3 v1.1.7, idle',
    folder: 'adventurer3-v1.1.7-idle',
    files: { ...READS, ...LOGIN },
    login: 'always',
    snapshot: {
      ...A3_IDLE,
      ...heaters({ tool0: [22, 0], bed: [11, 0] }),
      positionMeters: axes({ x: 0, y: 0, z: 0, a: 0, b: 0 }),
      identity: {
        model: 'FlashForge Adventurer III',
        name: 'My 3D Printer',
        firmware: 'v1.1.7',
        serial: 'XXXXXXXXXXXX',
        mac: '88:A9:A7:XX:XX:XX',
        ...CUBE150,
      },
    },
    raw: [
      'endstop: X-max:1 Y-max:0 Z-max:0',
      'flags: S:1 L:0 J:0 F:0',
      'temp: tool0=22/0 bed=11/0',
      'progress: 0/100',
      'position: x=0 y=0 z=0 a=0 b=0',
      'volume: 150 Y: 150 Z: 150',
      'tools: 1',
    ],
  },
  {
    title: 'Adventurer 3 v2.2.1, idle, stray LF after the Mac address',
    folder: 'adventurer3-v2.2.1-idle-crlf',
    files: { ...READS, ...LOGIN },
    login: 'always',
    snapshot: {
      ...A3_IDLE,
      ...heaters({ tool0: [27, 0], bed: [20, 0] }),
      positionMeters: axes({ x: 0.0799981, y: 0.0500002, z: 0.0779001, a: 0, b: 0 }),
      identity: {
        model: 'FlashForge Adventurer III',
        name: '******',
        firmware: 'v2.2.1',
        serial: 'SN**********',
        mac: '**:**:**:**:**:**',
        ...CUBE150,
      },
    },
    raw: [
      'endstop: X-max:1 Y-max:0 Z-max:0',
      'flags: S:1 L:0 J:0 F:0',
      'temp: tool0=27/0 bed=20/0',
      'progress: 0/100',
      'position: x=79.9981 y=50.0002 z=77.9001 a=0 b=0',
      'volume: 150 Y: 150 Z: 150',
      'tools: 1',
    ],
  },
  {
    title: 'Adventurer 3X, 72 of 100',
    folder: 'adventurer3-misc-printing',
    files: { M105: 'M105-3x-bed-part-invented.txt', M27: 'M27-72of100.txt' },
    snapshot: { ...heaters({ tool0: [221, 220], bed: [50, 50] }), ...progress(0.72, 100) },
    raw: ['temp: tool0=221/220 bed=50/50', 'progress: 72/100'],
  },
  {
    title: 'Adventurer 3, heating, 2 of 100',
    folder: 'adventurer3-misc-printing',
    files: { M105: 'M105-adventurerclient.txt', M27: 'M27-2of100.txt' },
    snapshot: { ...heaters({ tool0: [25, 250], bed: [17, 150] }), ...progress(0.02, 100) },
    raw: ['temp: tool0=25/250 bed=17/150', 'progress: 2/100'],
  },
  {
    title: 'Adventurer 3C, only the login',
    folder: 'adventurer3c-2026-m601',
    files: { M601: 'M601.txt' },
    login: 'always',
    snapshot: {},
    raw: [],
    failure: 'protocol',
  },
  {
    title: 'Adventurer 4, idle, login refused',
    folder: 'adventurer4-v2.0.9',
    files: { ...A4_FILES, M105: 'M105-idle.txt', M27: 'M27-idle.txt', M601: 'M601-fail.txt' },
    login: 'always',
    snapshot: { ...A4_IDLE, ...heaters({ tool0: [22, 0], bed: [14, 0] }), ...progress(0, 100) },
    raw: A4_RAW('temp: tool0=22/0 bed=14/0', 'progress: 0/100'),
  },
  {
    title: 'Adventurer 4, temperatures and layers of a print',
    folder: 'adventurer4-v2.0.9',
    files: { ...A4_FILES, M105: 'M105-printing.txt', M27: 'M27-printing.txt', M601: 'M601.txt' },
    login: 'always',
    snapshot: {
      ...A4_IDLE,
      ...heaters({ tool0: [198, 210], bed: [48, 64] }),
      ...progress(0.11, 100),
      layer: 44,
      layers: 419,
    },
    raw: A4_RAW('temp: tool0=198/210 bed=48/64', 'progress: 11/100'),
  },
  {
    title: 'Adventurer 5M Pro v2.4.5, completed with MoveMode PAUSED',
    folder: 'adventurer5m-pro-v2.4.5-completed',
    files: { ...READS, M119: 'M119-completed.txt' },
    snapshot: {
      ...status('completed', 'BUILDING_COMPLETED', 'PAUSED'),
      lightOn: true,
      file: 'Portable Cable Winder - Large.gx',
      ...heaters({ tool0: [239.9, 240], bed: [69.9, 70] }),
      positionMeters: axes({ x: 0.0369, y: 0.00776, z: 0.033, a: 0.486511, b: 0 }),
      ...progress(0.98, 100),
      layer: 163,
      layers: 166,
      identity: {
        model: 'Adventurer 5M Pro',
        name: 'Adventurer 5M Pro',
        firmware: 'v2.4.5',
        serial: '12345',
        mac: '00:00:00:00:00:00',
        ...CUBE220,
      },
    },
    raw: [
      'endstop: X-max: 110 Y-max: 110 Z-min: 0',
      'flags: S:1 L:0 J:0 F:0',
      'temp: tool0=239.9/240.0 tool1=0.0/0.0 bed=69.9/70.0',
      'progress: 98/100',
      'position: x=36.900 y=7.760 z=33.000 a=486.511 b=0',
      'volume: 220 Y: 220 Z: 220',
      'tools: 1',
    ],
  },
  {
    title: 'Adventurer 5M Pro v3.1.3, printing',
    folder: 'adventurer5m-pro-v3.1.3-printing',
    files: { ...READS, ...LOGIN },
    login: 'always',
    snapshot: {
      ...status('printing', 'BUILDING_FROM_SD', 'MOVING'),
      lightOn: true,
      file: '3x2 Rugged Drawer Outer x2.3mf',
      ...heaters({ tool0: [220.3, 220], bed: [50, 50] }),
      positionMeters: axes({ x: -0.008262, y: -0.03398, z: 0.028772, a: 18.631348, b: 0 }),
      ...progress(0.18, 100),
      layer: 117,
      layers: 523,
      identity: {
        model: 'Adventurer 5M Pro',
        name: 'Adventurer 5M Pro',
        firmware: 'v3.1.3',
        serial: 'omitted',
        mac: '88:A9:A7:97:B2:BF',
        ...CUBE220,
      },
    },
    raw: [
      'endstop: X-max: 110 Y-max: 110 Z-min: 0',
      'flags: S:1 L:0 J:0 F:0',
      'temp: tool0=220.3/220.0 tool1=0.0/0.0 bed=50.0/50.0',
      'progress: 18/100',
      'position: x=-8.262 y=-33.980 z=28.772 a=18631.348 b=0',
      'volume: 220 Y: 220 Z: 220',
      'tools: 1',
    ],
  },
  {
    title: 'Adventurer 5M Pro v3.1.5, idle temperatures',
    folder: 'adventurer5m-pro-v3.1.5-idle',
    files: { M105: 'M105.txt' },
    snapshot: heaters({ tool0: [17.9, 0], bed: [18.5, 0] }),
    raw: ['temp: tool0=17.9/0.0 tool1=0.0/0.0 bed=18.5/0.0'],
  },
];
