// The program under attack, in a separate process whose memory and descriptors are measured from outside.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { buildProgram } from '../cli/program.ts';
import { type Page, parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { ask } from '../support/http.ts';

// What one attack may cost, however much it sends. The idle process has about 80 MiB.
const MAX_EXTRA_MIB = 150;
const SETTLES_WITHIN_MS = 10_000;

export interface Victim extends AsyncDisposable {
  readonly url: string;
  readonly printers: readonly SimulatedPrinter[];
  /** Runs an attack and checks that memory, descriptors, printer connections and the page recover afterwards. */
  survives<T>(attack: () => Promise<T>): Promise<T>;
  /** One legitimate scrape. */
  scrape(): Promise<Page>;
}

function readMiB(pid: number, key: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function resetPeak(pid: number): void {
  // 5 resets the peak resident set size (proc(5), clear_refs).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

export async function startVictim(): Promise<Victim> {
  const printers = [
    await startSimulatedPrinter({ model: 'finder', name: 'one' }),
    await startSimulatedPrinter({ model: 'adventurer4', name: 'two' }),
    // Slow enough for other requests to arrive during its read.
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
  // Warm up, so that compilation and caches do not count as a cost of the first attack.
  for (let i = 0; i < 100; i++) await scrape();
  return {
    url,
    printers,
    scrape,
    survives: async (attack) => {
      const descriptors = descriptorsOf(pid);
      resetPeak(pid);
      const before = readMiB(pid, 'VmRSS');
      const result = await attack();
      expect(readMiB(pid, 'VmHWM') - before, 'extra MiB').toBeLessThan(MAX_EXTRA_MIB);
      expect((await ask(url, '/-/healthy')).status).toBe(200);
      // The process notices a closed connection a moment later.
      await expect.poll(async () => (await ask(url, '/metrics')).status, { timeout: SETTLES_WITHIN_MS }).toBe(200);
      await scrape();
      const leaked = (): number => descriptorsOf(pid) - descriptors;
      await expect.poll(leaked, { timeout: SETTLES_WITHIN_MS, message: 'leaked descriptors' }).toBeLessThanOrEqual(0);
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
