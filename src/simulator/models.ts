// The printers that can be simulated: who they are, what they measure at rest, and how they count.
// Values come from test/captures; what no capture shows is marked as invented.

import type { Model } from './model.ts';

export const SIMULATED_MODELS = [
  'finder',
  'adventurer3',
  'adventurer4',
  'adventurer5m',
  'adventurer5m-pro',
  'ad5x',
  'creator4',
  'creator5',
  'creator5-pro',
  'dreamer',
] as const;

export type SimulatedModel = (typeof SIMULATED_MODELS)[number];

const QUIET_FLAGS = 'S:1 L:0 J:0 F:0';
const FIVE_M_ENDSTOP = 'X-max: 110 Y-max: 110 Z-min: 0';

const OLD = {
  tcp: true,
  http: false,
  layerLine: 'never',
  showsCompleted: false,
  statusWhileHeating: 'heating',
  // No capture shows a paused TCP reply; docs/protocol.md#m119-status has both spellings, so both are simulated.
  wordWhilePaused: 'BUILDING_FROM_SD',
  hasBed: true,
  lightOn: false,
  lifetime: { minutes: 0, meters: 0 },
} as const;

// test/captures/adventurer5m-pro-v3.1.3-printing, -v3.1.5-idle and http-5m-pro-fw2.7.2-printing
const FIVE_M = {
  tcp: true,
  http: true,
  counting: 'percent',
  layerLine: 'always',
  showsCompleted: true,
  statusWhileHeating: 'heating',
  wordWhilePaused: 'PAUSED',
  hasBed: true,
  ambient: { tools: [17.9], bed: 18.5, chamber: 0 },
  atRest: {
    endstop: FIVE_M_ENDSTOP,
    flags: QUIET_FLAGS,
    counts: { printed: 0, total: 100, layer: 0, layers: 0 },
    position: { x: 0, y: 0, z: 0, a: 0, b: 0 },
  },
  whileMoving: { endstop: FIVE_M_ENDSTOP, flags: QUIET_FLAGS },
  lightOn: true,
} as const;

