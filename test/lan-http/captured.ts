// The captured /detail bodies, and what each says.

import { readFileSync } from 'node:fs';
import type { Snapshot } from '../../src/printer/snapshot.ts';

export function readCapture(path: string): string {
  return readFileSync(new URL(`../captures/${path}`, import.meta.url), 'utf8');
}

const http = 'http' as const;

const CREATOR_5_PRO_IDLE: Snapshot = {
  identity: {
    model: 'Creator 5 Pro',
    name: 'Creator 5 Pro',
    firmware: '1.9.9',
    mac: '<redacted>',
    buildVolumeMeters: new Map(Object.entries({ x: 0.256, y: 0.256, z: 0.256 })),
  },
  state: 'ready',
  stateProtocol: http,
  statusWords: [{ protocol: http, status: 'ready' }],
  heaters: new Map([
    ['tool0', { celsius: 28, targetCelsius: 0 }],
    ['tool1', { celsius: 29, targetCelsius: 0 }],
    ['tool2', { celsius: 29, targetCelsius: 0 }],
    ['tool3', { celsius: 29, targetCelsius: 0 }],
    ['bed', { celsius: 27, targetCelsius: 0 }],
    ['chamber', { celsius: 27, targetCelsius: 0 }],
  ]),
  progress: { ratio: 0, protocol: http },
  layer: 0,
  layers: 0,
  elapsedSeconds: 0,
  speedRatio: 0,
  zOffsetMeters: 0,
  fanRatios: new Map([
    ['cooling', 0],
    ['chamber', 0],
  ]),
  lightOn: false,
  doorOpen: false,
  filtration: new Map([
    ['internal', false],
    ['external', false],
  ]),
  nozzles: new Map([
    ['tool0', '0.4mm'],
    ['tool1', '0.4mm'],
    ['tool2', '0.4mm'],
    ['tool3', '0.4mm'],
  ]),
  materialSlots: [
    { slot: '1', loaded: false, active: false },
    { slot: '2', loaded: true, active: false, material: 'ABS', color: '#8C8C89' },
    { slot: '3', loaded: false, active: false },
    { slot: '4', loaded: false, active: false },
  ],
  materialStation: { action: 'idle', step: 'none' },
  errorCode: '',
  diskFreeBytes: 4.91e9,
  lifetimePrintSeconds: 1314 * 60,
  lifetimeFilamentMeters: 49.77,
};

const { mac: _mac, ...CREATOR_5_PRO_IDENTITY } = CREATOR_5_PRO_IDLE.identity ?? {};
const {
  progress: _progress,
  layer: _layer,
  layers: _layers,
  elapsedSeconds: _elapsed,
  speedRatio: _speed,
  zOffsetMeters: _offset,
  fanRatios: _fans,
  ...CREATOR_5_PRO_WITHOUT_JOB
} = CREATOR_5_PRO_IDLE;

const CREATOR_5_PRO_DOWNLOADING: Snapshot = {
  ...CREATOR_5_PRO_WITHOUT_JOB,
  identity: CREATOR_5_PRO_IDENTITY,
  state: 'busy',
  statusWords: [{ protocol: http, status: 'downloading' }],
  lightOn: true,
  materialSlots: [
    { slot: '1', loaded: true, active: false, material: 'PLA', color: '#FFFFFF' },
    { slot: '2', loaded: true, active: false, material: 'PLA', color: '#0A0A0A' },
    { slot: '3', loaded: true, active: false, material: 'PLA', color: '#D02020' },
    { slot: '4', loaded: false, active: false },
  ],
  materialStation: { action: 'busy', step: 'none' },
};

const CREATOR_5_FIXTURE: Snapshot = {
  identity: { model: 'Creator 5', name: 'Creator 5', firmware: '1.0.5', mac: 'AA:BB:CC:00:00:01' },
  state: 'ready',
  stateProtocol: http,
  statusWords: [{ protocol: http, status: 'ready' }],
  heaters: new Map([
    ['tool0', { celsius: 200, targetCelsius: 210 }],
    ['tool1', { celsius: 200, targetCelsius: 210 }],
    ['tool2', { celsius: 200, targetCelsius: 210 }],
    ['tool3', { celsius: 200, targetCelsius: 210 }],
    ['bed', { celsius: 60, targetCelsius: 70 }],
    ['chamber', { celsius: 45, targetCelsius: 50 }],
  ]),
  progress: { ratio: 0, protocol: http },
  lightOn: true,
  lifetimePrintSeconds: 48_000,
  lifetimeFilamentMeters: 99,
};

