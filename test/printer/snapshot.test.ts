// Both sides of one printer as one.

import { describe, expect, it } from 'vitest';
import { mergeSnapshots } from '../../src/printer/merge.ts';
import { type Snapshot, showsJob } from '../../src/printer/snapshot.ts';

const TCP: Snapshot = {
  identity: { model: 'FlashForge Guider 3', name: 'Mine', firmware: 'v3.1.3', mac: '88:A9:A7:97:B2:BF' },
  state: 'printing',
  stateProtocol: 'tcp',
  statusWords: [{ protocol: 'tcp', status: 'BUILDING_FROM_SD' }],
  moveMode: 'MOVING',
  heaters: new Map([
    ['tool0', { celsius: 220, targetCelsius: 220 }],
    ['bed', { celsius: 50, targetCelsius: 50 }],
  ]),
  positionMeters: new Map([['x', 0.01]]),
  progress: { ratio: 0.18, protocol: 'tcp' },
  layer: 117,
  layers: 523,
  file: 'tcp.gx',
  lightOn: true,
};

const HTTP: Snapshot = {
  identity: { model: 'Guider 3', firmware: '3.1.4', serial: 'SN1' },
  state: 'paused',
  stateProtocol: 'http',
  statusWords: [{ protocol: 'http', status: 'pause' }],
  heaters: new Map([
    ['tool0', { celsius: 219.5, targetCelsius: 221 }],
    ['chamber', { celsius: 40 }],
  ]),
  progress: { ratio: 0.19, protocol: 'http' },
  layer: 118,
  file: 'http.gx',
  tvocIndex: 3,
};

