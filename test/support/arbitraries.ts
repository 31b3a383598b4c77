// fast-check arbitraries for what printers, clients and files may contain: plausible pieces in any order, which reach every
// branch, and arbitrary data.

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { allCapturePaths, readCapture as readTcpCapture } from '../tcp/capture-files.ts';

const CAPTURES = new URL('../captures/', import.meta.url);

/** A piece repeated up to `characters` characters, sometimes followed by another: shows regular expressions that backtrack. */
function often(piece: fc.Arbitrary<string>, characters: number): fc.Arbitrary<string> {
  return fc
    .tuple(piece, fc.nat(characters), fc.oneof(fc.constant(''), piece))
    .map(([text, length, end]) => text.repeat(Math.ceil(length / (text.length + 1))) + end);
}

/** A text with some passages removed, inserted or overwritten. */
function damaged(texts: readonly string[], pieces: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(4000), cut: fc.nat(30), put: pieces });
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 6 })).map(([text, changes]) =>
    changes.reduce((whole, { at, cut, put }) => {
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + put + whole.slice(place + cut);
    }, text),
  );
}

// --- TCP

const FRAME_PIECES = ['CMD M119 Received.', 'CMD 602 Received.', 'CMD', 'ok', 'OK', 'o', 'k'];
const BLANKS = ['\r\n', '\n', '\r', ' ', 'N0001 ok.'];

const streams = fc
  .array(fc.oneof(fc.constantFrom(...FRAME_PIECES, ...BLANKS), fc.string({ unit: 'binary', maxLength: 8 })), {
    maxLength: 40,
  })
  .map((pieces) => Buffer.from(pieces.join('')));

/** Bytes that a printer might send, most of them almost replies. */
export const replyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(streams, fc.uint8Array({ maxLength: 300 }));

/** Where to cut a stream into chunks. */
export const cuts = fc.array(fc.nat(300), { maxLength: 20 });

export function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...[...at].sort((a, b) => a - b).map((place) => Math.min(place, bytes.length)), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const number = fc.oneof(
  fc.constantFrom('0', '1', '100', '1000', '1001', '-1', '-108', '0.0', '220.3', '9'.repeat(400), '1e9', 'x', ''),
  fc.integer().map(String),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value) => value.toFixed(3)),
);
const key = fc.constantFrom(
  ...['T0:', 'T1:', 'T:', 'B:', 'C:', 'X:', 'X1:', 'Y:', 'Z:', 'A:', 'SD printing byte ', 'Layer: ', 'Tool Count: '],
  ...['Endstop: X-max:', 'Y-min: ', 'MachineStatus: ', 'MoveMode: ', 'Status: ', 'LED:', 'SN: ', 'CurrentFile: ', '@:'],
  ...['Machine Type: ', 'Machine Name: ', 'Firmware: ', 'Mac Address: ', 'MachineStatus: BUILDING_FROM_SD'],
);
const pair = fc
  .tuple(key, number, fc.constantFrom('/', ' /', ' ', ''), number)
  .map(([name, left, between, right]) => `${name}${left}${between}${right}`);

/** Lines of a reply. */
export const replyLines = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.array(pair, { maxLength: 3 }).map((pairs) => pairs.join(' ')) },
    { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    { weight: 1, arbitrary: often(fc.oneof(key, pair, fc.constantFrom(' ', '1', 'T', '"', '\\', '\t')), 16_000) },
  ),
  { maxLength: 6 },
);

/** The replies of one conversation: captured ones, some of them damaged. */
export const conversations: fc.Arbitrary<readonly string[]> = fc.array(
  damaged(
    allCapturePaths().map(readTcpCapture),
    fc.oneof(
      pair,
      number,
      fc.constantFrom('\n', '\r\n', 'ok', ':', '"', '\\', '\u0000'),
      fc.string({ unit: 'binary' }),
    ),
  ),
  { minLength: 1, maxLength: 5 },
);

// --- HTTP

/** The captured bodies of /detail. */
export const DETAIL_BODIES: readonly string[] = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^http-.*\.json$/.test(path))
  .map((path) => readFileSync(new URL(path, CAPTURES), 'utf8'));