export const MODELS: Readonly<Record<SimulatedModel, Model>> = {
  // test/captures/finder1-v1.5-20160804-idle: idle after a finished print
  finder: {
    ...OLD,
    productId: 0x0002,
    identity: { name: 'My Finder', firmware: 'V1.5 20160804', serialNumber: '62B08883', mac: '', location: '' },
    counting: 'bytes-past-end',
    hasBed: false,
    ambient: { tools: [24], bed: 0, chamber: 0 },
    atRest: {
      endstop: 'X-max: 1 Y-max: 0 Z-max: 1',
      flags: 'S:1 L:0 J:0 F:1',
      counts: { printed: 5_525_653, total: 5_525_652 },
      position: { x: 86.9984, y: 70.5016, z: 140, a: 0, b: 0 },
    },
    whileMoving: { endstop: 'X-max: 0 Y-max: 0 Z-max: 0', flags: QUIET_FLAGS },
  },
  // test/captures/adventurer3-v2.2.1-idle-crlf, whose name, serial and address are masked
  adventurer3: {
    ...OLD,
    productId: 0x0008,
    identity: {
      name: 'My 3D Printer',
      firmware: 'v2.2.1',
      serialNumber: 'SNFFAD3000001',
      mac: '88:A9:A7:00:00:03\n',
      location: '',
    },
    counting: 'percent',
    ambient: { tools: [27], bed: 20, chamber: 0 },
    atRest: {
      endstop: 'X-max:1 Y-max:0 Z-max:0',
      flags: QUIET_FLAGS,
      counts: { printed: 0, total: 100 },
      position: { x: 79.9981, y: 50.0002, z: 77.9001, a: 0, b: 0 },
    },
    whileMoving: { endstop: 'X-max:0 Y-max:0 Z-max:0', flags: QUIET_FLAGS },
  },
  // test/captures/adventurer4-v2.0.9
  adventurer4: {
    ...OLD,
    productId: 0x001e,
    identity: {
      name: 'Adventurer4',
      firmware: 'v2.0.9',
      serialNumber: 'SNADVA9501174',
      mac: '88:A9:A7:93:86:F8\n ',
      location: '',
    },
    counting: 'percent',
    layerLine: 'with-job',
    ambient: { tools: [22], bed: 14, chamber: 0 },
    atRest: {
      endstop: 'X-max:0 Y-max:0 Z-max:0',
      flags: QUIET_FLAGS,
      counts: { printed: 0, total: 100 },
      position: { x: 19.3861, y: 54.3, z: 194.44, a: 0, b: 0 },
    },
    whileMoving: { endstop: 'X-max:0 Y-max:0 Z-max:0', flags: QUIET_FLAGS },
  },
  // No capture: the 5M Pro's replies with its own name and ids.
  adventurer5m: {
    ...FIVE_M,
    productId: 0x0023,
    identity: {
      name: 'Adventurer 5M',
      firmware: 'v3.1.3',
      serialNumber: 'SNMOMA9900001',
      mac: '88:A9:A7:00:00:05 ',
      location: '',
    },
    lightOn: false,
    lifetime: { minutes: 2210, meters: 405.5 },
  },
  'adventurer5m-pro': {
    ...FIVE_M,
    productId: 0x0024,
    identity: {
      name: 'Adventurer 5M Pro',
      firmware: 'v3.1.3',
      serialNumber: 'SNMOMC9900728',
      mac: '88:A9:A7:97:B2:BF ',
      location: 'Group A',
    },
    lifetime: { minutes: 8810, meters: 1582.89501953125 },
  },
  // test/captures/http-fixtures-ff-5mp-api-py/detail-ad5x.json; its TCP side is confirmed without a capture (docs/protocol.md#which-printer-speaks-what)
  ad5x: {
    ...FIVE_M,
    productId: 0x0026,
    identity: {
      name: 'AD5X',
      firmware: 'v1.1.7-1.0.2',
      serialNumber: 'SNMSRE9600000',
      mac: 'AA:BB:CC:DD:EE:FF ',
      location: '',
    },
    lifetime: { minutes: 1200, meters: 123.45 },
  },
  // test/captures/creator4-v1.0.0-idle
  creator4: {
    ...OLD,
    productId: 0,
    identity: {
      name: 'Creator4S',
      firmware: 'V1.0.0',
      serialNumber: 'SNMOIC9400003',
      mac: '94A408B472BE ',
      location: '',
    },
    counting: 'per-mille',
    ambient: { tools: [21, 20], bed: 20, chamber: 0 },
    atRest: {
      endstop: 'X-max: 400 Y-max: 350 Z-min: 0',
      flags: QUIET_FLAGS,
      counts: { printed: 0, total: 1000 },
      position: { x: -230, x2: 230, y: 175, z: 0, a: 5, b: 0 },
    },
    whileMoving: { endstop: 'X-max: 400 Y-max: 350 Z-min: 0', flags: QUIET_FLAGS },
    lightOn: true,
  },
  // test/captures/http-creator5pro-fw1.9.9-idle
  'creator5-pro': {
    ...FIVE_M,
    tcp: false,
    productId: 0x0029,
    identity: {
      name: 'Creator 5 Pro',
      firmware: 'v1.9.9',
      serialNumber: 'SNMXXX0000000',
      mac: 'AA:BB:CC:00:00:02',
      location: 'Den',
    },
    // Warm-up says printing (test/captures/http-creator5pro-fw1.9.9-job-start/detail-first-printing.json).
    statusWhileHeating: 'printing',
    ambient: { tools: [28, 29, 29, 29], bed: 27, chamber: 27 },
    lightOn: false,
    lifetime: { minutes: 1314, meters: 49.77 },
  },
  // No capture: the Creator 5 Pro's body with the name, ids and missing hardware of a Creator 5
  // (docs/protocol.md#http-what-each-model-has).
  creator5: {
    ...FIVE_M,
    tcp: false,
    productId: 0x0028,
    identity: {
      name: 'Creator 5',
      firmware: 'v1.0.5',
      serialNumber: 'SNMYYY0000000',
      mac: 'AA:BB:CC:00:00:01',
      location: '',
    },
    statusWhileHeating: 'printing',
    // What it reports without a chamber sensor (ff-5mp-hass#18).
    ambient: { tools: [25, 25, 25, 25], bed: 25, chamber: -108 },
    lightOn: false,
    lifetime: { minutes: 800, meters: 99 },
  },
  // test/captures/dreamer-v1.40-official-doc; 0/0 before the first job as its twin T-REX (docs/protocol.md#m27-progress)
  dreamer: {
    ...OLD,
    productId: 0x0001,
    identity: {
      name: 'My Dreamer',
      firmware: 'V1.40 20140520',
      serialNumber: '2324-1341-3453',
      mac: '',
      location: '',
    },
    counting: 'bytes',
    ambient: { tools: [25, 25], bed: 25, chamber: 0 },
    atRest: {
      endstop: 'X-max: 0 Y-max: 0 Z-min: 1',
      flags: QUIET_FLAGS,
      counts: { printed: 0, total: 0 },
      position: { x: 10, y: 10, z: 10, a: 5, b: 0 },
    },
    whileMoving: { endstop: 'X-max: 0 Y-max: 0 Z-min: 0', flags: QUIET_FLAGS },
  },
};