/** Capture to what it says; the serial is not in it. */
export const CAPTURED: Readonly<Record<string, Snapshot>> = {
  'http-5m-pro-fw2.7.2-printing/detail.json': {
    identity: {
      model: 'Adventurer 5M Pro',
      name: 'Adventurer 5M Pro',
      firmware: '2.7.2',
      mac: 'REDACTED',
      buildVolumeMeters: new Map(Object.entries({ x: 0.22, y: 0.22, z: 0.22 })),
    },
    state: 'printing',
    stateProtocol: http,
    statusWords: [{ protocol: http, status: 'printing' }],
    heaters: new Map([
      ['tool0', { celsius: 220.149993896484, targetCelsius: 220 }],
      ['bed', { celsius: 49.9799995422363, targetCelsius: 50 }],
    ]),
    progress: { ratio: 0.256462097167969, protocol: http },
    layer: 75,
    layers: 552,
    elapsedSeconds: 1160,
    remainingSeconds: 3664.89832305908,
    file: 'Lego Flower Stem Straight.3mf',
    speedRatio: 1,
    zOffsetMeters: 0,
    fanRatios: new Map([
      ['cooling', 1],
      ['chamber', 1],
    ]),
    filamentEstimates: new Map([['tool0', { meters: 3.1373896484375, grams: 28.1100006103516 }]]),
    lightOn: true,
    doorOpen: false,
    filtration: new Map([
      ['internal', false],
      ['external', true],
    ]),
    tvocIndex: 23,
    filaments: new Map([['tool0', 'PLA']]),
    nozzles: new Map([['tool0', '0.4mm']]),
    errorCode: '',
    diskFreeBytes: 5292289733.88672,
    lifetimePrintSeconds: 528_600,
    lifetimeFilamentMeters: 1582.89501953125,
  },

  'http-creator5pro-fw1.9.9-idle/detail.json': CREATOR_5_PRO_IDLE,
  'http-creator5pro-fw1.9.9-job-start/detail-downloading.json': CREATOR_5_PRO_DOWNLOADING,
  'http-creator5pro-fw1.9.9-job-start/detail-first-printing.json': {
    ...CREATOR_5_PRO_DOWNLOADING,
    materialStation: { action: 'idle', step: 'none' },
    state: 'printing',
    statusWords: [{ protocol: http, status: 'printing' }],
    progress: { ratio: 0, protocol: http },
    layer: 0,
    layers: 545,
    elapsedSeconds: 0,
    file: 'Dragon_Glider_PLA_29m11s.gcode.3mf',
    speedRatio: 1,
    zOffsetMeters: 0,
    fanRatios: new Map([
      ['cooling', 0],
      ['chamber', 0],
    ]),
  },

  'http-creator5-cestmoi-fixture/detail.json': {
    identity: { model: 'AD5X', name: 'Creator5', firmware: 'v3.1.3' },
    state: 'printing',
    stateProtocol: http,
    statusWords: [{ protocol: http, status: 'printing' }],
    heaters: new Map([
      ['tool0', { celsius: 209, targetCelsius: 210 }],
      ['bed', { celsius: 58, targetCelsius: 60 }],
    ]),
    progress: { ratio: 0.45, protocol: http },
    layer: 50,
    layers: 100,
    file: 'boat.gcode',
    lightOn: true,
  },
  'http-creator5-cestmoi-fixture/detail-no-chamber-sentinel.json': {
    identity: { name: 'Creator5' },
    state: 'ready',
    stateProtocol: http,
    statusWords: [{ protocol: http, status: 'ready' }],
  },

  'http-fixtures-ff-5mp-api-py/detail-5mpro.json': {
    identity: { name: 'Adventurer 5M Pro', firmware: '3.2.0', mac: '11:22:33:44:55:66' },
    state: 'ready',
    stateProtocol: http,
    statusWords: [{ protocol: http, status: 'ready' }],
    progress: { ratio: 0, protocol: http },
    layer: 0,
    lifetimePrintSeconds: 30_000,
    lifetimeFilamentMeters: 42,
  },
  'http-fixtures-ff-5mp-api-py/detail-ad5x.json': {
    identity: { name: 'FlashForge AD5X', firmware: '1.1.7-1.0.2', mac: 'AA:BB:CC:DD:EE:FF' },
    state: 'ready',
    stateProtocol: http,
    statusWords: [{ protocol: http, status: 'ready' }],
    heaters: new Map([
      ['tool0', { celsius: 215, targetCelsius: 220 }],
      ['bed', { celsius: 55, targetCelsius: 60 }],
    ]),
    progress: { ratio: 0.25, protocol: http },
    layer: 10,
    elapsedSeconds: 600,
    file: 'calibration_cube.gcode',
    speedRatio: 0,
    filamentEstimates: new Map([['tool0', { meters: 5, grams: 200 }]]),
    lightOn: true,
    doorOpen: false,
    filtration: new Map([
      ['internal', false],
      ['external', true],
    ]),
    materialSlots: [{ slot: '1', loaded: true, active: true, material: 'PLA', color: '#FF0000' }],
    materialStation: { action: 'idle', step: 'none' },
    lifetimePrintSeconds: 72_000,
    lifetimeFilamentMeters: 123.45,
  },
  'http-fixtures-ff-5mp-api-py/detail-creator5.json': CREATOR_5_FIXTURE,
  'http-fixtures-ff-5mp-api-py/detail-creator5-no-chamber.json': {
    ...CREATOR_5_FIXTURE,
    heaters: new Map([...(CREATOR_5_FIXTURE.heaters ?? [])].filter(([heater]) => heater !== 'chamber')),
  },
  'http-fixtures-ff-5mp-api-py/detail-creator5pro.json': {
    identity: { model: 'Creator 5 Pro', name: 'Creator 5 Pro', firmware: '1.0.5', mac: 'AA:BB:CC:00:00:02' },
    state: 'printing',
    stateProtocol: http,
    statusWords: [{ protocol: http, status: 'printing' }],
    heaters: new Map([
      ['tool0', { celsius: 195, targetCelsius: 205 }],
      ['tool1', { celsius: 200, targetCelsius: 210 }],
      ['tool2', { celsius: 205, targetCelsius: 210 }],
      ['tool3', { celsius: 210, targetCelsius: 215 }],
      ['bed', { celsius: 65, targetCelsius: 75 }],
      ['chamber', { celsius: 50, targetCelsius: 60 }],
    ]),
    progress: { ratio: 0.5, protocol: http },
    layer: 50,
    layers: 100,
    elapsedSeconds: 600,
    file: 'multi_tool_benchy.3mf',
    filamentEstimates: new Map([['tool0', { meters: 5, grams: 200 }]]),
    doorOpen: true,
  },
};