/** Keys that would reach an object's prototype. */
export const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString'];
const KEYS = [
  ...new Set(DETAIL_BODIES.flatMap((body) => [...body.matchAll(/"(\w+)":/g)].map(([, name = '']) => name))),
  ...['hasRightFilament', 'hasLeftFilament', 'indepMatlInfo', 'coolingFanLeftSpeed', 'tvoc'],
  ...PROTOTYPE_KEYS,
];
const WORDS = [
  'completed',
  'finish',
  'extruding',
  'open',
  'close',
  'printing',
  'downloading',
  '0024',
  '220X220X220',
  '-108',
  '1e999',
  'nan',
  '#FFFFFF',
  ';;;',
];
const NUMBERS = [0, -0, 1, 4, 35, 36, 38, 40, 41, -108, -109, 1.5e-44, 5_177_344, 1e308, -1e9, Number.MAX_SAFE_INTEGER];

/** Any JSON, with keys and values of real payloads. */
export const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(...NUMBERS, ...WORDS, null, true, false),
    fc.jsonValue(),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 30 }),
  ),
}));

/** /detail objects with values of any type. */
export const details = fc.dictionary(fc.constantFrom(...KEYS), anyJson, { maxKeys: 60 });

/** Bodies of /detail: damaged captures, JSON of any type, and text that is not JSON. */
export const detailTexts: fc.Arbitrary<string> = fc.oneof(
  damaged(
    DETAIL_BODIES,
    fc.oneof(
      fc.constantFrom('nan', '-inf', 'null', '"', '\\', '{', '}', '[', ']', ',', ':', '1e999', '-1', '"x"', '{}', '[]'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
  ),
  anyJson.map((value) => JSON.stringify(value)),
  details.map((detail) => JSON.stringify({ code: 0, detail }).replaceAll('null', 'nan')),
  fc.string(),
  often(fc.constantFrom('"', '\\', '{', '[', '{"a":', 'nan ', '+', '"\\', 'inf'), 20_000),
);

// --- files

/** YAML, or almost: syntax that parsers get wrong, and the keys of our configuration. */
export function yamlTexts(beginnings: readonly string[], keys: readonly string[]): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    ...['\n', '\r\n', '  ', '    ', '- ', '"', "'", ': ', '[', ']', '{', '}', ','],
    ...['&a', '*a', '!x ', '|', '>', '? ', '# ', '---', '...', '%YAML 1.2', '\t', '<<: ', '\u0000', '\ufeff', '🖨'],
    ...['null', '1e400', '0x', '.nan', '2026-01-01', '__proto__: ', 'true', '5f3a9c1e', '192.168.1.50'],
    ...keys,
  );
  const text = fc.array(pieces, { maxLength: 40 }).map((words) => words.join(''));
  return fc.oneof(
    text,
    fc.tuple(fc.constantFrom(...beginnings), text).map(([beginning, rest]) => beginning + rest),
    damaged(beginnings, fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 6 }))),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
}

// --- discovery

/** UDP packets: arbitrary ones, and captured replies with some bytes changed, which pass the vendor check. */
export const discoveryPackets: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 1500 }),
  fc
    .tuple(
      fc.constantFrom(
        ...readdirSync(new URL('udp-discovery-replies/', CAPTURES))
          .filter((name) => name.endsWith('.hex'))
          .map((name) =>
            Buffer.from(readFileSync(new URL(`udp-discovery-replies/${name}`, CAPTURES), 'utf8').trim(), 'hex'),
          ),
      ),
      fc.array(fc.tuple(fc.nat(275), fc.nat(255)), { maxLength: 40 }),
      fc.option(fc.nat(276), { freq: 9, nil: undefined }),
    )
    .map(([real, changes, length]) => {
      const packet = Uint8Array.from(real);
      for (const [offset, byte] of changes) packet[offset] = byte;
      return packet.subarray(0, length);
    }),
);

// --- requests

/** Values of a list header such as `Accept`, made of these words. */
export function headerValues(words: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    ...words,
    ...[
      ',',
      ', ',
      ';',
      '; ',
      ';q=',
      ';q=0',
      ';q=1.0',
      ';q=0.5',
      '=',
      '*',
      '*/*',
      '"',
      ' ',
      '\t',
      '/',
      'q',
      '0.001',
      '-1',
    ],
  );
  return fc.oneof(
    fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
    fc.string({ maxLength: 60 }),
    often(piece, 16_000),
  );
}
