// An exporter that is killed, as by the kernel's OOM killer, right after the scrape that reported the end of a print.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { buildProgram, type Program } from '../cli/program.ts';
import { type Page, parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { ask } from '../support/http.ts';

let program: Program;
let folder: string;
beforeAll(async () => {
  program = await buildProgram();
  folder = await mkdtemp(join(tmpdir(), 'flashforge-killed-'));
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('reports the same end after its restart, and no second one', async () => {
  let nowMs = 0;
  await using printer = await disposable(startSimulatedPrinter({ model: 'finder', now: () => nowMs }));
  const argv = [
    `finder=127.0.0.1:${printer.tcpPort}`,
    '--web.listen-address=127.0.0.1:0',
    '--state.file',
    join(folder, 'state.json'),
  ];
  const start = async () => {
    const running = program.start(argv);
    const [, url = ''] = await running.see('err', /url=(http:\S+)/);
    const read = async (): Promise<Page> => parseExposition((await ask(url, '/metrics')).body);
    return { running, read };
  };
  for (let round = 1; round <= 4; round++) {
    const { running, read } = await start();
    printer.start({ heatMs: 1000, durationMs: 1_000_000 });
    for (const ms of [500, 301_000, 311_000]) {
      nowMs += ms;
      await read();
    }
    nowMs += 1_000_000;
    const reported = await read();
    running.child.kill('SIGKILL');
    await running.ended;
    expect(valueIn(reported, 'flashforge_prints_total', { printer: 'finder', result: 'completed' })).toBe(round);

    const again = await start();
    await again.read();
    const after = await again.read();
    await again.running[Symbol.asyncDispose]();
    for (const name of ['prints_total', 'last_print_end_timestamp_seconds', 'last_print_duration_seconds']) {
      expect(samplesOf(after, `flashforge_${name}`)).toEqual(samplesOf(reported, `flashforge_${name}`));
    }
    printer.clear();
    const next = await start();
    await next.read();
    await next.running[Symbol.asyncDispose]();
  }
});

async function disposable<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const opened = await opening;
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}
