// matlStationInfo of a /detail: the spools an AD5X or a Creator 5 changes between.

import { onlyDefined } from '../common/defined.ts';
import type { MaterialSlot } from '../printer/snapshot.ts';
import { isRecord, type JsonRecord, readCount, readFlag, readMaterial } from './fields.ts';

const MAX_SLOTS = 64;
const COLOR = /^#?([0-9a-f]{6})$/i;

function readColor(value: unknown): string | undefined {
  const digits = typeof value === 'string' ? COLOR.exec(value.trim())?.[1] : undefined;
  return digits && `#${digits.toUpperCase()}`;
}

function readSlot(info: JsonRecord, slot: number, currentSlot: number | undefined): MaterialSlot {
  return onlyDefined({
    slot: String(slot),
    loaded: readFlag(info['hasFilament']),
    active: currentSlot === undefined ? undefined : currentSlot === slot,
    material: readMaterial(info['materialName']),
    color: readColor(info['materialColor']),
  });
}

/** The slots the station reports, each number once; `hasMatlStation` is not asked, a Creator 5 omits it (docs/protocol.md#http-material-station). */
export function readMaterialSlots(station: unknown): readonly MaterialSlot[] | undefined {
  if (!isRecord(station) || readCount(station['slotCnt'], MAX_SLOTS) === 0) return undefined;
  const infos: unknown = station['slotInfos'];
  if (!Array.isArray(infos)) return undefined;
  const currentSlot = readCount(station['currentSlot'], MAX_SLOTS); // 0 when none is in use
  const slots = new Map<number, MaterialSlot>();
  for (const info of infos.slice(0, MAX_SLOTS)) {
    const slot = isRecord(info) ? readCount(info['slotId'], MAX_SLOTS) : undefined;
    if (slot && !slots.has(slot)) slots.set(slot, readSlot(info, slot, currentSlot));
  }
  return slots.size > 0 ? [...slots.values()] : undefined;
}
