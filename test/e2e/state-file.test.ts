// --state.file: what survives a restart, what is never stored, and a file that cannot be written.

import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseNetworks } from '../../src/common/networks.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { run } from '../cli/run.ts';
import { scrape, startTestExporter, type TestExporter } from '../support/exporter.ts';
import { parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { collectLog, configOf } from '../support/fleet.ts';
import { ask } from '../support/http.ts';

const WRITABLE = 'flashforge_exporter_state_file_writable';

const closing: { close(graceMs: number): Promise<void> }[] = [];
let folder = '';
let stateFile = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashforge-state-'));
  stateFile = join(folder, 'state.json');
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close(0)));
  await rm(folder, { recursive: true, force: true });
});

async function serve(...[printers, options]: Parameters<typeof startTestExporter>): Promise<TestExporter> {
  const exporter = await startTestExporter(printers, { stateFile, ...options });
  closing.push(exporter);
  return exporter;
}

async function simulate(...[options]: Parameters<typeof startSimulatedPrinter>) {
  const printer = await startSimulatedPrinter(options);
  closing.push(printer);
  return printer;
}

describe('a restart', () => {
  it.each(['finder', 'adventurer5m-pro'] as const)('keeps the identity of a %s that is off', async (model) => {
    const printer = await simulate({ model, name: 'mine' });
    const configs = [configOf(printer, ['tcp', 'http'])];
    const before = await serve(configs);
    const info = samplesOf(await scrape(before), 'flashforge_printer_info');
    expect(info[0]?.labels).toMatchObject({ printer: 'mine', serial: expect.stringMatching(/./) });
    await before.close(0);
    await printer.switchOff();

    const after = await scrape(await serve(configs));
    expect(valueIn(after, 'flashforge_up', { printer: 'mine' })).toBe(0);
    expect(samplesOf(after, 'flashforge_printer_info')).toEqual(info);
    // The build volume is a reading, so it is missing while the printer is off.
    expect(samplesOf(after, 'flashforge_build_volume_meters')).toEqual([]);
  });

  it('keeps the contents of a file of version 0.1.0 and adds the identity', async () => {
    const memory = {
      baselined: true,
      lastContactSeconds: 1_700_000_000,
      failedReads: 0,
      totals: { completed: 3, cancelled: 1, failed: 0, unknown: 0 },
      lastEnds: { completed: { timestampSeconds: 1_699_999_000, file: 'vase.gx' } },
    };
    const printers = ['mine', 'gone'].map((name) => ({ name, memory }));
    await writeFile(stateFile, `${JSON.stringify({ version: 1, printers })}\n`);
    const printer = await simulate({ model: 'finder', name: 'mine' });
    const exporter = await serve([configOf(printer)]);
    const page = await scrape(exporter);
    expect(valueIn(page, 'flashforge_prints_total', { printer: 'mine', result: 'completed' })).toBe(3);
    await exporter.close(0);
    const written = JSON.parse(await readFile(stateFile, 'utf8'));
    const [gone, mine] = written.printers;
    const { lastContactSeconds, ...kept } = memory;
    expect(gone).toMatchObject({ name: 'gone', memory: { ...kept, lastContact: { wallSeconds: lastContactSeconds } } });
    expect(mine).toMatchObject({
      name: 'mine',
      memory: { totals: memory.totals, lastEnds: memory.lastEnds },
      identities: { tcp: { model: expect.any(String) } },
    });
  });
});

it('never contains a /probe target that is not configured', async () => {
  const mine = await simulate({ model: 'finder', name: 'mine' });
  const other = await simulate({ model: 'finder', name: 'other' });
  const exporter = await serve([configOf(mine)], { probeAllow: parseNetworks(['127.0.0.0/8']) });
  const { body } = await ask(exporter.url, `/probe?target=127.0.0.1:${other.tcpPort}`);
  expect(valueIn(parseExposition(body), 'flashforge_up', { printer: `127.0.0.1:${other.tcpPort}` })).toBe(1);
  await scrape(exporter);
  await exporter.close(0);
  const { printers } = JSON.parse(await readFile(stateFile, 'utf8'));
  expect(printers.map(({ name }: { readonly name: string }) => name)).toEqual(['mine']);
});

describe('a file that cannot be written', () => {
  it.each([[[]], [['--config.check']]])('is an error at startup, with the flags %j', async (flags) => {
    await mkdir(stateFile);
    const argv = ['192.0.2.1', '--web.listen-address=127.0.0.1:0', '--state.file', stateFile, ...flags];
    const { exitCode, out, err } = await run(argv);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toBe(`flashforge-exporter: --state.file ${stateFile} is not a file\n`);
  });

  it('sets a metric and logs one line at the first failed write, until a write succeeds', async () => {
    const clock = { nowMs: 1_700_000_000_000 };
    const printer = await simulate({ model: 'adventurer4', name: 'mine', now: () => clock.nowMs });
    const { log, lines } = collectLog();
    const exporter = await serve([configOf(printer)], { log, now: () => clock.nowMs });
    const scrapeNext = async (): Promise<number | undefined> => {
      clock.nowMs += 15_000;
      return valueIn(await scrape(exporter), WRITABLE);
    };
    const aboutTheFile = (): readonly string[] => lines.filter((line) => line.includes('state file'));
    expect(await scrapeNext()).toBe(1);
    await expect.poll(() => readFile(stateFile, 'utf8')).toContain('mine');

    await rename(folder, `${folder}-away`);
    printer.start({ file: 'vase.gx', heatMs: 1000, durationMs: 10_000_000 });
    await expect.poll(scrapeNext).toBe(0);
    await scrapeNext();
    expect(aboutTheFile()).toEqual([
      expect.stringMatching(/^level=warn msg="state file changed underneath/),
      expect.stringMatching(/^level=error msg="state file not written" .* reason=ENOENT$/),
    ]);

    await rename(`${folder}-away`, folder);
    await expect.poll(scrapeNext).toBe(1);
    expect(aboutTheFile().at(-1)).toMatch(/^level=info msg="state file is written again"/);
  });

  it('has no metric without --state.file', async () => {
    const exporter = await startTestExporter([]);
    closing.push(exporter);
    expect((await scrape(exporter)).families.has(WRITABLE)).toBe(false);
  });
});
