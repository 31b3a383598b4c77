// Payloads of /detail that no client should believe.

import type { HttpResponse } from './detail.ts';

/** The job fields in the first seconds of a job: uninitialised memory. */
export const JOB_START_GARBAGE = {
  // test/captures/http-creator5pro-fw1.9.9-job-start/detail-downloading.json
  captured: {
    status: 'downloading',
    printFileName: '',
    printProgress: 1.5414283107572988e-44,
    printDuration: 0,
    estimatedTime: 0,
    printLayer: 11,
    targetPrintLayer: 0,
    chamberFanSpeed: 11,
    coolingFanSpeed: 9,
    printSpeedAdjust: 10,
    zAxisCompensation: 1.2611686178923354e-44,
  },
  // Quoted in docs/protocol.md#http-detail-fields from the same firmware.
  wild: {
    status: 'unzipping',
    printFileName: '',
    printProgress: 1.5e-44,
    printDuration: 268_369_921,
    estimatedTime: 0,
    printLayer: 65_658,
    targetPrintLayer: 8_065_023,
    chamberFanSpeed: 5_177_344,
    coolingFanSpeed: 5_177_344,
    printSpeedAdjust: 65_660,
    zAxisCompensation: 1.2611686178923354e-44,
  },
} as const;

/** The same fields, each with a value of the wrong type. */
export function withWrongTypes(fields: Readonly<HttpResponse>): HttpResponse {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, wrongType(value)]));
}

function wrongType(value: unknown): unknown {
  if (typeof value === 'number') return 'x';
  if (typeof value === 'string') return [42];
  if (typeof value === 'boolean') return {};
  return null;
}
