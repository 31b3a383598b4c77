// The JSON bodies of the HTTP side, with the keys, their order and their types from the captured bodies.

import type { Identity } from './model.ts';
import type { SimulatedModel } from './models.ts';
import { type HttpQuirk, withQuirks } from './quirks.ts';
import type { Heat, Reading } from './reading.ts';

type Fields = Record<string, unknown>;

/** The body of a response. */
export type HttpResponse = Fields;

// Bodies as in test/captures/http-error-replies; the HTTP status is 200 for all of them (docs/protocol.md#http-requests-and-refusals).
export const REFUSALS = {
  badParameters: { code: -1, message: 'Parameters is error' },
  lanModeOff: { code: -2, message: 'Lan mode error' },
  wrongCode: { code: 1, message: 'Access code is different' },
  wrongSerial: { code: 1, message: 'SN is different' },
  // No capture has the text of code 2.
  busy: { code: 2, message: 'Printer is busy' },
} as const satisfies Record<string, HttpResponse>;

const COLD: Heat = { celsius: 0, target: 0 };

const openClose = (is: boolean): string => (is ? 'open' : 'close');

/** The whole body of a /detail response. */
export function detailBody(
  model: SimulatedModel,
  identity: Identity,
  reading: Reading,
  quirks: readonly HttpQuirk[] = [],
): HttpResponse {
  const detail = { ...withQuirks(detailFields(model, identity, reading), reading, quirks), ...reading.detail };
  // The two firmware families order the envelope differently.
  return isCreator5(model) ? { code: 0, message: 'Success', detail } : { code: 0, detail, message: 'Success' };
}

/**
 * The whole body of a /product response: what can be controlled, 1 or 0. No capture shows one, only their description
 * (docs/protocol.md#http-endpoints).
 */
export function productBody(model: SimulatedModel): HttpResponse {
  const has = (what: boolean): number => Number(what);
  const product = {
    nozzleTempCtrlState: 1,
    platformTempCtrlState: 1,
    chamberTempCtrlState: has(model === 'creator5-pro'),
    lightCtrlState: 1,
    // Wrong on a Creator 5 Pro, which has the filtration (ff-5mp-hass 1.3.0).
    internalFanCtrlState: has(model === 'adventurer5m-pro'),
    externalFanCtrlState: has(model === 'adventurer5m-pro'),
  };
  return isCreator5(model) ? { code: 0, message: 'Success', product } : { code: 0, product, message: 'Success' };
}

function isCreator5(model: SimulatedModel): boolean {
  return model === 'creator5' || model === 'creator5-pro';
}

function detailFields(model: SimulatedModel, identity: Identity, reading: Reading): Fields {
  switch (model) {
    case 'adventurer5m':
      // Its board has no sensor for the air (docs/protocol.md#http-detail-fields).
      return fiveM(identity, reading, { pid: 35, tvoc: 0 });
    case 'adventurer5m-pro':
      return fiveM(identity, reading, { pid: 36, tvoc: 23 });
    case 'ad5x':
      return ad5x(identity, reading);
    case 'creator5-pro':
      return creator5Pro(identity, reading);
    case 'creator5':
      return {
        ...creator5Pro(identity, reading),
        model: 'Creator 5',
        pid: 40,
        externalFanStatus: 'close',
        internalFanStatus: 'close',
      };
    case 'finder':
    case 'adventurer3':
    case 'adventurer4':
    case 'creator4':
    case 'dreamer':
      throw new Error(`${model} has no HTTP side`);
  }
}

// test/captures/http-5m-pro-fw2.7.2-printing/detail.json
function fiveM(identity: Identity, r: Reading, own: { readonly pid: number; readonly tvoc: number }): Fields {
  const [tool = COLD] = r.tools;
  const hasFile = r.file !== '';
  return {
    autoShutdown: 'open',
    autoShutdownTime: 30,
    cameraStreamUrl: `http://${identity.ip}:8080/?action=stream`,
    chamberFanSpeed: r.active ? 100 : 0,
    chamberTargetTemp: r.chamber.target,
    chamberTemp: r.chamber.celsius,
    coolingFanSpeed: r.active ? 100 : 0,
    cumulativeFilament: r.lifetimeMeters,
    cumulativePrintTime: r.lifetimeMinutes,
    currentPrintSpeed: r.active ? 500 : 0,
    doorStatus: 'close',
    errorCode: r.errorCode,
    estimatedLeftLen: 0,
    estimatedLeftWeight: 0,
    estimatedRightLen: hasFile ? 3137.3896484375 : 0,
    estimatedRightWeight: hasFile ? 28.1100006103516 : 0,
    // The time left, which freezes in a pause.
    estimatedTime: r.remainingSeconds,
    externalFanStatus: openClose(r.active),
    fillAmount: hasFile ? 35 : 0,
    firmwareVersion: identity.firmware.replace(/^v/iu, ''),
    flashRegisterCode: 'REDACTED',
    internalFanStatus: 'close',
    ipAddr: identity.ip,
    leftFilamentType: '',
    leftTargetTemp: 0,
    leftTemp: 0,
    lightStatus: openClose(r.lightOn),
    location: identity.location,
    macAddr: identity.mac.trim(),
    measure: '220X220X220',
    name: identity.name,
    nozzleCnt: 1,
    nozzleModel: '0.4mm',
    nozzleStyle: 0,
    pid: own.pid,
    platTargetTemp: r.bed.target,
    platTemp: r.bed.celsius,
    polarRegisterCode: 'REDACTED',
    printDuration: r.elapsedSeconds,
    printFileName: r.file,
    printFileThumbUrl: `http://${identity.ip}:8898/getThum`,
    printLayer: r.layer,
    printProgress: r.progress,
    printSpeedAdjust: 100,
    remainingDiskSpace: 5.29228973388672,
    rightFilamentType: 'PLA',
    rightTargetTemp: tool.target,
    rightTemp: tool.celsius,
    status: r.httpStatus,
    targetPrintLayer: r.layers,
    tvoc: own.tvoc,
    zAxisCompensation: 0,
  };
}

