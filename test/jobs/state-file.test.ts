import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/common/log.ts';
import type { Clocks } from '../../src/jobs/clocks.ts';
import { emptyMemory, type JobMemory } from '../../src/jobs/memory.ts';
import { observe } from '../../src/jobs/observe.ts';
import type { JobReading } from '../../src/jobs/reading.ts';
import { MAX_PRINTERS, openStateFile } from '../../src/jobs/state-file.ts';

// 2026-01-02T03:04:05Z
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Both clocks of a machine whose time is right. */
const at = (seconds: number): Clocks => ({ wallSeconds: seconds, monotonicSeconds: seconds });

let directory: string;
let path: string;
let lines: string[];
let onLine: (message: string) => void = () => {};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashforge-state-'));
  path = join(directory, 'state.json');
  lines = [];
  onLine = () => {};
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const log = createLogger({
  level: 'debug',
  format: 'json',
  write: (line) => {
    const message = String(JSON.parse(line).msg);
    lines.push(message);
    onLine(message);
  },
  now: () => NOW_MS,
});
const openIt = () => openStateFile(path, log, () => NOW_MS);

const printing = (percent: number): JobReading => ({
  contact: true,
  state: 'printing',
  stateProtocol: 'tcp',
  progress: { ratio: percent / 100, protocol: 'tcp' },
  file: 'böat "1".gx',
});
const ready: JobReading = { contact: true, state: 'ready', stateProtocol: 'tcp' };

function remember(readings: readonly JobReading[], memory: JobMemory | undefined = undefined, from = 1000): JobMemory {
  return readings.reduce<JobMemory>(
    (before, reading, index) => observe(before, reading, at(from + index * 30)).memory,
    memory ?? emptyMemory(),
  );
}

const running = remember([ready, printing(1), printing(2), printing(3)]);
const done = remember([{ contact: true, state: 'completed', file: 'x.gx' }, ready], running, 2000);

/** Changes whenever the file is written: every write is a new inode. */
const inode = async () => (await stat(path, { bigint: true })).ino;

describe('state file', () => {
  it('brings the whole memory back', async () => {
    const first = await openIt();
    expect(first.initial.size).toBe(0);
    first.save('finder', running);
    first.save('__proto__', done);
    await first.close();
    const second = await openIt();
    expect([...second.initial]).toEqual([
      ['finder', running],
      ['__proto__', done],
    ]);
    expect(await readdir(directory)).toStrictEqual(['state.json']);
    expect(lines).toStrictEqual([]);
    await second.close();
  });

  it('lets a job go on over a restart', async () => {
    const first = await openIt();
    first.save('finder', running);
    await first.close();
    const second = await openIt();
    const { events } = observe(
      second.initial.get('finder'),
      { contact: true, state: 'completed', stateProtocol: 'tcp' },
      at(9000),
    );
    expect(events).toStrictEqual([
      { result: 'completed', file: 'böat "1".gx', endSeconds: 9000, durationSeconds: 9000 - 1030 },
    ]);
    await second.close();
  });

  it('creates no file where there is nothing to save', async () => {
    const file = await openIt();
    await file.flush();
    await file.close();
    expect(await readdir(directory)).toStrictEqual([]);
  });

  it('keeps printers that are not configured any more', async () => {
    const first = await openIt();
    first.save('old', done);
    await first.close();
    const second = await openIt();
    second.save('new', running);
    await second.close();
    const third = await openIt();
    expect([...third.initial.keys()]).toStrictEqual(['old', 'new']);
    await third.close();
  });

  it(`forgets who was seen the longest time ago beyond ${MAX_PRINTERS} printers, but none that was seen since the start`, async () => {
    const first = await openIt();
    for (let number = 0; number < MAX_PRINTERS + 2; number += 1) first.save(`p${number}`, done);
    first.save('p0', running);
    await first.close();
    const second = await openIt();
    expect(second.initial.size).toBe(MAX_PRINTERS + 2);
    second.save('one-more', done);
    await second.close();
    const third = await openIt();
    expect(third.initial.size).toBe(MAX_PRINTERS);
    expect(['p0', 'p1', 'p2', 'p3', 'p4', 'one-more'].filter((name) => third.initial.has(name))).toStrictEqual([
      'p0',
      'p4',
      'one-more',
    ]);
    await third.close();
  });

  it('keeps what it knows of every printer that was recalled, however many are saved before it', async () => {
    const names = Array.from({ length: MAX_PRINTERS + 3 }, (_, number) => `p${number}`);
    const first = await openIt();
    for (const name of names) {
      first.save(name, done);
      first.saveIdentities(name, { tcp: { model: 'Finder' } });
    }
    await first.close();
    const second = await openIt();
    const recalled = new Map(names.map((name) => [name, second.recall(name) ?? emptyMemory()]));
    for (const [name, memory] of recalled) second.save(name, memory);
    await second.close();
    const third = await openIt();
    expect(names.filter((name) => third.recallIdentities(name) === undefined)).toStrictEqual([]);
    await third.close();
  });
});

