// /detail bodies that printers sent, or variations of them, and the samples on /metrics.

import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/common/secret.ts';
import { CHECK_CODE, serveHttp } from '../lan-http/server.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import type { Page } from '../support/exposition-parser.ts';

/** From `name label=value` to the value, for the samples of these families; of flashforge_state only the current one. */
function samples(page: Page, names: readonly string[]): Readonly<Record<string, number>> {
  const all = names.flatMap((name) => page.families.get(`flashforge_${name}`)?.samples ?? []);
  const shown = all.filter(({ name, value }) => name !== 'flashforge_state' || value === 1);
  return Object.fromEntries(
    shown.map(({ name, labels: { printer: _, ...labels }, value }) => [
      [name.replace('flashforge_', ''), ...Object.entries(labels).map(([key, label]) => `${key}=${label}`)].join(' '),
      value,
    ]),
  );
}

interface DetailServer {
  /** The samples of these families while the printer responds with this detail. */
  show(detail: object, ...names: readonly string[]): Promise<Readonly<Record<string, number>>>;
}

async function serveDetail(): Promise<DetailServer> {
  let sent: object = {};
  const server = await serveHttp((response) => response.end(JSON.stringify({ code: 0, detail: sent })));
  const { host, port } = server.target;
  const http = { host, port, serialNumber: 'SNTEST0001', checkCode: new Secret(CHECK_CODE) };
  const exporter = await startTestExporter([{ name: 'p', address: host, http }]);
  onTestFinished(async () => {
    await exporter.close(0);
    await server[Symbol.asyncDispose]();
  });
  return {
    show: async (detail, ...names) => {
      sent = detail;
      return samples(await scrape(exporter), names);
    },
  };
}

test('a numeric error code is shown, and 0 means no error', async () => {
  const { show } = await serveDetail();
  const detail = {
    status: 'error',
    errorMessage: 'Platform blocked',
    model: 'Creator 5 Pro',
    pid: 41,
    printFileName: 'a',
    printProgress: 0.25,
  };
  const names = ['state', 'error', 'error_info'];
  expect(await show({ ...detail, errorCode: 42 }, ...names)).toEqual({
    'state state=error': 1,
    error: 1,
    'error_info code=42': 1,
  });
  for (const errorCode of [0, '0', '', ' 0 ', 'E0000']) {
    expect(await show({ ...detail, errorCode }, ...names)).toEqual({ 'state state=error': 1, error: 0 });
  }
});

test('a completed print has progress 1 although the printer has reset it', async () => {
  const { show } = await serveDetail();
  const detail = {
    status: 'completed',
    printProgress: 0,
    estimatedTime: 41_979,
    printDuration: 35_576,
    printLayer: 750,
    targetPrintLayer: 750,
    model: 'Creator 5 Pro',
    pid: 41,
    printFileName: 'a',
  };
  const names = ['state', 'print_progress_ratio', 'print_layer', 'print_layers', 'print_remaining_seconds'];
  expect(await show(detail, ...names)).toEqual({
    'state state=completed': 1,
    print_progress_ratio: 1,
    print_layer: 750,
    print_layers: 750,
  });
});

test('a file without estimates has no remaining time and no filament estimate', async () => {
  const { show } = await serveDetail();
  const detail = {
    status: 'printing',
    pid: 36,
    printFileName: 'orca.3mf',
    printProgress: 0.31,
    printDuration: 1800,
    estimatedTime: 0,
    estimatedRightLen: 0,
    estimatedRightWeight: 0,
  };
  const names = [
    'print_progress_ratio',
    'print_remaining_seconds',
    'filament_estimate_meters',
    'filament_estimate_grams',
  ];
  expect(await show(detail, ...names)).toEqual({ print_progress_ratio: 0.31 });
});

describe('hardware', () => {
  const parts = {
    status: 'printing',
    doorStatus: 'close',
    internalFanStatus: 'close',
    externalFanStatus: 'open',
    tvoc: 7,
    chamberTemp: 31,
    chamberTargetTemp: 0,
    coolingFanSpeed: 50,
    coolingFanLeftSpeed: 0,
    estimatedLeftLen: 5000,
    leftFilamentType: 'PLA',
    leftTemp: 28,
    nozzleCnt: 2,
  };
  const names = [
    'door_open',
    'filtration_on',
    'tvoc_index',
    'temperature_celsius',
    'fan_speed_ratio',
    'filament_estimate_meters',
    'filament_info',
  ];
  const filtration = { 'filtration_on mode=internal': 0, 'filtration_on mode=external': 1 };
  const second = {
    'temperature_celsius heater=tool1': 28,
    'filament_estimate_meters tool=tool1': 5,
    'filament_info tool=tool1 material=PLA': 1,
  };
  const chamber = { 'temperature_celsius heater=chamber': 31 };
  const cooling = { 'fan_speed_ratio fan=cooling': 0.5 };

  test.each<readonly [model: object, shown: object]>([
    [{ pid: 35 }, cooling],
    [{ pid: 36 }, { ...cooling, ...filtration, door_open: 0, tvoc_index: 7 }],
    [{ pid: 38 }, { ...cooling, 'fan_speed_ratio fan=cooling_left': 0 }],
    [
      { pid: 40, model: 'Creator 5' },
      { ...cooling, ...chamber, ...second },
    ],
    [{ model: 'Creator 5' }, { ...cooling, ...chamber, ...second }],
    [{ pid: 41 }, { ...cooling, ...chamber, ...second, ...filtration, door_open: 0, tvoc_index: 7 }],
    [
      { pid: 31 },
      { ...cooling, ...chamber, ...second, ...filtration, door_open: 0, 'fan_speed_ratio fan=cooling_left': 0 },
    ],
  ])('of %j is shown, and no other', async (model, shown) => {
    const { show } = await serveDetail();
    expect(await show({ ...parts, ...model }, ...names)).toEqual(shown);
  });
});

