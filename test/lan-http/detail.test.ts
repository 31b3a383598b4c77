import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDetail } from '../../src/lan-http/detail.ts';
import { isWholeJson, parseJson } from '../../src/lan-http/envelope.ts';
import { PrinterError } from '../../src/printer/errors.ts';
import { STATES } from '../../src/printer/state.ts';
import { CAPTURED, readCapture } from './captured.ts';

const OFF = { celsius: 25, targetCelsius: 0 };

describe('tools', () => {
  it('a machine with one nozzle has tool0 only, whatever left says', () => {
    const detail = { nozzleCnt: 1, rightTemp: 25, rightTargetTemp: 0, leftTemp: 25, leftTargetTemp: 0 };
    expect(parseDetail(detail).heaters).toEqual(new Map([['tool0', OFF]]));
  });

  it('a machine with two has both', () => {
    const detail = { nozzleCnt: '2', rightTemp: 25, rightTargetTemp: 0, leftTemp: 30, leftTargetTemp: 200 };
    const left = { celsius: 30, targetCelsius: 200 };
    expect(parseDetail(detail).heaters).toEqual(new Map(Object.entries({ tool0: OFF, tool1: left })));
  });

  it('a left nozzle at 0/0 does not exist, a right one does', () => {
    const detail = { nozzleCnt: 2, rightTemp: 0, rightTargetTemp: 0, leftTemp: 0, leftTargetTemp: 0 };
    expect(parseDetail(detail).heaters).toEqual(new Map([['tool0', { celsius: 0, targetCelsius: 0 }]]));
  });

  it('arrays win; an element that is not a number costs its tool', () => {
    const detail = {
      rightTemp: 99,
      leftTemp: 99,
      nozzleCnt: 4,
      nozzleTemps: [25, 'x', 0, '25'],
      nozzleTargetTemps: [0, null, 0, 0],
    };
    expect(parseDetail(detail).heaters).toEqual(new Map(Object.entries({ tool0: OFF, tool3: OFF })));
  });

  it('empty arrays say nothing', () => {
    const detail = { rightTemp: 25, rightTargetTemp: 0, nozzleTemps: [], nozzleTargetTemps: [] };
    expect(parseDetail(detail).heaters).toEqual(new Map([['tool0', OFF]]));
  });

  it('there are at most 16', () => {
    const snapshot = parseDetail({ nozzleTemps: Array(5000).fill(25), nozzleModel: '0.4mm;'.repeat(5000) });
    expect(snapshot.heaters?.size).toBe(16);
    expect(snapshot.nozzles?.size).toBe(16);
  });
});

describe('bed and chamber', () => {
  it('a bed at 0/0 does not exist', () => {
    expect(parseDetail({ platTemp: 0, platTargetTemp: 0 }).heaters).toBeUndefined();
    expect(parseDetail({ platTemp: 0.5, platTargetTemp: 0 }).heaters?.get('bed')).toEqual({
      celsius: 0.5,
      targetCelsius: 0,
    });
  });

  it.each([-108, -109, '-108', -109.0, -107])('a chamber of %j has no sensor, whatever its target', (chamberTemp) => {
    for (const chamberTargetTemp of [chamberTemp, 0, 60]) {
      expect(parseDetail({ pid: 40, chamberTemp, chamberTargetTemp }).heaters).toBeUndefined();
    }
  });

  it.each([35, 36, 38, '0024', '0x26', ' 35 '])('pid %j has no chamber sensor, whatever it reports', (pid) => {
    expect(parseDetail({ pid, chamberTemp: 0, chamberTargetTemp: 0 }).heaters).toBeUndefined();
    expect(parseDetail({ pid, chamberTemp: 31, chamberTargetTemp: 60 }).heaters).toBeUndefined();
  });

  it.each([40, 41, undefined])('a chamber at 0/0 is cold on pid %j', (pid) => {
    expect(parseDetail({ pid, chamberTemp: 0, chamberTargetTemp: 0 }).heaters?.size).toBe(1);
  });

  it.each([-100, 1000, 1e300, 1e-44, 'NaN', 'Infinity', '', ' ', '0x20', true, [25]])(
    '%j is not a temperature',
    (platTemp) => {
      expect(parseDetail({ platTemp }).heaters).toBeUndefined();
    },
  );

  it.each([
    ['49.98', 49.98],
    [' 49.98 ', 49.98],
    ['+5e1', 50],
    [-12.5, -12.5],
    [999.9, 999.9],
  ])('%j is %d degrees', (platTemp, celsius) => {
    expect(parseDetail({ platTemp }).heaters?.get('bed')).toEqual({ celsius });
  });
});