describe('mergeSnapshots', () => {
  it('takes HTTP where both know, and adds what only TCP knows', () => {
    expect(mergeSnapshots(TCP, HTTP)).toStrictEqual({
      identity: {
        model: 'Guider 3',
        name: 'Mine',
        firmware: '3.1.4',
        mac: '88:A9:A7:97:B2:BF',
        serial: 'SN1',
      },
      state: 'paused',
      stateProtocol: 'http',
      statusWords: [
        { protocol: 'tcp', status: 'BUILDING_FROM_SD' },
        { protocol: 'http', status: 'pause' },
      ],
      moveMode: 'MOVING',
      heaters: new Map([
        ['tool0', { celsius: 219.5, targetCelsius: 221 }],
        ['bed', { celsius: 50, targetCelsius: 50 }],
        ['chamber', { celsius: 40 }],
      ]),
      positionMeters: new Map([['x', 0.01]]),
      progress: { ratio: 0.19, protocol: 'http' },
      layer: 118,
      layers: 523,
      file: 'http.gx',
      fileProtocol: 'http',
      lightOn: true,
      tvocIndex: 3,
    });
  });

  it.each<readonly [title: string, tcp: Snapshot | undefined, http: Snapshot | undefined, expected: Snapshot]>([
    ['only TCP', TCP, undefined, TCP],
    ['only HTTP', undefined, HTTP, HTTP],
    ['neither', undefined, undefined, {}],
    ['two empty ones', {}, {}, {}],
    ['an empty HTTP', TCP, {}, { ...TCP, fileProtocol: 'tcp' }],
    ['an empty TCP', {}, HTTP, { ...HTTP, fileProtocol: 'http' }],
  ])('%s', (_title, tcp, http, expected) => {
    expect(mergeSnapshots(tcp, http)).toStrictEqual(expected);
  });

  it.each<readonly [tcp: Snapshot['state'], http: Snapshot['state'], expected: Snapshot]>([
    ['printing', 'paused', { state: 'paused', stateProtocol: 'http' }],
    ['printing', undefined, { state: 'printing', stateProtocol: 'tcp' }],
    [undefined, 'paused', { state: 'paused', stateProtocol: 'http' }],
    ['printing', 'unknown', { state: 'printing', stateProtocol: 'tcp' }],
    ['unknown', 'paused', { state: 'paused', stateProtocol: 'http' }],
    ['unknown', 'unknown', { state: 'unknown', stateProtocol: 'tcp' }],
    [undefined, 'unknown', { state: 'unknown', stateProtocol: 'http' }],
    [undefined, undefined, {}],
  ])('TCP says %s, HTTP %s', (tcp, http, expected) => {
    const side = (state: Snapshot['state'], protocol: 'tcp' | 'http'): Snapshot =>
      state === undefined ? {} : { state, stateProtocol: protocol };
    expect(mergeSnapshots(side(tcp, 'tcp'), side(http, 'http'))).toStrictEqual(expected);
  });

  it.each(['downloading', ' Unzipping'])('has no job while HTTP says %j', (status) => {
    const tcp: Snapshot = { ...TCP, printBytes: 5, printSizeBytes: 5000 };
    const http: Snapshot = { state: 'busy', stateProtocol: 'http', statusWords: [{ protocol: 'http', status }] };
    const merged = mergeSnapshots(tcp, http);
    for (const key of ['progress', 'printBytes', 'printSizeBytes', 'layer', 'layers', 'file', 'fileProtocol']) {
      expect(merged).not.toHaveProperty(key);
    }
    expect(merged).toMatchObject({ state: 'busy', positionMeters: TCP.positionMeters, lightOn: true });
    // Alone, TCP has nobody to say so.
    expect(mergeSnapshots(tcp, undefined)).toBe(tcp);
  });

  it('takes from TCP the half of a heater that HTTP lacks', () => {
    const tcp: Snapshot = { heaters: new Map([['tool0', { celsius: 220, targetCelsius: 221 }]]) };
    const http: Snapshot = { heaters: new Map([['tool0', { celsius: 219.5 }]]) };
    expect(mergeSnapshots(tcp, http).heaters).toEqual(new Map([['tool0', { celsius: 219.5, targetCelsius: 221 }]]));
  });

  it.each<readonly [snapshot: Snapshot, shows: boolean]>([
    [{}, false],
    [{ state: 'ready', file: 'a.gx' }, false],
    [{ state: 'cancelled', file: 'a.gx' }, false],
    [{ state: 'printing' }, true],
    [{ state: 'completed' }, true],
    [{ state: 'heating', stateProtocol: 'tcp' }, true],
    [{ state: 'heating', stateProtocol: 'http' }, false],
    [{ state: 'heating', stateProtocol: 'http', file: 'a.gx' }, true],
  ])('%j shows a job: %j', (snapshot, shows) => {
    expect(showsJob(snapshot)).toBe(shows);
  });

  it.each<readonly [what: string, snapshot: Snapshot, ratio: number | undefined]>([
    ['0 at the last layer', { layer: 750, layers: 750, progress: { ratio: 0, protocol: 'http' } }, 1],
    ['0.97 at the last layer', { layer: 750, layers: 750, progress: { ratio: 0.97, protocol: 'http' } }, 1],
    ['0 over TCP at the last layer', { layer: 523, layers: 523, progress: { ratio: 0, protocol: 'tcp' } }, 1],
    ['0 without layers', { progress: { ratio: 0, protocol: 'http' } }, undefined],
    ['0 at layer 0 of 0', { layer: 0, layers: 0, progress: { ratio: 0, protocol: 'http' } }, undefined],
    ['0.6 at a layer in the middle', { layer: 60, layers: 100, progress: { ratio: 0.6, protocol: 'http' } }, 0.6],
    ['0.6 without layers', { progress: { ratio: 0.6, protocol: 'http' } }, 0.6],
    ['none', { layer: 750, layers: 750 }, undefined],
  ])('completed with a progress of %s', (_what, snapshot, ratio) => {
    expect(mergeSnapshots(undefined, { ...snapshot, state: 'completed' }).progress?.ratio).toBe(ratio);
    const running = mergeSnapshots(undefined, { ...snapshot, state: 'printing' });
    expect(running.progress).toBe(snapshot.progress);
  });

  it.each([
    ['FlashForge Adventurer 5M Pro', ['tool0', 'bed']],
    ['AD5X', ['tool0', 'bed']],
    ['Creator 5', ['tool0', 'tool1', 'bed', 'chamber']],
    ['FlashForge Guider 3', ['tool0', 'tool1', 'tool4', 'bed', 'chamber']],
    [undefined, ['tool0', 'tool1', 'tool4', 'bed', 'chamber']],
  ])('%s has the heaters %s, whatever it reports over TCP', (model, expected) => {
    const heaters = new Map(['tool0', 'tool1', 'tool4', 'bed', 'chamber'].map((heater) => [heater, { celsius: 30 }]));
    const merged = mergeSnapshots({ heaters, ...(model && { identity: { model } }) }, undefined);
    expect([...(merged.heaters ?? []).keys()]).toEqual(expected);
  });

  it.each([
    ['FlashForge Adventurer 5M', undefined, undefined, ['cooling']],
    ['FlashForge Adventurer 5M Pro', false, new Map([['internal', false]]), ['cooling']],
    ['FlashForge Guider 3', false, new Map([['internal', false]]), ['cooling', 'cooling_left']],
  ])('%s has the same hardware where only TCP says which model it is', (model, doorOpen, filtration, fans) => {
    const http: Snapshot = {
      doorOpen: false,
      filtration: new Map([['internal', false]]),
      fanRatios: new Map([
        ['cooling', 0],
        ['cooling_left', 0],
      ]),
    };
    const merged = mergeSnapshots({ identity: { model } }, http);
    expect(merged.doorOpen).toBe(doorOpen);
    expect(merged.filtration).toEqual(filtration);
    expect([...(merged.fanRatios ?? []).keys()]).toEqual(fans);
  });

  it('changes neither side', () => {
    const before = structuredClone({ TCP, HTTP });
    mergeSnapshots(TCP, HTTP);
    expect({ TCP, HTTP }).toEqual(before);
  });
});
