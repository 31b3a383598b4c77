// The program under attack: a process of its own, whose memory and descriptors are counted from outside.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { buildProgram } from '../cli/program.ts';
import { type Page, parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { ask } from '../support/http.ts';

// What one attack may cost: about what the process has anyway (80 MiB when idle), however much is sent.
const MAX_MORE_MIB = 150;
const SETTLES_WITHIN_MS = 10_000;

export interface Victim extends AsyncDisposable {
  readonly url: string;
  readonly printers: readonly SimulatedPrinter[];
  /** Runs an attack; then all must be as before: memory, descriptors, the printers' connections, and the page. */
  survives<T>(attack: () => Promise<T>): Promise<T>;
  /** One scrape by somebody who means well. */
  scrape(): Promise<Page>;
}

function readMiB(pid: number, key: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function forgetPeak(pid: number): void {
  // 5: the peak begins anew (proc(5), clear_refs).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

export async function startVictim(): Promise<Victim> {
  const printers = [
    await startSimulatedPrinter({ model: 'finder', name: 'one' }),
    await startSimulatedPrinter({ model: 'adventurer4', name: 'two' }),
    // Slow enough for others to come while it is read.
    await startSimulatedPrinter({ model: 'adventurer3', name: 'slow', latencyMs: 20 }),
  ];
  const program = await buildProgram();
  const running = program.start([
    'serve',
    ...printers.map(({ name, host, tcpPort }) => `${name}=${host}:${tcpPort}`),
    '--web.listen-address',
    '127.0.0.1:0',
  ]);
  const [, url = ''] = await running.see('err', /msg=listening .*url="?(http:[^" \n]+)/);
  const pid = running.child.pid ?? 0;
  const scrape = async (): Promise<Page> => {
    const { status, body } = await ask(url, '/metrics');
    expect(status).toBe(200);
    const page = parseExposition(body);
    expect(samplesOf(page, 'flashforge_up').map(({ value }) => value)).toEqual(printers.map(() => 1));
    return page;
  };
  // So that what is compiled and kept at the first requests is no cost of the first attack.
  for (let i = 0; i < 100; i++) await scrape();
  return {
    url,
    printers,
    scrape,
    survives: async (attack) => {
      const descriptors = descriptorsOf(pid);
      forgetPeak(pid);
      const before = readMiB(pid, 'VmRSS');
      const result = await attack();
      expect(readMiB(pid, 'VmHWM') - before, 'MiB more').toBeLessThan(MAX_MORE_MIB);
      expect((await ask(url, '/-/healthy')).status).toBe(200);
      // It takes the process a moment to hear that somebody is gone.
      await expect.poll(async () => (await ask(url, '/metrics')).status, { timeout: SETTLES_WITHIN_MS }).toBe(200);
      await scrape();
      const left = (): number => descriptorsOf(pid) - descriptors;
      await expect.poll(left, { timeout: SETTLES_WITHIN_MS, message: 'descriptors left' }).toBeLessThanOrEqual(0);
      for (const { stats } of printers) await expect.poll(() => stats.openTcpConnections).toBe(0);
      expect(running.child.exitCode).toBeNull();
      return result;
    },
    [Symbol.asyncDispose]: async () => {
      running.child.kill('SIGTERM');
      expect(await running.ended).toMatchObject({ exitCode: 0 });
      await program[Symbol.asyncDispose]();
      await Promise.all(printers.map((printer) => printer.close()));
    },
  };
}