describe('status words', () => {
  test.each([
    ['building', 'printing'],
    ['working', 'printing'],
    ['print', 'printing'],
    ['finish', 'completed'],
    [' Finished ', 'completed'],
  ])('%s means %s, with a job', async (status, state) => {
    const { show } = await serveDetail();
    const detail = { status, pid: 41, printFileName: 'a', printProgress: 0.5, printLayer: 5, targetPrintLayer: 10 };
    expect(await show(detail, 'state', 'print_progress_ratio', 'print_layer', 'print_info')).toEqual({
      [`state state=${state}`]: 1,
      print_progress_ratio: 0.5,
      print_layer: 5,
      'print_info file=a': 1,
    });
  });

  test('an unknown word has no state, and progress only while the elapsed time grows', async () => {
    const { show } = await serveDetail();
    const at = (printDuration: number, more: object = {}) =>
      show(
        {
          status: 'extruding',
          pid: 41,
          printFileName: 'a',
          printProgress: 0.5,
          printLayer: 5,
          targetPrintLayer: 10,
          printDuration,
          ...more,
        },
        'state',
        'print_progress_ratio',
        'print_layer',
        'print_layers',
      );
    const unknown = { 'state state=unknown': 1, print_layer: 5, print_layers: 10 };
    expect(await at(100)).toEqual(unknown);
    expect(await at(130)).toEqual({ ...unknown, print_progress_ratio: 0.5 });
    // The printer counts whole seconds, and two scrapes may fall into the same one.
    expect(await at(130)).toEqual({ ...unknown, print_progress_ratio: 0.5 });
    expect(await at(160, { printFileName: '' })).toEqual(unknown);
    expect(await at(190, { printFileName: 'b' })).toEqual(unknown);
    expect(await at(220, { printFileName: 'b', printProgress: 1 })).toEqual(unknown);
    expect(await at(10, { printFileName: 'b' })).toEqual(unknown);
    expect(await at(20, { printFileName: 'b' })).toEqual({ ...unknown, print_progress_ratio: 0.5 });
    // The values a printer keeps after a job are no job.
    await at(20, { printFileName: 'b', status: 'ready' });
    expect(await at(20, { printFileName: 'b' })).toEqual(unknown);
  });
});

test('a filament runout and the action of the material station are shown', async () => {
  const { show } = await serveDetail();
  const detail = {
    status: 'pause',
    pid: 38,
    errorCode: '',
    hasRightFilament: false,
    hasLeftFilament: false,
    coordinate: [12.5, -3.25, 40.2],
    indepMatlInfo: { materialName: 'TPU', materialColor: '#0000ff', stateAction: 0, stateStep: 0 },
    matlStationInfo: {
      slotCnt: 4,
      currentSlot: 0,
      currentLoadSlot: 3,
      stateAction: 1,
      stateStep: 1,
      slotInfos: [{ slotId: 3, hasFilament: true, materialName: 'PETG', materialColor: '#00ff00' }],
    },
  };
  const names = [
    'state',
    'error',
    'filament_present',
    'material_station_info',
    'material_slot_info',
    'material_slot_loaded',
    'material_slot_active',
    'position_meters',
  ];
  expect(await show(detail, ...names)).toEqual({
    'state state=paused': 1,
    error: 0,
    'filament_present tool=tool0': 0,
    'material_station_info action=load step=heating': 1,
    'material_slot_info slot=3 material=PETG color=#00FF00': 1,
    'material_slot_info slot=external material=TPU color=#0000FF': 1,
    'material_slot_loaded slot=3': 1,
    'material_slot_active slot=3': 0,
  });
});

test.each([
  [36, 0.2565, 1160, 3664.9, 3664.9],
  [41, 0.6082, 4840, 2984, 2984],
  [41, 0.86, 35_576, 41_979, 6403],
  [41, 0, 0, 1751, undefined],
  [41, 0.05, 600, 11_800, undefined],
  [35, 0, 0, 3720, 3720],
  [35, 0.6, 3600, 6050, 2450],
])(
  'pid %i at progress %d after %i s with estimatedTime %d has %s s remaining',
  async (pid, printProgress, printDuration, estimatedTime, remaining) => {
    const { show } = await serveDetail();
    const detail = { status: 'printing', pid, printFileName: 'a', printProgress, printDuration, estimatedTime };
    const name = 'print_remaining_seconds';
    expect(await show(detail, name)).toEqual(remaining === undefined ? {} : { [name]: remaining });
    expect(await show({ ...detail, status: 'ready' }, name)).toEqual({});
  },
);