describe('the product', () => {
  it.each([
    [35, 'Adventurer 5M'],
    [36, 'Adventurer 5M Pro'],
    [38, 'AD5X'],
    [40, 'Creator 5'],
    [41, 'Creator 5 Pro'],
    ['41', 'Creator 5 Pro'],
    ['0024', 'Adventurer 5M Pro'],
    ['0x0029', 'Creator 5 Pro'],
    ['28', 'Creator 5'],
  ])('pid %j is %s', (pid, model) => {
    expect(parseDetail({ pid, name: 'Creator 5 Pro' }).identity?.model).toBe(model);
  });

  it('a factory model wins over pid, a name never counts', () => {
    expect(parseDetail({ pid: 40, model: 'Creator 5S' }).identity?.model).toBe('Creator 5S');
    expect(parseDetail({ pid: 40, model: '  ' }).identity?.model).toBe('Creator 5');
    expect(parseDetail({ name: 'Adventurer 5M', pid: 9999 }).identity).toEqual({ name: 'Adventurer 5M' });
  });

  it('an Adventurer 5M has no door and no air quality sensor', () => {
    expect(parseDetail({ pid: 35, doorStatus: 'close', tvoc: 0, status: 'ready' })).toEqual(
      parseDetail({ pid: 35, status: 'ready' }),
    );
    expect(parseDetail({ pid: 36, doorStatus: 'open', tvoc: '12' })).toMatchObject({ doorOpen: true, tvocIndex: 12 });
    expect(parseDetail({ pid: 36, tvoc: 0 }).tvocIndex).toBe(0);
    // Captures of a Creator 5 Pro have 0, firmware notes a sensor.
    expect(parseDetail({ pid: 41, tvoc: 12 }).tvocIndex).toBe(12);
    expect(parseDetail({ pid: 41, tvoc: 0 }).tvocIndex).toBeUndefined();
    expect(parseDetail({ pid: 40, tvoc: 12 }).tvocIndex).toBeUndefined();
    expect(parseDetail({ tvoc: 12 }).tvocIndex).toBeUndefined();
  });

  it.each([
    ['256X256X256', { x: 0.256, y: 0.256, z: 0.256 }],
    [' 220 x 220 x 247.5 ', { x: 0.22, y: 0.22, z: 0.2475 }],
  ])('measures %j', (measure, axes) => {
    expect(parseDetail({ measure }).identity?.buildVolumeMeters).toEqual(new Map(Object.entries(axes)));
  });

  it.each(['', '220', '220X220', '220X220X220X220', '0X0X0', 'XX', '220X-1X220', '1e9X1X1'])(
    '%j measures nothing',
    (measure) => {
      expect(parseDetail({ measure }).identity).toBeUndefined();
    },
  );
});

