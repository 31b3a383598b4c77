// The replies of a Finder, and the JSON that flashforge-finder-api returned for them.

import { reply, type Script } from './scripted-printer.ts';

export const DOCUMENTS = ['info', 'head-location', 'temp', 'progress', 'status'] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

// Both are from the documentation of flashforge-finder-api: docs/json-api.md.
export const FINDER: Script = {
  M119: reply(
    'M119',
    'Endstop: X-max: 1 Y-max: 0 Z-max: 1',
    'MachineStatus: READY',
    'MoveMode: READY',
    'Status: S:0 L:0 J:0 F:1',
  ),
  M105: reply('M105', 'T0:31 /35 B:0/0'),
  M27: reply('M27', 'SD printing byte 4276/4275'),
  M114: reply('M114', 'X:86.9984 Y:70.5016 Z:140 A:0 B:0'),
  M115: reply(
    'M115',
    'Machine Type: Flashforge Finder',
    'Machine Name: My Finder',
    'Firmware: V1.5 20170419',
    'SN: 6A8D887A',
    'X: 140 Y: 140 Z: 140',
    'Tool Count: 1',
  ),
};
export const EXPECTED: Readonly<Record<DocumentName, string>> = {
  info: '{"Firmware":"V1.5 20170419","Name":"My Finder","SN":"6A8D887A","Tool Count":"1","Type":"Flashforge Finder","X":"140 Y: 140 Z: 140"}',
  'head-location': '{"X":"86.9984","Y":"70.5016","Z":"140"}',
  temp: '{"TargetTemperature":"35","Temperature":"31"}',
  progress: '{"BytesPrinted":4276,"BytesTotal":4275,"PercentageCompleted":100}',
  status:
    '{"Endstop":"X-max: 1 Y-max: 0 Z-max: 1","MachineStatus":"READY","MoveMode":"READY","Status":"S:0 L:0 J:0 F:1"}',
};