describe('writing', () => {
  it('happens on change only', async () => {
    const file = await openIt();
    file.save('finder', running);
    await file.flush();
    const before = await inode();
    file.save('finder', running);
    file.save('finder', structuredClone(running));
    await file.flush();
    expect(await inode()).toBe(before);
    await file.close();
    expect(await inode()).toBe(before);
  });

  it('does not happen because an idle printer was seen again, until the end', async () => {
    const file = await openIt();
    file.save('finder', done);
    await file.flush();
    const before = await readFile(path, 'utf8');
    file.save('finder', observe(done, ready, at(5000)).memory);
    // A write that should not be would show within these reads.
    for (let number = 0; number < 50; number += 1) expect(await readFile(path, 'utf8')).toBe(before);
    await file.close();
    const again = await openIt();
    expect(again.initial.get('finder')?.lastContact?.wallSeconds).toBe(5000);
    await again.close();
  });

  it('happens once for many changes, the newest wins, and what is on disk is whole at any moment', async () => {
    const file = await openIt();
    let memory = running;
    for (let percent = 4; percent < 80; percent += 1) {
      memory = observe(memory, printing(percent), at(1000 + percent * 30)).memory;
      file.save('finder', memory);
      if (percent % 10 === 0) {
        await file.flush();
        expect(JSON.parse(await readFile(path, 'utf8')).printers[0].memory.job.progress.tcp.ratio).toBe(percent / 100);
      }
    }
    await file.close();
    const again = await openIt();
    expect(again.initial.get('finder')).toEqual(memory);
    await again.close();
  });

  it('ends with close', async () => {
    const file = await openIt();
    file.save('finder', running);
    await file.close();
    const before = await inode();
    file.save('finder', done);
    await file.flush();
    expect(await inode()).toBe(before);
  });

  it('that fails is reported once, the program goes on, and it is tried again', async () => {
    path = join(directory, 'later', 'state.json');
    const file = await openIt();
    expect(lines).toStrictEqual(['state file not written']);
    file.save('finder', running);
    await file.flush();
    file.save('finder', done);
    await file.flush();
    expect(lines).toStrictEqual(['state file not written']);
    await mkdir(join(directory, 'later'));
    const writtenAgain = new Promise<void>((resolve) => {
      onLine = () => resolve();
    });
    file.save('finder', done);
    await writtenAgain;
    expect(lines).toStrictEqual(['state file not written', 'state file is written again']);
    await file.close();
    const again = await openIt();
    expect(again.initial.get('finder')).toEqual(done);
    await again.close();
  });
});

// As version 0.1.0 wrote it while its third print ran.
const FILE_OF_0_1_0 =
  '{"version":1,"printers":[{"name":"finder","memory":{"totals":{"completed":1,"cancelled":1,"failed":0,"unknown":0},"lastEnds":{"completed":{"timestampSeconds":1700000180,"file":"a.gx"},"cancelled":{"timestampSeconds":1700000270,"file":"b.gx"}},"job":{"contactLost":false,"startSeconds":1700000330,"progress":{"tcp":{"ratio":0.4,"own":true,"stale":false,"printedSeconds":90,"printedRatio":0.30000000000000004,"printingAtSeconds":1700000420}},"file":"c.gx","printedFiles":{"tcp":"c.gx"},"own":{"ratio":0.4,"protocol":"tcp","seconds":1700000420}},"baselined":true,"failedReads":0,"lastContactSeconds":1700000420,"serial":"SN1"}}]}\n';

describe('a file of version 0.1.0', () => {
  it('keeps its counters, its last ends and the job that runs, which goes on to its one end', async () => {
    await writeFile(path, FILE_OF_0_1_0);
    const file = await openIt();
    const memory = file.recall('finder');
    expect(memory?.totals).toStrictEqual({ completed: 1, cancelled: 1, failed: 0, unknown: 0 });
    expect(memory?.lastEnds).toStrictEqual({
      completed: { timestampSeconds: 1_700_000_180, file: 'a.gx' },
      cancelled: { timestampSeconds: 1_700_000_270, file: 'b.gx' },
    });
    const goesOn = [printing(41), printing(42), printing(43)].map((reading) => ({ ...reading, file: 'c.gx' }));
    const later = remember(
      [...goesOn, { contact: true, state: 'completed', stateProtocol: 'tcp' }],
      memory,
      1_700_000_450,
    );
    expect(later.totals).toStrictEqual({ completed: 2, cancelled: 1, failed: 0, unknown: 0 });
    expect(later.lastEnds.completed).toStrictEqual({
      timestampSeconds: 1_700_000_540,
      file: 'c.gx',
      durationSeconds: 210,
    });
    file.save('finder', later);
    await file.close();
    expect(JSON.parse(await readFile(path, 'utf8')).version).toBe(2);
    const again = await openIt();
    expect(again.recall('finder')).toEqual(later);
    await again.close();
    expect(lines).toStrictEqual([]);
  });

  it('keeps counters of a printer that was idle', async () => {
    const idle = JSON.parse(FILE_OF_0_1_0);
    delete idle.printers[0].memory.job;
    await writeFile(path, JSON.stringify(idle));
    const file = await openIt();
    expect(file.recall('finder')).toMatchObject({
      totals: { completed: 1 },
      lastContact: { wallSeconds: 1_700_000_420 },
    });
    await file.close();
  });
});