describe('state and job', () => {
  it.each([
    ['ready', 'ready'],
    ['PRINTING', 'printing'],
    ['pause', 'paused'],
    ['paused', 'paused'],
    ['cancel', 'cancelled'],
    ['cancelled', 'cancelled'],
    ['canceling', 'cancelling'],
    ['completed', 'completed'],
    ['calibrate_doing', 'busy'],
    ['dancing', 'unknown'],
    ['__proto__', 'unknown'],
  ])('status %j is %s, and the word stays', (status, state) => {
    const snapshot = parseDetail({ status });
    expect(snapshot).toEqual({ state, stateProtocol: 'http', statusWords: [{ protocol: 'http', status }] });
    expect(STATES).toContain(snapshot.state);
  });

  it.each(['', '  ', 0, true])('status %j is none', (status) => {
    expect(parseDetail({ status })).toEqual({});
  });

  const job = {
    printProgress: 0.5,
    printLayer: 1,
    targetPrintLayer: 2,
    printDuration: 3,
    estimatedTime: 4,
    printFileName: 'a.gx',
    printSpeedAdjust: 100,
    zAxisCompensation: 0.07,
    coolingFanSpeed: 28,
    coolingFanLeftSpeed: 29,
    chamberFanSpeed: 100,
    estimatedRightLen: 1,
    estimatedRightWeight: 1,
  };

  it('reads a job', () => {
    expect(parseDetail({ pid: 38, status: 'printing', ...job })).toMatchObject({
      progress: { ratio: 0.5, protocol: 'http' },
      layer: 1,
      layers: 2,
      elapsedSeconds: 3,
      remainingSeconds: 4,
      file: 'a.gx',
      speedRatio: 1,
      zOffsetMeters: 0.00007,
      fanRatios: new Map(Object.entries({ cooling: 0.28, cooling_left: 0.29, chamber: 1 })),
      filamentEstimates: new Map([['tool0', { meters: 0.001, grams: 1 }]]),
    });
  });

  it.each(['downloading', 'unzipping', ' Downloading '])('%j has no job, fan, speed and offset fields', (status) => {
    const rest = { lightStatus: 'open', errorCode: '', internalFanStatus: 'close', platTemp: 27 };
    expect(parseDetail({ pid: 38, status, ...job, ...rest })).toEqual(parseDetail({ pid: 38, status, ...rest }));
  });

  it.each([35, 36, 38])('estimatedTime is the rest of the job on pid %i while one runs', (pid) => {
    const named = { pid, printFileName: 'a.gx', estimatedTime: 60 };
    const remaining = (status: string) => parseDetail({ ...named, status }).remainingSeconds;
    expect(['heating', 'printing', 'pausing', 'pause', 'canceling'].map(remaining)).toEqual([60, 60, 60, 60, 60]);
    expect(['ready', 'completed', 'cancel', 'error', 'busy', 'dancing'].map(remaining)).toEqual(
      Array(6).fill(undefined),
    );
    expect(parseDetail({ pid, status: 'printing', estimatedTime: 0 }).remainingSeconds).toBeUndefined();
  });

  it('estimatedTime is nothing while somebody warms the printer up by hand', () => {
    const remaining = (detail: object) => parseDetail({ pid: 36, estimatedTime: 60, ...detail }).remainingSeconds;
    expect(remaining({ status: 'heating' })).toBeUndefined();
    expect(remaining({ status: 'heating', printFileName: ' ' })).toBeUndefined();
    expect(remaining({ status: 'printing' })).toBe(60);
  });

  it.each([
    // The 5M Pro is a capture, the others are reports: docs/protocol.md#http-estimatedtime.
    [36, 0.2565, 1160, 3664.9, 3664.9],
    [41, 0.6082, 4840, 2984, 2984],
    [41, 0.86, 35_576, 41_979, 6403],
    [41, 0, 0, 1751, undefined],
    [41, 0.05, 600, 11_800, undefined],
    [35, 0, 0, 3720, 3720],
    [35, 0.6, 3600, 6050, 2450],
    // The elapsed time itself, early and late in a job.
    [41, 0.03, 1020, 1020, undefined],
    [41, 0.95, 30_000, 30_000, undefined],
    // An unknown product: only its pace can tell.
    [undefined, 0.6, 3600, 2500, 2500],
    [undefined, 0.6, 3600, 6000, 2400],
    [undefined, 0.6, 3600, 99_000, undefined],
    [undefined, 0, 0, 60, undefined],
    [40, undefined, undefined, 60, undefined],
    [38, 0.97, 3600, 60, 60],
    [35, 1, 3600, 3500, undefined],
  ])(
    'pid %j at %d after %d s with an estimatedTime of %d has %d s left',
    (pid, printProgress, printDuration, estimatedTime, left) => {
      const detail = { pid, status: 'printing', printProgress, printDuration, estimatedTime };
      expect(parseDetail(detail).remainingSeconds).toBe(left);
      expect(parseDetail({ ...detail, status: 'completed' }).remainingSeconds).toBeUndefined();
    },
  );

  it.each([
    ['printProgress', 'progress', [1.06, -0.01, 1.5e-44, 25.6]],
    ['printLayer', 'layer', [100_001, -1, 8_065_023, 1.5]],
    ['targetPrintLayer', 'layers', [100_001, -1, 8_065_023]],
    ['printDuration', 'elapsedSeconds', [268_369_921, -1]],
    ['printSpeedAdjust', 'speedRatio', [65_660, 501, -1]],
    ['zAxisCompensation', 'zOffsetMeters', [20.1, -20.1, 1.26e-44]],
    ['coolingFanSpeed', 'fanRatios', [5_177_344, 101, -1]],
    ['remainingDiskSpace', 'diskFreeBytes', [-1, 1e30]],
    ['cumulativePrintTime', 'lifetimePrintSeconds', [-1, 1e30]],
    ['cumulativeFilament', 'lifetimeFilamentMeters', [-1, 1e30]],
  ] as const)('%s out of range is missing', (field, property, values) => {
    for (const value of values) expect(parseDetail({ [field]: value })[property], String(value)).toBeUndefined();
  });

  it('progress over 1 is 1', () => {
    expect(parseDetail({ printProgress: 1.05 }).progress?.ratio).toBe(1);
    expect(parseDetail({ printProgress: '-0.0' }).progress?.ratio).toBe(0);
  });

  it('a lifetime may be longer than any job', () => {
    expect(parseDetail({ cumulativePrintTime: 500_000 }).lifetimePrintSeconds).toBe(30_000_000);
  });

  it('an error code does not need the state error', () => {
    expect(parseDetail({ status: 'pause', errorCode: 'E0163' })).toMatchObject({ state: 'paused', errorCode: 'E0163' });
    expect(parseDetail({ status: 'error', errorCode: 42 })).toMatchObject({ state: 'error', errorCode: '42' });
    expect(parseDetail({ status: 'error' }).errorCode).toBeUndefined();
  });

  it.each([0, '0', '', ' ', ' 0 ', '00', '0.0', '-0', 'E0000', 'e0', false])(
    'an error code of %j is none',
    (errorCode) => {
      expect(parseDetail({ errorCode })).toEqual({ errorCode: '' });
    },
  );

  it.each([
    ['E0163', 'E0163'],
    [' E0001 ', 'E0001'],
    [42, '42'],
    ['42', '42'],
    [true, '1'],
    ['E', 'E'],
  ])('an error code of %j is %j', (errorCode, code) => {
    expect(parseDetail({ errorCode })).toEqual({ errorCode: code });
  });

  it.each([null, [], {}, -1, '-1', 1.5, 1e300, 1.5e-44])('an error code of %j is missing', (errorCode) => {
    expect(parseDetail({ errorCode })).toEqual({});
  });

  it('an estimate of 0 is missing', () => {
    const estimates = (detail: object) => parseDetail({ status: 'printing', ...detail }).filamentEstimates;
    expect(estimates({ estimatedRightLen: 0, estimatedRightWeight: '0.0' })).toBeUndefined();
    expect(estimates({ estimatedRightLen: 0, estimatedRightWeight: 12.5 })).toEqual(
      new Map([['tool0', { grams: 12.5 }]]),
    );
  });

  it('a second tool that is not there has nothing', () => {
    const left = { leftFilamentType: 'PLA', hasLeftFilament: true, estimatedLeftLen: 9, nozzleModel: '0.4mm;0.6mm' };
    const toolsOf = (detail: object) => {
      const { filaments, filamentPresent, filamentEstimates, nozzles } = parseDetail({ ...left, ...detail });
      return [filaments, filamentPresent, filamentEstimates, nozzles].map((map) => map?.has('tool1') ?? false);
    };
    expect(toolsOf({ pid: 36, nozzleCnt: 2 })).toEqual([false, false, false, false]);
    expect(toolsOf({ nozzleCnt: 1 })).toEqual([false, false, false, true]);
    expect(toolsOf({ nozzleCnt: 2 })).toEqual([true, true, true, true]);
    expect(toolsOf({ pid: 41 })).toEqual([true, true, true, true]);
  });

  it.each([
    ['open', true],
    ['close', false],
    [' OPEN ', true],
    [true, true],
    [false, false],
    [1, true],
    ['0', false],
    [2, undefined],
    ['ajar', undefined],
    ['constructor', undefined],
  ])('a light of %j is %j', (lightStatus, on) => {
    expect(parseDetail({ lightStatus }).lightOn).toBe(on);
  });
});

