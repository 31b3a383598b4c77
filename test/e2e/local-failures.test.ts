// Failures of the exporter's machine: the limit of open files of a running exporter is lowered.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { Agent } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { buildProgram, type Program } from '../cli/program.ts';
import { type Page, parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { ask } from '../support/http.ts';

const COUNT = 12;
// How many printers can be read at the same time.
const READABLE = 4;

let program: Program;
let printers: readonly SimulatedPrinter[] = [];
beforeAll(async () => {
  program = await buildProgram();
  // Slow enough that all connections are open at the same time.
  const start = (_: unknown, index: number) =>
    startSimulatedPrinter({ model: 'finder', name: `p${index}`, latencyMs: 50 });
  printers = await Promise.all(Array.from({ length: COUNT }, start));
}, 120_000);
afterAll(async () => {
  await Promise.all(printers.map((printer) => printer.close()));
  await program?.[Symbol.asyncDispose]();
});

function limitFiles(pid: number, limit: number | string): Promise<unknown> {
  return promisify(execFile)('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]);
}

async function openFiles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

it('fails with the code local where it cannot connect, and logs one line at the start and one at the end', async () => {
  const argv = printers.map(({ name, host, tcpPort }) => `${name}=${host}:${tcpPort}`);
  await using running = program.start([...argv, '--web.listen-address=127.0.0.1:0']);
  const [, url = ''] = await running.see('err', /msg=listening url=(\S+)/);
  const { pid = 0 } = running.child;
  const scrape = async (): Promise<Page> => parseExposition((await ask(url, '/metrics')).body);
  const upCount = (page: Page): number => samplesOf(page, 'flashforge_up').filter(({ value }) => value === 1).length;
  expect(upCount(await scrape())).toBe(COUNT);

  // The scrape itself needs one.
  await limitFiles(pid, (await openFiles(pid)) + 1 + READABLE);
  for (const round of [1, 2]) {
    const page = await scrape();
    expect(upCount(page)).toBeGreaterThan(0);
    expect(upCount(page)).toBeLessThan(COUNT);
    const failures = samplesOf(page, 'flashforge_scrape_failures_total');
    expect(new Set(failures.map(({ labels }) => labels['code']))).toEqual(new Set(['local']));
    expect(failures.length).toBeGreaterThanOrEqual(COUNT - upCount(page));
    expect(Math.max(...failures.map(({ value }) => value))).toBe(round);
  }
  await limitFiles(pid, 1024);
  expect(upCount(await scrape())).toBe(COUNT);

  running.child.kill();
  const { err } = await running.ended;
  const lines = err.split('\n').filter((line) => /level=(warn|error)|machine/.test(line));
  expect(lines.map((line) => line.replace(/^time=\S+ /, ''))).toEqual([
    expect.stringMatching(
      /^level=warn msg="printers not read because of this machine" code=local reason="connect 127\.0\.0\.1:\d+: EMFILE: .*LimitNOFILE=/,
    ),
    'level=info msg="this machine no longer keeps printers from being read"',
  ]);
  expect(err).not.toContain('printer answers again');
}, 60_000);

describe('the first scrape', () => {
  const isOfProcess = (page: Page): boolean => samplesOf(page, 'process_resident_memory_bytes').length > 0;

  it.each([
    [
      'too few file descriptors for all printers has the metrics of the process',
      (open: number) => open + READABLE,
      true,
    ],
    ['none to spare leaves the metrics of the process out, and says so once', () => 0, false],
  ])('with %s', async (_, limitOf, hasProcess) => {
    const argv = printers.map(({ name, host, tcpPort }) => `${name}=${host}:${tcpPort}`);
    await using running = program.start([...argv, '--web.listen-address=127.0.0.1:0']);
    const [, url = ''] = await running.see('err', /msg=listening url=(\S+)/);
    const { pid = 0 } = running.child;
    // Connected before the limit is set, so that it takes no descriptor of what is left.
    const agent = new Agent({ keepAlive: true });
    await ask(url, '/-/healthy', { agent });
    await limitFiles(pid, limitOf(await openFiles(pid)));
    for (const limit of [undefined, 1024]) {
      if (limit !== undefined) await limitFiles(pid, limit);
      const { status, body } = await ask(url, '/metrics', { agent });
      expect(status).toBe(200);
      const page = parseExposition(body);
      expect(samplesOf(page, 'flashforge_up')).toHaveLength(COUNT);
      expect(isOfProcess(page)).toBe(hasProcess);
    }
    agent.destroy();
    running.child.kill();
    const { err } = await running.ended;
    expect(err.match(/process_\* and nodejs_\* are missing until a restart/g) ?? []).toHaveLength(hasProcess ? 0 : 1);
  });
});