// The 5M's keys and what test/captures/http-fixtures-ff-5mp-api-py/detail-ad5x.json and docs/protocol.md#http-detail-fields add for the AD5X.
function ad5x(identity: Identity, r: Reading): Fields {
  const slots = [slot(1, 'PLA', '#FF0000'), slot(2, 'PETG', '#1B1B1B'), slot(3, '', ''), slot(4, 'SILK', '#805003')];
  return {
    ...fiveM(identity, r, { pid: 38, tvoc: 0 }),
    clearFanStatus: 'open',
    coolingFanLeftSpeed: r.active ? 100 : 0,
    hasLeftFilament: false,
    hasMatlStation: true,
    hasRightFilament: true,
    indepMatlInfo: { materialColor: '', materialName: '?', stateAction: 0, stateStep: 0 },
    matlStationInfo: {
      currentLoadSlot: r.active ? 1 : 0,
      currentSlot: r.active ? 1 : 0,
      slotCnt: 4,
      slotInfos: slots,
      stateAction: r.active ? 4 : 0,
      stateStep: 0,
    },
  };
}

// test/captures/http-creator5pro-fw1.9.9-idle/detail.json
function creator5Pro(identity: Identity, r: Reading): Fields {
  const [right = COLD, left = COLD] = r.tools;
  return {
    status: r.httpStatus,
    printFileName: r.file,
    printProgress: r.progress,
    printDuration: r.elapsedSeconds,
    // The total on this firmware, not the time left: test/captures/http-creator5pro-fw1.9.9-job-start/detail-first-printing.json
    estimatedTime: r.totalSeconds,
    printLayer: r.layer,
    targetPrintLayer: r.layers,
    errorCode: r.errorCode,
    doorStatus: 'close',
    lightStatus: openClose(r.lightOn),
    model: 'Creator 5 Pro',
    name: identity.name,
    firmwareVersion: identity.firmware.replace(/^v/iu, ''),
    ipAddr: identity.ip,
    macAddr: identity.mac.trim(),
    location: identity.location,
    measure: '256X256X256',
    nozzleCnt: 4,
    nozzleModel: '0.4mm;0.4mm;0.4mm;0.4mm',
    nozzleStyle: 0,
    nozzleTemps: r.tools.map((tool) => tool.celsius),
    nozzleTargetTemps: r.tools.map((tool) => tool.target),
    platTemp: r.bed.celsius,
    platTargetTemp: r.bed.target,
    chamberTemp: r.chamber.celsius,
    // Without a sensor the target repeats the sentinel (test/captures/http-creator5-cestmoi-fixture).
    chamberTargetTemp: r.chamber.celsius < -100 ? r.chamber.celsius : r.chamber.target,
    leftTemp: left.celsius,
    leftTargetTemp: left.target,
    rightTemp: right.celsius,
    rightTargetTemp: right.target,
    leftFilamentType: '',
    rightFilamentType: '',
    chamberFanSpeed: r.active ? 40 : 0,
    coolingFanSpeed: r.active ? 100 : 0,
    internalFanStatus: openClose(r.active),
    externalFanStatus: 'close',
    camera: 1,
    cameraStreamUrl: `http://${identity.ip}:8080/?action=stream`,
    lidar: 1,
    tvoc: 0,
    remainingDiskSpace: 4.91,
    cumulativePrintTime: r.lifetimeMinutes,
    cumulativeFilament: r.lifetimeMeters,
    currentPrintSpeed: r.active ? 300 : 0,
    printSpeedAdjust: r.file === '' ? 0 : 100,
    zAxisCompensation: 0,
    fillAmount: r.file === '' ? 0 : 15,
    autoShutdown: 'close',
    autoShutdownTime: 0,
    estimatedLeftLen: 0,
    estimatedLeftWeight: 0,
    estimatedRightLen: 0,
    estimatedRightWeight: 0,
    flashRegisterCode: '',
    polarRegisterCode: '',
    pid: 41,
    matlStationInfo: {
      currentLoadSlot: 0,
      currentSlot: r.active ? 2 : 0,
      slotCnt: 4,
      stateAction: 0,
      stateStep: 0,
      slotInfos: [slot(1, '', ''), slot(2, 'ABS', '#8C8C89'), slot(3, '', ''), slot(4, '', '')],
    },
  };
}

function slot(slotId: number, materialName: string, materialColor: string): Fields {
  return { slotId, hasFilament: materialName !== '', materialName, materialColor };
}