describe('the material station', () => {
  it('a real one of firmware 1.9.4, without hasMatlStation', () => {
    const matlStationInfo: unknown = JSON.parse(
      readCapture('http-fixtures-ff-5mp-api-py/matlstation-creator5pro-fw1.9.4-real.json'),
    );
    const slots = [
      ['1', 'PLA', '#1B1B1B'],
      ['2', 'PETG', '#1B1B1B'],
      ['3', 'PLA', '#FFFFFF'],
      ['4', 'PLA', '#805003'],
    ].map(([slot, material, color]) => ({ slot, material, color, loaded: true, active: false }));
    expect(parseDetail({ matlStationInfo }).materialSlots).toEqual(slots);
    expect(parseDetail({ matlStationInfo, hasMatlStation: false }).materialSlots).toEqual(slots);
  });

  const slotsOf = (matlStationInfo: unknown) => parseDetail({ hasMatlStation: true, matlStationInfo }).materialSlots;

  it('none is none', () => {
    const slotInfos = [{ slotId: 1, hasFilament: true }];
    for (const station of [
      undefined,
      null,
      [],
      {},
      { slotCnt: 4 },
      { slotCnt: 4, slotInfos: [] },
      { slotCnt: 0, slotInfos },
    ]) {
      expect(slotsOf(station)).toBeUndefined();
    }
  });

  it('reads what it can of each slot, and no slot twice', () => {
    const slotInfos = [
      { slotId: '1', hasFilament: 1, materialName: '?', materialColor: 'ff8800' },
      { slotId: 1, hasFilament: false },
      { slotId: 2, hasFilament: 'x', materialName: 'PLA\u0000', materialColor: 'red' },
      { slotId: 0, hasFilament: true },
      { hasFilament: true },
      null,
      'x',
    ];
    expect(slotsOf({ currentSlot: 2, slotInfos })).toEqual([
      { slot: '1', loaded: true, active: false, color: '#FF8800' },
      { slot: '2', active: true, material: 'PLA' },
    ]);
    expect(slotsOf({ slotInfos: [{ slotId: 1 }] })).toEqual([{ slot: '1' }]);
  });
});

