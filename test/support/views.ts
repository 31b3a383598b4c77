// Printer views made by hand: one without values, and one with every value.

import type { PrinterView } from '../../src/fleet/view.ts';
import { emptyMemory } from '../../src/jobs/memory.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';

/** A printer read over TCP; without a snapshot, one whose read failed. */
export function viewOf(
  snapshot: Snapshot | undefined,
  { printer = 'p', ...more }: Partial<PrinterView> & { readonly printer?: string } = {},
): PrinterView {
  const { totals, lastEnds } = emptyMemory();
  return {
    labels: { printer },
    address: '192.0.2.1',
    up: snapshot !== undefined,
    endpoints: [{ protocol: 'tcp', up: snapshot !== undefined }],
    durationSeconds: 0.25,
    failures: [],
    jobs: { totals, lastEnds },
    ...(snapshot && { snapshot }),
    ...more,
  };
}

/** A snapshot with every field, each with a distinct value. */
export const FULL_SNAPSHOT: Required<Omit<Snapshot, 'identity' | 'progress' | 'isFileUnknown'>> = {
  state: 'printing',
  stateProtocol: 'http',
  statusWords: [
    { protocol: 'tcp', status: 'BUILDING_FROM_SD' },
    { protocol: 'http', status: 'printing' },
  ],
  moveMode: 'MOVING',
  endstops: new Map([
    ['x_max', true],
    ['z_min', false],
  ]),
  heaters: new Map([
    ['tool0', { celsius: 219.5, targetCelsius: 220 }],
    ['tool1', { celsius: 24 }],
    ['bed', { targetCelsius: 60 }],
    ['chamber', {}],
  ]),
  positionMeters: new Map([
    ['x', -0.0869984],
    ['a', 1.5],
  ]),
  printBytes: 4276,
  printSizeBytes: 4275,
  layer: 12,
  layers: 200,
  elapsedSeconds: 3600,
  remainingSeconds: 1800,
  file: 'Benchy V2.gx',
  fileProtocol: 'http',
  speedRatio: 1.5,
  zOffsetMeters: -0.00005,
  fanRatios: new Map([
    ['cooling', 0.3],
    ['chamber', 0],
  ]),
  filamentEstimates: new Map([
    ['tool0', { meters: 4.5, grams: 13.25 }],
    ['tool1', { grams: 2 }],
  ]),
  lightOn: true,
  doorOpen: false,
  filtration: new Map([
    ['internal', true],
    ['external', false],
  ]),
  tvocIndex: 3,
  filaments: new Map([['tool0', 'PLA']]),
  nozzles: new Map([['tool0', '0.4mm']]),
  filamentPresent: new Map([
    ['tool0', true],
    ['tool1', false],
  ]),
  materialStation: { action: 'load', step: 'heating' },
  materialSlots: [
    { slot: '1', loaded: true, active: true, material: 'PLA', color: '#FF0000' },
    { slot: '2', loaded: true, active: false, color: '#00FF00' },
    { slot: '3', loaded: false, active: false },
    { slot: '4' },
  ],
  errorCode: 'E0163',
  diskFreeBytes: 6.5e9,
  lifetimePrintSeconds: 654_321,
  lifetimeFilamentMeters: 1234.5,
};

/** A printer with every value, and with every kind of remembered state. */
export const FULL_VIEW: PrinterView = viewOf(FULL_SNAPSHOT, {
  printer: 'm5',
  staticLabels: { room: 'attic' },
  endpoints: [
    { protocol: 'tcp', up: false },
    { protocol: 'http', up: true },
  ],
  failures: [
    { protocol: 'tcp', code: 'timeout', count: 7 },
    { protocol: 'http', code: 'auth', count: 1 },
  ],
  lastSeenSeconds: 1_700_000_000.5,
  identity: {
    model: 'Adventurer 5M Pro',
    name: 'Left one',
    firmware: 'v3.1.3',
    serial: 'SNMOMC9900728',
    mac: '88:A9:A7:93:86:F8',
    buildVolumeMeters: new Map([
      ['x', 0.22],
      ['z', 0.22],
    ]),
  },
  progress: { ratio: 0.25, protocol: 'http' },
  jobs: {
    totals: { completed: 5, cancelled: 1, failed: 0, unknown: 2 },
    lastEnds: {
      completed: {
        timestampSeconds: 1_699_990_000,
        file: 'vase.gx',
        durationSeconds: 8040,
        filament: { meters: 3.137, grams: 9.35 },
      },
      unknown: { timestampSeconds: 1_699_980_000, file: '' },
    },
    printingSeconds: 98_765,
    startSeconds: 1_699_996_400,
  },
});
