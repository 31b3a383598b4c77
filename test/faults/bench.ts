// A whole exporter that reads ten healthy printers and others with faults, which a test can inject and clear.

import { expect } from 'vitest';
import { createLogger } from '../../src/common/log.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { scrape, startTestExporter, type TestExporter } from '../support/exporter.ts';
import type { Page } from '../support/exposition-parser.ts';
import { seriesKey } from '../support/exposition-parser.ts';
import { configOf } from '../support/fleet.ts';
import { settle } from '../support/settle.ts';

/** The scrape timeout, and the offset the exporter subtracts from it. */
const SCRAPE_TIMEOUT_MS = 3500;
const OFFSET_MS = 1000;
const MINUTES_MS = 60_000;
// In the middle of a long job, so that the page has every family of a printer.
const JOB = { durationMs: 36_000_000, heatMs: 1000, headStartMs: 7_200_000 };

export interface Subject {
  readonly name: string;
  readonly model: SimulatedModel;
  readonly protocols: readonly Protocol[];
  readonly fault?: Fault;
}

const GOOD: readonly Subject[] = [
  ...['good-1', 'good-2', 'good-3', 'good-4'].map(
    (name) => ({ name, model: 'adventurer4', protocols: ['tcp'] }) as const,
  ),
  { name: 'tcp-only', model: 'adventurer5m-pro', protocols: ['tcp'] },
  { name: 'http-only', model: 'adventurer5m-pro', protocols: ['http'] },
  { name: 'both', model: 'adventurer5m-pro', protocols: ['tcp', 'http'] },
  { name: 'good-8', model: 'creator5-pro', protocols: ['http'] },
  { name: 'good-9', model: 'ad5x', protocols: ['tcp', 'http'] },
  { name: 'good-10', model: 'finder', protocols: ['tcp'] },
];
export const GOOD_NAMES = GOOD.map(({ name }) => name);

/** The series of one printer, from `name{labels without printer}` to the value. */
export type Series = ReadonlyMap<string, number>;

export interface Scraped {
  readonly durationMs: number;
  seriesOf(name: string): Series;
  /** From command to failure code for each missing part, from the log. */
  problemsOf(name: string): Readonly<Record<string, string>>;
}

export interface Bench extends AsyncDisposable {
  readonly printers: ReadonlyMap<string, SimulatedPrinter>;
  injectFaults(): Promise<void>;
  clearFaults(): Promise<void>;
  /** Advances the clock far enough that M115 is sent again. */
  advanceClock(): void;
  /** Scrapes once. Afterwards no printer may have an open connection. */
  scrape(): Promise<Scraped>;
}

function splitByPrinter(page: Page): ReadonlyMap<string, Map<string, number>> {
  const split = new Map<string, Map<string, number>>();
  for (const { samples } of page.families.values()) {
    for (const { name, labels, value } of samples) {
      const { printer, ...others } = labels;
      if (printer === undefined) continue;
      const series = split.get(printer) ?? new Map<string, number>();
      split.set(printer, series.set(seriesKey(name, others), value));
    }
  }
  return split;
}

interface PartMissing {
  readonly msg: string;
  readonly printer: string;
  readonly command: string;
  readonly code: string;
}

export async function startBench(subjects: readonly Subject[]): Promise<Bench> {
  const printers = new Map<string, SimulatedPrinter>();
  const configs: PrinterConfig[] = [];
  for (const { name, model, protocols } of [...GOOD, ...subjects]) {
    const printer = await startSimulatedPrinter({ model, name, job: JOB });
    printers.set(name, printer);
    // The read ends just before the scrape's deadline, so that it counts as a failure of the printer.
    configs.push({ ...configOf(printer, protocols), timeoutMs: SCRAPE_TIMEOUT_MS - OFFSET_MS - 100 });
  }
  let lines: string[] = [];
  let nowMs = Date.now();
  const log = createLogger({ level: 'debug', format: 'json', write: (line) => lines.push(line), now: () => 0 });
  const exporter: TestExporter = await startTestExporter(configs, {
    log,
    now: () => nowMs,
    scrapeTimeoutOffsetMs: OFFSET_MS,
  });
  const setFaults = async (faultOf: (subject: Subject) => Fault | undefined): Promise<void> => {
    await Promise.all(subjects.map((subject) => printers.get(subject.name)?.setFault(faultOf(subject))));
  };
  return {
    printers,
    injectFaults: () => setFaults(({ fault }) => fault),
    clearFaults: () => setFaults(() => undefined),
    advanceClock: () => {
      nowMs += 11 * MINUTES_MS;
    },
    scrape: async () => {
      lines = [];
      nowMs += 15_000;
      const startedAt = performance.now();
      const page = await scrape(exporter, {
        headers: { 'X-Prometheus-Scrape-Timeout-Seconds': String(SCRAPE_TIMEOUT_MS / 1000) },
      });
      const durationMs = performance.now() - startedAt;
      await expectNoConnections(printers);
      const split = splitByPrinter(page);
      const missing = lines.map((line): PartMissing => JSON.parse(line)).filter(({ msg }) => msg === 'part missing');
      return {
        durationMs,
        seriesOf: (name) => split.get(name) ?? new Map(),
        problemsOf: (name) =>
          Object.fromEntries(
            missing.filter(({ printer }) => printer === name).map(({ command, code }) => [command, code]),
          ),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await exporter.close(0);
      await Promise.all([...printers.values()].map((printer) => printer.close()));
    },
  };
}

/** The keys of a printer's series, without its failure counters. */
export function keysOf(series: Series, keep: (family: string) => boolean = () => true): string[] {
  return [...series.keys()]
    .filter((key) => keep(familyOf(key)) && familyOf(key) !== 'flashforge_scrape_failures_total')
    .sort();
}

export function familyOf(key: string): string {
  return key.replace(/\{.*$/s, '');
}

export function expectInTime({ durationMs }: Scraped): void {
  expect(durationMs).toBeLessThan(SCRAPE_TIMEOUT_MS);
}

/** The open sockets and timers of this process, which runs the exporter, the printers and the test. */
export function openResources(): { readonly sockets: number; readonly timers: number } {
  const resources = process.getActiveResourcesInfo();
  return {
    sockets: resources.filter((name) => /^(TCP|GetAddrInfo)/.test(name)).length,
    timers: resources.filter((name) => name === 'Timeout').length,
  };
}

/** Waits until no printer has an open connection. */
async function expectNoConnections(printers: ReadonlyMap<string, SimulatedPrinter>): Promise<void> {
  const connected = (): string[] =>
    [...printers].flatMap(([name, { stats }]) => (stats.openTcpConnections > 0 ? [name] : []));
  expect(await settle(connected, (names) => names.length === 0), 'printers with open connections').toEqual([]);
}