describe('what the material station does', () => {
  const stationOf = (matlStationInfo: unknown) => parseDetail({ matlStationInfo }).materialStation;

  it.each([
    [0, 0, 'idle', 'none'],
    [1, 1, 'load', 'heating'],
    [2, 2, 'unload', 'push'],
    [3, 3, 'cancel', 'purge'],
    [4, 4, 'printing', 'cut'],
    [5, 5, 'busy', 'retract'],
    [6, 6, 'paused', 'done'],
    ['4', ' 0 ', 'printing', 'none'],
    [7, 255, 'unknown', 'unknown'],
  ])('action %j, step %j is %s, %s', (stateAction, stateStep, action, step) => {
    expect(stationOf({ slotCnt: 4, stateAction, stateStep })).toEqual({ action, step });
  });

  it('is missing where the printer does not say it', () => {
    expect(stationOf({ slotCnt: 4, stateAction: 1 })).toEqual({ action: 'load' });
    expect(stationOf({ slotCnt: 4, stateAction: 65_658, stateStep: -1 })).toBeUndefined();
    expect(stationOf({ slotCnt: 4, stateAction: 'x', stateStep: [] })).toBeUndefined();
    for (const slotCnt of [0, -1, '', undefined])
      expect(stationOf({ slotCnt, stateAction: 1, stateStep: 1 })).toBeUndefined();
    expect(stationOf(undefined)).toBeUndefined();
  });

  it('has the spool beside it as the slot external', () => {
    const spool = { materialName: 'PETG', materialColor: '00ff00', stateAction: 0, stateStep: 0 };
    const external = { slot: 'external', material: 'PETG', color: '#00FF00' };
    expect(parseDetail({ indepMatlInfo: spool })).toEqual({ materialSlots: [external] });
    const matlStationInfo = { slotCnt: 4, slotInfos: [{ slotId: 1 }] };
    expect(parseDetail({ matlStationInfo, indepMatlInfo: spool }).materialSlots).toEqual([{ slot: '1' }, external]);
    expect(parseDetail({ indepMatlInfo: { materialName: '?', materialColor: '' } })).toEqual({});
    expect(parseDetail({ indepMatlInfo: [spool] })).toEqual({});
  });
});

