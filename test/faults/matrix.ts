// Runs the cells of the matrix, ten at a time, and checks what each one costs.

import { describe, expect, it } from 'vitest';
import type { ReadCommand } from '../../src/tcp/commands.ts';
import { settle } from '../support/settle.ts';
import {
  type Bench,
  expectInTime,
  familyOf,
  GOOD_NAMES,
  keysOf,
  openResources,
  type Scraped,
  type Series,
  startBench,
} from './bench.ts';
import type { Cell, Outcome } from './cells.ts';

const AT_A_TIME = 10;

// The families that a printer keeps while it is down.
const KEPT =
  /^flashforge_(up|endpoint_up|scrape_duration_seconds|last_seen_timestamp_seconds|printer_info|prints_total|printing_seconds_total|last_print_\w+)$/;
export const isKept = (family: string): boolean => KEPT.test(family);

// The families of an Adventurer 4 by command. Without M119 there is no state, and without a state no job.
const FAMILIES_OF: Readonly<Record<ReadCommand, RegExp>> = {
  M119: /^flashforge_(state|machine_status_info|move_mode_info|endstop|light_on|print_progress_ratio|print_info)$/,
  M105: /^flashforge_temperature_(target_)?celsius$/,
  M27: /^flashforge_print_(progress_ratio|layers?)$/,
  M114: /^flashforge_position_meters$/,
  // A known identity is kept.
  M115: /^$/,
};

// Its label is the status word, which is garbage during the fault.
const RAW_WORD = /^flashforge_machine_status_info$/;

function keptBy(outcome: Outcome): (family: string) => boolean {
  switch (outcome.kind) {
    case 'complete':
      return () => true;
    case 'down':
      return isKept;
    case 'parts':
      return (family) => !outcome.lost.some((command) => FAMILIES_OF[command].test(family));
    case 'fields':
      return (family) => !outcome.lost.test(family) && !RAW_WORD.test(family);
    default:
      return outcome satisfies never;
  }
}

function expectFailures(series: Series, expected: Readonly<Record<string, number>>): void {
  const failures = [...series].filter(([key]) => familyOf(key) === 'flashforge_scrape_failures_total');
  expect(Object.fromEntries(failures)).toEqual(expected);
}

/** Checks that the endpoint lost what the cell says, with its failure code, and nothing else. */
function expectOutcome({ title, protocol, outcome }: Cell, name: string, before: Scraped, during: Scraped): void {
  const series = during.seriesOf(name);
  const isUp = outcome.kind !== 'down';
  const kept = keptBy(outcome);
  const isRawWord = (family: string): boolean => outcome.kind === 'fields' && RAW_WORD.test(family);
  expect(
    keysOf(series, (family) => !isRawWord(family)),
    title,
  ).toEqual(keysOf(before.seriesOf(name), kept));
  expect(series.get('flashforge_up'), title).toBe(Number(isUp));
  expect(series.get(`flashforge_endpoint_up{protocol="${protocol}"}`), title).toBe(Number(isUp));
  expectFailures(
    series,
    isUp ? {} : { [`flashforge_scrape_failures_total{code="${outcome.code}",protocol="${protocol}"}`]: 1 },
  );
  const lost = outcome.kind === 'parts' ? outcome.lost.map((command) => [command, outcome.code]) : [];
  expect(during.problemsOf(name), title).toEqual(Object.fromEntries(lost));
}

export function expectGood(before: Scraped, now: Scraped): void {
  for (const name of GOOD_NAMES) {
    expect(keysOf(now.seriesOf(name)), name).toEqual(keysOf(before.seriesOf(name)));
    expect(now.seriesOf(name).get('flashforge_up'), name).toBe(1);
    expect(now.problemsOf(name), name).toEqual({});
    expectFailures(now.seriesOf(name), {});
  }
}

/** The second scrape without faults. In the first one the progress has not changed yet, so it is not shown. */
export async function scrapeHealthy(bench: Bench, names: readonly string[]): Promise<Scraped> {
  await bench.scrape();
  const before = await bench.scrape();
  for (const name of [...GOOD_NAMES, ...names]) {
    expect(before.seriesOf(name).get('flashforge_up'), name).toBe(1);
    expect(before.seriesOf(name).get('flashforge_print_progress_ratio'), name).toBeGreaterThan(0);
  }
  return before;
}

const NOTHING = { sockets: 0, timers: 0 };
// Long enough for vitest's own timers. A leaked timer of a scrape or a command runs for seconds.
const TIMERS_WITHIN_MS = 500;

async function expectNothingOpen(): Promise<void> {
  const left = await settle(openResources, ({ sockets }) => sockets === 0);
  expect(left.sockets).toBe(0);
  const later = await settle(openResources, ({ timers }) => timers === 0, TIMERS_WITHIN_MS);
  expect(later).toEqual(NOTHING);
}

/** Runs a test and checks that it leaves no socket and no timer open in this process. */
export async function withoutLeaks(run: () => Promise<void>): Promise<void> {
  await expectNothingOpen();
  await run();
  await expectNothingOpen();
}

function batchesOf(cells: readonly Cell[]): Cell[][] {
  // Cells that only the deadline ends share a batch, so that few scrapes last until it.
  const sorted = cells.toSorted((a, b) => Number(a.hangs) - Number(b.hangs));
  return Array.from({ length: Math.ceil(sorted.length / AT_A_TIME) }, (_, index) =>
    sorted.slice(index * AT_A_TIME, (index + 1) * AT_A_TIME),
  );
}

/** One test per batch: a healthy scrape, one with faults, and a healthy one again. */
export function describeMatrix(title: string, cells: readonly Cell[]): void {
  describe(title, () => {
    it.each(batchesOf(cells).map((batch) => [batch.map((cell) => cell.title).join('; '), batch] as const))(
      '%s',
      async (_titles, batch) => {
        await withoutLeaks(async () => {
          const subjects = batch.map(({ protocol, fault }, index) => ({
            name: `bad-${index + 1}`,
            model: protocol === 'tcp' ? ('adventurer4' as const) : ('adventurer5m-pro' as const),
            protocols: [protocol],
            fault,
          }));
          const names = subjects.map(({ name }) => name);
          await using bench = await startBench(subjects);
          const before = await scrapeHealthy(bench, names);
          const { sockets } = openResources();

          bench.advanceClock();
          await bench.injectFaults();
          const during = await bench.scrape();
          expectInTime(during);
          expectGood(before, during);
          for (const [index, cell] of batch.entries()) expectOutcome(cell, names[index] ?? '', before, during);
          await bench.clearFaults();
          // The printers close the sockets of the read that ended.
          const left = await settle(openResources, (open) => open.sockets === sockets);
          expect(left.sockets).toBe(sockets);

          const after = await bench.scrape();
          expectInTime(after);
          expectGood(before, after);
          for (const name of names) {
            expect(keysOf(after.seriesOf(name)), name).toEqual(keysOf(before.seriesOf(name)));
            expect(after.seriesOf(name).get('flashforge_up'), name).toBe(1);
            expect(after.problemsOf(name), name).toEqual({});
          }
        });
      },
    );
  });
}
