// Every captured reply of a TCP printer over a real socket, whole and cut at every byte.

import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { READ_COMMANDS } from '../../src/tcp/commands.ts';
import { Framer } from '../../src/tcp/framer.ts';
import { readTcp } from '../../src/tcp/read.ts';
import type { TcpReading } from '../../src/tcp/replies.ts';
import { snapshotFromTcp } from '../../src/tcp/snapshot.ts';
import type { TcpTarget } from '../../src/tcp/target.ts';
import { commandsIn, reply, type ScriptedReply, startScriptedPrinter } from '../support/scripted-printer.ts';
import { allCapturePaths, isRead, rawTexts, readCapture, readSession } from './capture-files.ts';
import type { Captured } from './captured.ts';
import { ADVENTURERS } from './captured-adventurer.ts';
import { IDENTITIES } from './captured-identity.ts';
import { OLD } from './captured-old.ts';
import { frame, type ReplyLines, withLines } from './frame.ts';
import { whole } from './reading.ts';

const CASES: readonly Captured[] = [...ADVENTURERS, ...IDENTITIES, ...OLD];
const ORDER = ['M601', 'M119', 'M105', 'M27', 'M114', 'M115', 'M602'];

afterEach(() => {
  vi.restoreAllMocks();
});

function read(target: TcpTarget, { login = 'auto' }: Pick<Captured, 'login'>): Promise<TcpReading> {
  return whole(readTcp(target, { login, identity: true }, new AbortController().signal));
}

/** The bytes of a conversation by command; what was not captured is acknowledged without data. */
function repliesOf({ folder, files }: Captured): Map<string, string> {
  const all = new Map(ORDER.map((command) => [command, reply(command)]));
  for (const [command, file] of Object.entries(files)) all.set(command, readCapture(`${folder}/${file}`));
  return all;
}

function expectCaptured(reading: TcpReading, captured: Captured): void {
  expect(snapshotFromTcp(reading.replies)).toEqual(captured.snapshot);
  expect(rawTexts(reading.replies)).toEqual(captured.raw);
  expect(reading.failure?.code).toBe(captured.failure);
}

describe.each(CASES)('$folder: $title', (captured) => {
  const replies = repliesOf(captured);

  it('means what is written beside it', async () => {
    await using printer = await startScriptedPrinter(Object.fromEntries(replies));
    const reading = await read(printer.target, captured);
    expectCaptured(reading, captured);
    // Only formats, no reply, are known of the Creator 3.
    const captures = captured.folder === 'creator3-doc-format' ? {} : captured.files;
    expect([...reading.problems.keys()]).toEqual(READ_COMMANDS.filter((command) => !(command in captures)));
    expect(printer.pipelined).toEqual([]);
    await printer.allClosed();
    const refused = captured.files.M601?.includes('fail') ?? false;
    const asked = ORDER.filter((command) => isRead(command) || captured.login === 'always');
    expect(commandsIn(printer.received[0]).map((command) => command.split(' ')[0])).toEqual(
      asked.filter((command) => command !== 'M602' || !refused),
    );
  });

  it('means the same when other replies of that printer, and upload acknowledgements, come before each', async () => {
    const foreign = allCapturePaths()
      .filter((path) => /\/M(23|26|29|650)\b/.test(path))
      .map(readCapture)
      .join('N0001 ok.\r\n');
    const script = [...replies].map(([command, bytes]): [string, ScriptedReply] => [command, `${foreign}${bytes}`]);
    await using printer = await startScriptedPrinter(Object.fromEntries(script));
    expectCaptured(await read(printer.target, captured), captured);
  });

  it('means the same when every reply is cut at any byte', async () => {
    const longest = Math.max(...[...replies.values()].map((bytes) => Buffer.byteLength(bytes)));
    const push = vi.spyOn(Framer.prototype, 'push');
    const takenBytes = (): number => push.mock.calls.reduce((sum, [chunk]) => sum + chunk.length, 0);
    let cuts = 0;
    let at = 1;
    // The rest goes out once the client has taken the first part.
    const cut = (bytes: Buffer): ScriptedReply => {
      return async ({ part, send }) => {
        if (at >= bytes.length) return send(bytes);
        const expected = takenBytes() + at;
        await part(bytes.subarray(0, at));
        while (takenBytes() < expected) await turn();
        cuts += 1;
        await send(bytes.subarray(at));
      };
    };
    const script = [...replies].map(([command, bytes]): [string, ScriptedReply] => [command, cut(Buffer.from(bytes))]);
    await using printer = await startScriptedPrinter(Object.fromEntries(script));
    for (; at < longest; at++) {
      push.mockClear();
      const reading = await read(printer.target, captured);
      // One more look at the position of the cut, should this fail.
      expect({ at, snapshot: snapshotFromTcp(reading.replies) }).toEqual({ at, snapshot: captured.snapshot });
      expectCaptured(reading, captured);
    }
    const perConversation = [...replies].filter(([command]) => isRead(command)).map(([, bytes]) => bytes.length - 1);
    expect(cuts).toBeGreaterThanOrEqual(perConversation.reduce((sum, count) => sum + count, 0));
    expect(printer.pipelined).toEqual([]);
  });
});

function frameWhole(parts: readonly Uint8Array[]): readonly ReplyLines[] {
  const { replies, framer } = frame(parts);
  const rest = withLines(framer.flush());
  return rest ? [...replies, rest] : replies;
}

describe('each captured reply through the framer', () => {
  it.each(allCapturePaths())('%s', (path) => {
    const bytes = Buffer.from(readCapture(path));
    const whole = frameWhole([bytes]);
    expect(whole).toHaveLength(1);
    expect(whole[0]?.command).toBe(/\/(M\d+)/.exec(path)?.[1]);
    expect(whole[0]?.complete).toBe(!path.includes('no-ok'));
    for (let at = 1; at < bytes.length; at++) {
      expect(frameWhole([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole);
    }
    expect(frameWhole([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });
});

it('covers every captured reply to one of the reads', () => {
  const used = new Set(CASES.flatMap(({ folder, files }) => Object.values(files).map((file) => `${folder}/${file}`)));
  const unused = allCapturePaths().filter((path) => !used.has(path) && !/\/M(23|26|29|650)\b/.test(path));
  expect(unused).toEqual([]);
  expect(used.size).toBeGreaterThan(50);
});

it('reads the same from a whole session of FlashPrint as from its single replies', async () => {
  const finder = OLD[0];
  if (!finder) throw new Error('no Finder');
  const session = readSession('finder1-v1.5-20160804-idle/session.raw.txt');
  expect(session.length).toBeGreaterThan(15);
  // As on a socket beside FlashPrint's: all it was told comes before what we asked for.
  const foreign = session.map(([, bytes]) => bytes).join('');
  const own = new Map(session);
  const script = [...own].map(([command, bytes]): [string, ScriptedReply] => [command, `${foreign}${bytes}`]);
  await using printer = await startScriptedPrinter(Object.fromEntries(script));
  expectCaptured(await read(printer.target, finder), finder);
});
