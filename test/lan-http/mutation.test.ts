// Every single field of every captured /detail in turn set to null, "x", -1e9, [] and {}, over a real HTTP server:
// what the field gives goes away, and nothing else changes.

import { describe, expect, it } from 'vitest';
import { createHttpReader } from '../../src/lan-http/read.ts';
import { CAPTURED, readCapture } from './captured.ts';
import { serveHttp } from './server.ts';

const MUTATIONS = [null, 'x', -1e9, [], {}];

interface Influence {
  /** The samples the field gives: gone with it, unless `x` is as good a text as any. */
  readonly gives?: RegExp;
  readonly isText?: true;
  /** Samples it only has a say in. */
  readonly touches?: RegExp;
}

const FIELDS: readonly (readonly [path: RegExp, influence: Influence])[] = [
  [
    /^status$/,
    {
      gives: /^(state|stateProtocol|statusWords)\b/,
      isText: true,
      touches:
        /^(progress|layers?|elapsedSeconds|remainingSeconds|file|speedRatio|zOffsetMeters|fanRatios|filamentEstimates)\b/,
    },
  ],
  [/^pid$/, { touches: /^(identity\.model|heaters\.chamber\..*|doorOpen|tvocIndex|remainingSeconds)$/ }],
  [/^model$/, { touches: /^identity\.model$/ }],
  [/^nozzleCnt$/, { touches: /^(heaters|filamentEstimates)\.tool1\./ }],
  [/^name$/, { gives: /^identity\.name$/, isText: true }],
  [/^firmwareVersion$/, { gives: /^identity\.firmware$/, isText: true }],
  [/^macAddr$/, { gives: /^identity\.mac$/, isText: true }],
  [/^measure$/, { gives: /^identity\.buildVolumeMeters\./ }],
  [/^errorCode$/, { gives: /^errorCode$/, isText: true }],
  [/^printFileName$/, { gives: /^file$/, isText: true }],
  [/^nozzleModel$/, { gives: /^nozzles\./, isText: true }],
  [/^rightFilamentType$/, { gives: /^filaments\.tool0$/, isText: true }],
  [/^leftFilamentType$/, { gives: /^filaments\.tool1$/, isText: true }],
  [/^nozzleTemps$/, { gives: /^heaters\.tool\d\.celsius$/ }],
  [/^nozzleTargetTemps$/, { gives: /^heaters\.tool\d\.targetCelsius$/ }],
  [/^platTemp$/, { gives: /^heaters\.bed\.celsius$/ }],
  [/^platTargetTemp$/, { gives: /^heaters\.bed\.targetCelsius$/ }],
  [/^chamberTemp$/, { gives: /^heaters\.chamber\.celsius$/ }],
  [/^chamberTargetTemp$/, { gives: /^heaters\.chamber\.targetCelsius$/ }],
  [/^printProgress$/, { gives: /^progress\./ }],
  [/^printLayer$/, { gives: /^layer$/ }],
  [/^targetPrintLayer$/, { gives: /^layers$/ }],
  [/^printDuration$/, { gives: /^elapsedSeconds$/ }],
  [/^estimatedTime$/, { gives: /^remainingSeconds$/ }],
  [/^printSpeedAdjust$/, { gives: /^speedRatio$/ }],
  [/^zAxisCompensation$/, { gives: /^zOffsetMeters$/ }],
  [/^coolingFanSpeed$/, { gives: /^fanRatios\.cooling$/ }],
  [/^chamberFanSpeed$/, { gives: /^fanRatios\.chamber$/ }],
  [/^estimatedRightLen$/, { gives: /^filamentEstimates\.tool0\.meters$/ }],
  [/^estimatedRightWeight$/, { gives: /^filamentEstimates\.tool0\.grams$/ }],
  [/^estimatedLeftLen$/, { gives: /^filamentEstimates\.tool1\.meters$/ }],
  [/^estimatedLeftWeight$/, { gives: /^filamentEstimates\.tool1\.grams$/ }],
  [/^lightStatus$/, { gives: /^lightOn$/ }],
  [/^doorStatus$/, { gives: /^doorOpen$/ }],
  [/^internalFanStatus$/, { gives: /^filtration\.internal$/ }],
  [/^externalFanStatus$/, { gives: /^filtration\.external$/ }],
  [/^tvoc$/, { gives: /^tvocIndex$/ }],
  [/^remainingDiskSpace$/, { gives: /^diskFreeBytes$/ }],
  [/^cumulativePrintTime$/, { gives: /^lifetimePrintSeconds$/ }],
  [/^cumulativeFilament$/, { gives: /^lifetimeFilamentMeters$/ }],
  [/^matlStationInfo(\.slotInfos)?$/, { gives: /^materialSlots\./ }],
  [/^matlStationInfo\.currentSlot$/, { gives: /^materialSlots\.\d\.active$/ }],
];

