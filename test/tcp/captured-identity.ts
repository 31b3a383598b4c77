// Printers of which only M115 was captured.

import type { Identity } from '../../src/printer/snapshot.ts';
import { axes, type Captured } from './captured.ts';

const CUBE150 = { buildVolumeMeters: axes({ x: 0.15, y: 0.15, z: 0.15 }) };
const A4_VOLUME = { buildVolumeMeters: axes({ x: 0.22, y: 0.2, z: 0.25 }) };

function only(title: string, folder: string, file: string, identity: Identity, volume: string): Captured {
  return {
    title,
    folder,
    files: { M115: file },
    snapshot: { identity },
    raw: [`volume: ${volume}`, 'tools: 1'],
    failure: 'protocol',
  };
}

export const IDENTITIES: readonly Captured[] = [
  only(
    'Adventurer 3C Pro, blank lines and a name with two blanks before it',
    'adventurer3c-pro-v2.1.2-info',
    'M115.txt',
    {
      model: 'FlashForge Adventurer III Pro',
      name: 'CowaPrint',
      firmware: 'v2.1.2',
      serial: 'SNCCCA95105901',
      mac: '88:A9:A7:92:DE:72',
      ...CUBE150,
    },
    '150 Y: 150 Z: 150',
  ),
  only(
    'Voxel, no Mac line',
    'monoprice-voxel-v1.0.3',
    'M115.txt',
    { model: 'Voxel', name: 'Voxel', firmware: 'v1.0.3', serial: 'XXXX999999', ...CUBE150 },
    '150 Y: 150 Z: 150',
  ),
  only(
    'Adventurer 4 Lite, no serial',
    'adventurer4-lite-pro-info',
    'M115-lite.txt',
    {
      model: 'Flashforge Adventurer 4',
      name: 'Lite Printer',
      firmware: 'v2.0.5 20220527',
      mac: '00:11:22:33:44:55',
      ...A4_VOLUME,
    },
    '220 Y: 200 Z: 250',
  ),
  only(
    'Adventurer 4 Pro, no serial',
    'adventurer4-lite-pro-info',
    'M115-pro.txt',
    {
      model: 'Flashforge Adventurer 4 Pro',
      name: 'Pro Printer',
      firmware: 'v1.2.1 20230906',
      mac: '66:55:44:33:22:11',
      ...A4_VOLUME,
    },
    '220 Y: 200 Z: 250',
  ),
];
