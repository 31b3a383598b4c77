// The material station of an AD5X or a Creator 5: its slots, the spool beside it, and what it is doing.

import { onlyDefined } from '../common/defined.ts';
import { EXTERNAL_SLOT, type MaterialSlot, type MaterialStation } from '../printer/snapshot.ts';
import { isRecord, type JsonRecord, nonEmpty, readCount, readFlag, readMaterial } from './values.ts';

const MAX_SLOTS = 64;
const COLOR = /^#?([0-9a-f]{6})$/i;

// stateAction and stateStep count through these words (docs/protocol.md#http-material-station).
const ACTIONS = ['idle', 'load', 'unload', 'cancel', 'printing', 'busy', 'paused'];
const STEPS = ['none', 'heating', 'push', 'purge', 'cut', 'retract', 'done'];
const MAX_CODE = 255;

function readColor(value: unknown): string | undefined {
  const digits = typeof value === 'string' ? COLOR.exec(value.trim())?.[1] : undefined;
  return digits && `#${digits.toUpperCase()}`;
}

function readSpool(info: JsonRecord): Pick<MaterialSlot, 'material' | 'color'> {
  return onlyDefined({ material: readMaterial(info['materialName']), color: readColor(info['materialColor']) });
}

function readSlot(info: JsonRecord, slot: number, currentSlot: number | undefined): MaterialSlot {
  return onlyDefined({
    slot: String(slot),
    loaded: readFlag(info['hasFilament']),
    active: currentSlot === undefined ? undefined : currentSlot === slot,
    ...readSpool(info),
  });
}

// `hasMatlStation` does not count: a Creator 5 leaves it out (docs/protocol.md#http-material-station).
function findStation(detail: JsonRecord): JsonRecord | undefined {
  const station = detail['matlStationInfo'];
  if (!isRecord(station)) return undefined;
  const slots = readCount(station['slotCnt'], MAX_SLOTS) ?? readSlots(station).length;
  return slots > 0 ? station : undefined;
}

function readSlots(station: JsonRecord): readonly MaterialSlot[] {
  const infos: unknown = station['slotInfos'];
  if (!Array.isArray(infos)) return [];
  const currentSlot = readCount(station['currentSlot'], MAX_SLOTS); // 0 if none is in use
  const slots = new Map<number, MaterialSlot>();
  for (const info of infos.slice(0, MAX_SLOTS)) {
    const slot = isRecord(info) ? readCount(info['slotId'], MAX_SLOTS) : undefined;
    if (slot && !slots.has(slot)) slots.set(slot, readSlot(info, slot, currentSlot));
  }
  return [...slots.values()];
}

/** The slots that the station reports, each number once, and then the external spool; undefined if there are none. */
export function readMaterialSlots(detail: JsonRecord): readonly MaterialSlot[] | undefined {
  const station = findStation(detail);
  const slots = station ? readSlots(station) : [];
  const external = isRecord(detail['indepMatlInfo']) ? nonEmpty(readSpool(detail['indepMatlInfo'])) : undefined;
  const all = external ? [...slots, { slot: EXTERNAL_SLOT, ...external }] : slots;
  return all.length > 0 ? all : undefined;
}

function readWord(value: unknown, words: readonly string[]): string | undefined {
  const code = readCount(value, MAX_CODE);
  return code === undefined ? undefined : (words[code] ?? 'unknown');
}

/** What the station is doing; undefined if there is no station, or if it reports neither action nor step. */
export function readMaterialStation(detail: JsonRecord): MaterialStation | undefined {
  const station = findStation(detail);
  return (
    station &&
    nonEmpty(
      onlyDefined({
        action: readWord(station['stateAction'], ACTIONS),
        step: readWord(station['stateStep'], STEPS),
      }),
    )
  );
}