// On a machine with one nozzle, or with arrays for its tools, right and left are read or not.
const SIDES: readonly (readonly [path: RegExp, influence: Influence])[] = [
  [/^rightTemp$/, { gives: /^heaters\.tool0\.celsius$/ }],
  [/^rightTargetTemp$/, { gives: /^heaters\.tool0\.targetCelsius$/ }],
];

function influenceOf(path: string, hasArrays: boolean): Influence {
  const found = [...FIELDS, ...(hasArrays ? [] : SIDES)].find(([pattern]) => pattern.test(path));
  if (found) return found[1];
  const tool = /^nozzle(Target)?Temps\.(\d)$/.exec(path);
  if (tool) return { gives: new RegExp(`^heaters\\.tool${tool[2]}\\.${tool[1] ? 'targetCelsius' : 'celsius'}$`) };
  const slot = /^matlStationInfo\.slotInfos\.(\d)(?:\.(\w+))?$/.exec(path);
  if (!slot) return {};
  const samples: Record<string, string> = { hasFilament: 'loaded', materialName: 'material', materialColor: 'color' };
  const sample = slot[2] === undefined || slot[2] === 'slotId' ? '\\w+' : samples[slot[2]];
  return {
    gives: new RegExp(`^materialSlots\\.${Number(slot[1]) + 1}\\.${sample}$`),
    ...(sample === 'material' && { isText: true }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Every path in a JSON value, `a.b.0.c`. */
function pathsOf(value: unknown, prefix: readonly string[] = []): string[][] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => [[...prefix, key], ...pathsOf(value[key], [...prefix, key])]);
}

function withValue(root: unknown, path: readonly string[], value: unknown): unknown {
  const copy: unknown = structuredClone(root);
  let parent = copy;
  for (const key of path.slice(0, -1)) if (isObject(parent)) parent = parent[key];
  const last = path.at(-1);
  if (isObject(parent) && last !== undefined) parent[last] = value;
  return copy;
}

/** A snapshot as `heaters.bed.celsius` → 60, so that two can be compared sample by sample. */
function flatten(value: unknown, prefix = ''): Map<string, unknown> {
  if (!isObject(value)) return new Map([[prefix, value]]);
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const flat = new Map<string, unknown>();
  for (const [key, inner] of entries) {
    const name = isObject(inner) && typeof inner['slot'] === 'string' ? inner['slot'] : key;
    for (const [path, leaf] of flatten(inner, prefix === '' ? name : `${prefix}.${name}`)) flat.set(path, leaf);
  }
  return flat;
}

const reader = createHttpReader();

describe.each(Object.keys(CAPTURED))('%s', (capture) => {
  const original: unknown = JSON.parse(readCapture(capture));
  const detail = isObject(original) ? original['detail'] : undefined;
  const hasArrays = isObject(detail) && 'nozzleTemps' in detail;
  const paths = pathsOf(detail);

  async function readBodies(bodies: readonly unknown[]): Promise<Map<string, unknown>[]> {
    let next = 0;
    await using server = await serveHttp((response) => response.end(JSON.stringify(bodies[next++])));
    const flat: Map<string, unknown>[] = [];
    for (const _ of bodies) {
      flat.push(flatten(await reader.readDetail(server.target, new AbortController().signal)));
    }
    return flat;
  }

  it.each(paths.map((path) => [path.join('.'), path] as const))('%s costs itself only', async (name, path) => {
    const { gives, touches, isText } = influenceOf(name, hasArrays);
    const mutated = MUTATIONS.map((value) => withValue(original, ['detail', ...path], value));
    const [before, ...afters] = await readBodies([original, ...mutated]);
    for (const [index, after] of afters.entries()) {
      const value = MUTATIONS[index];
      const rest = (flat: Map<string, unknown> | undefined) =>
        Object.fromEntries([...(flat ?? [])].filter(([key]) => !gives?.test(key) && !touches?.test(key)));
      expect(rest(after), `${name} = ${JSON.stringify(value)}`).toEqual(rest(before));
      const given = [...after.keys()].filter((key) => gives?.test(key));
      if (!(isText && value === 'x')) expect(given, `${name} = ${JSON.stringify(value)}`).toEqual([]);
    }
  });

  it('has a field for every sample', async () => {
    const [before] = await readBodies([original]);
    const given = paths.map((path) => influenceOf(path.join('.'), hasArrays).gives);
    const orphans = [...(before ?? new Map<string, unknown>()).keys()].filter(
      (sample) => !given.some((gives) => gives?.test(sample)),
    );
    expect(orphans.filter((sample) => !/^identity\.(serial|model)$|\.slot$/.test(sample))).toEqual([]);
  });
});