describe('text', () => {
  it('is cleaned and cut', () => {
    const { identity, file } = parseDetail({
      name: ' a\u001bb\n ',
      printFileName: 'x'.repeat(1000),
      firmwareVersion: 3,
    });
    expect(identity).toEqual({ name: 'ab' });
    expect(file).toBe('x'.repeat(256));
  });

  it('register codes and the camera stay inside', () => {
    const secrets = { flashRegisterCode: 'FRC-1', polarRegisterCode: 'PRC-1', cameraStreamUrl: 'http://cam-1/' };
    expect(parseDetail({ status: 'ready', ...secrets })).toEqual(parseDetail({ status: 'ready' }));
  });
});

// A value that cannot be right, whatever the field.
const IMPOSSIBLE = [null, [], {}, -1e9, 1e300, 1.5e-44];

/** Every path to a member of an object, `detail.matlStationInfo.slotInfos.0.slotId`. */
function pathsOf(value: unknown, prefix: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [[...prefix, key]]),
    ...pathsOf(inner, [...prefix, key]),
  ]);
}

/** A copy with the members at these paths replaced, or without them. */
function damage(root: unknown, paths: readonly (readonly string[])[], value?: unknown): unknown {
  const copy: unknown = structuredClone(root);
  for (const path of paths) {
    let parent: unknown = copy;
    for (const key of path.slice(0, -1)) parent = Reflect.get(Object(parent), key);
    const last = path.at(-1) ?? '';
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, last)) continue;
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, value);
  }
  return copy;
}

describe('a field with an impossible value', () => {
  const payloads = Object.keys(CAPTURED).map((capture): unknown => JSON.parse(readCapture(capture)).detail);

  it('is like a field that is missing, whatever the field, and however many', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...payloads).chain((payload) => fc.tuple(fc.constant(payload), fc.subarray(pathsOf(payload)))),
        fc.constantFrom(...IMPOSSIBLE),
        ([payload, paths], value) => {
          expect(parseDetail(damage(payload, paths, value))).toEqual(parseDetail(damage(payload, paths)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a payload that is not an object', () => {
  it.each([null, undefined, 'x', 1, true, [], [{ status: 'ready' }]])('%j is not a payload', (payload) => {
    expect(() => parseDetail(payload)).toThrow(PrinterError);
  });

  it('keys of Object.prototype do no harm', () => {
    const payload = parseJson(
      '{"__proto__":{"status":"printing","tainted":1},"constructor":{"prototype":{"tainted":1}}}',
      'test',
    );
    expect(parseDetail(payload)).toEqual({});
    expect(Object.hasOwn(Object.prototype, 'tainted')).toBe(false);
  });
});

describe('parseJson', () => {
  it('takes what C firmware may send after the end', () => {
    expect(parseJson('{"status":"ready"}\r\n\0\0', 'test')).toEqual({ status: 'ready' });
  });

  it('reads the numbers C writes as null, and leaves strings alone', () => {
    const text = '{"a":nan,"b":-nan,"c":inf,"d":[-Infinity,1],"e":"nan, \\"inf","f":NaN}';
    expect(parseJson(text, 'test')).toEqual({ a: null, b: null, c: null, d: [null, 1], e: 'nan, "inf', f: null });
  });

  it('takes control characters and lone backslashes in strings, so that a file name costs itself at most', () => {
    const detail = '{"status":"ready","printFileName":"C:\\qube\\\\a\\u00e9.gx\u0000\n\t"}';
    expect(parseJson(detail, 'test')).toEqual({ status: 'ready', printFileName: 'C:\\qube\\aé.gx' });
  });

  it('takes the last of two values for one key', () => {
    expect(parseJson('{"a":1,"a":2}', 'test')).toEqual({ a: 2 });
  });

  it.each([
    ['an unended string', `"${'\\"'.repeat(131_000)}`],
    ['many brackets', '['.repeat(262_144)],
    ['many quotes', '{"'.repeat(131_072)],
    ['many words', 'nan'.repeat(87_000)],
    ['much white space', `{${' '.repeat(262_000)}x}`],
    ['many NULs', `{${'\0'.repeat(262_000)}x}`],
  ])('takes no time for %s', (_what, text) => {
    const start = performance.now();
    expect(() => parseJson(text, 'test')).toThrow(PrinterError);
    expect(isWholeJson(text)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