describe('a file that is not as it was left', () => {
  const memoryText = JSON.stringify(done);
  it.each([
    ['no JSON', '{"version":2,"printers":['],
    ['empty', ''],
    ['binary', '\u0000\u0001\ufffd'],
    ['another version', '{"version":3,"printers":[]}'],
    ['another shape', '[]'],
    [
      'a field of another type',
      `{"version":2,"printers":[{"name":"a","memory":${memoryText.replace('"completed":1', '"completed":"1"')}}]}`,
    ],
    ['a missing field', '{"version":2,"printers":[{"name":"a","memory":{}}]}'],
    [
      'an impossible count',
      `{"version":2,"printers":[{"name":"a","memory":${memoryText.replace('"completed":1', '"completed":-1')}}]}`,
    ],
  ])('is set aside and started anew: %s', async (_, text) => {
    await writeFile(path, text);
    const file = await openIt();
    expect(file.initial.size).toBe(0);
    expect(lines).toStrictEqual(['state file damaged, set aside and started anew']);
    file.save('finder', running);
    await file.close();
    expect((await readdir(directory)).toSorted()).toStrictEqual(['state.json', 'state.json.damaged-20260102T030405Z']);
    expect(await readFile(`${path}.damaged-20260102T030405Z`, 'utf8')).toBe(text);
    const again = await openIt();
    expect(again.initial.get('finder')).toEqual(running);
    await again.close();
    expect(lines).toHaveLength(1);
  });

  it('is reported once per change and written over', async () => {
    const file = await openIt();
    file.save('finder', running);
    await file.flush();
    await writeFile(path, 'somebody else was here');
    file.save('finder', done);
    await file.flush();
    expect(lines).toStrictEqual(['state file changed underneath, written over']);
    expect(JSON.parse(await readFile(path, 'utf8')).printers).toHaveLength(1);
    file.save('finder', running);
    await file.flush();
    expect(lines).toHaveLength(1);
    await rm(path);
    file.save('finder', done);
    await file.close();
    expect(lines).toHaveLength(2);
  });

  it('is reported once while another exporter writes it over and over', async () => {
    const file = await openIt();
    file.save('finder', running);
    await file.flush();
    for (const memory of [done, running, done]) {
      await writeFile(path, 'somebody else was here');
      file.save('finder', memory);
      await file.flush();
    }
    expect(lines).toStrictEqual(['state file changed underneath, written over']);
    await file.close();
  });

  it('is reported once, also when it cannot be written over at first', async () => {
    const file = await openIt();
    file.save('finder', running);
    await file.flush();
    await writeFile(path, 'somebody else was here');
    await mkdir(`${path}.tmp`);
    file.save('finder', done);
    await file.flush();
    await file.flush();
    await rm(`${path}.tmp`, { recursive: true });
    await file.close();
    expect(lines).toStrictEqual([
      'state file changed underneath, written over',
      'state file not written',
      'state file is written again',
    ]);
  });

  it('is not written over when it cannot be read', async () => {
    await mkdir(path);
    const file = await openIt();
    expect(file.recall('finder')).toBeUndefined();
    file.save('finder', running);
    expect(file.recall('finder')).toEqual(running);
    await file.close();
    expect(lines).toStrictEqual(['state file not readable, nothing is saved']);
    expect(await readdir(directory)).toStrictEqual(['state.json']);
  });

  it('is left alone when it can be neither used nor set aside', async () => {
    await writeFile(path, 'damaged');
    await mkdir(`${path}.damaged-20260102T030405Z`);
    const file = await openIt();
    file.save('finder', running);
    await file.close();
    expect(lines).toStrictEqual(['state file damaged and could not be set aside, nothing is saved']);
    expect(await readFile(path, 'utf8')).toBe('damaged');
  });

  it('is no reason to stumble over a half-written file of a crash', async () => {
    await writeFile(`${path}.tmp`, '{"version":2,"pri');
    const file = await openIt();
    file.save('finder', running);
    await file.close();
    expect(await readdir(directory)).toStrictEqual(['state.json']);
    expect(lines).toStrictEqual([]);
  });
});
