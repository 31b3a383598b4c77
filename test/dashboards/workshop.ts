// Simulated printers with all that the dashboards can show, an exporter that reads them, and a Prometheus that scrapes
// it every second, each printer twice (on /metrics and on /probe), and evaluates the alert rules.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { startTestExporter } from '../support/exporter.ts';
import { configOf } from '../support/fleet.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';

const RULES = fileURLToPath(new URL('../../alerts/flashforge.rules.yml', import.meta.url));

// Printer time passes ten times as fast: a print of a minute takes six seconds.
const SPEED = 10;
const SHORT = { durationMs: 60_000, heatMs: 10_000 };
const LONG = { durationMs: 3_600_000, heatMs: 10_000 };

/** Name to model. A name may contain characters that are special in a regular expression. */
export const PRINTERS = {
  'm5-pro': 'adventurer5m-pro',
  'm5 (clogged)': 'adventurer5m',
  'ad5x.lab': 'ad5x',
  'creator5-pro': 'creator5-pro',
  adventurer4: 'adventurer4',
  finder: 'finder',
  adventurer3: 'adventurer3',
} as const satisfies Record<string, SimulatedModel>;

export type PrinterName = keyof typeof PRINTERS;

export interface Workshop {
  readonly prometheus: Prometheus;
  /** The exporter as Prometheus knows it: host and port. */
  readonly instance: string;
  /** The earliest possible time of a scrape, in seconds since 1970. */
  readonly openedSeconds: number;
  close(): Promise<void>;
}

/**
 * Starts everything and resolves when Prometheus has seen all of the printers' work.
 * @param isFresh whether the printers do no work: a fresh installation, read twice
 */
export async function openWorkshop(isFresh = false): Promise<Workshop> {
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.toReversed()) await end();
  };
  try {
    const openedSeconds = Date.now() / 1000 - 1;
    const printers = new Map<string, SimulatedPrinter>();
    for (const [name, model] of Object.entries(PRINTERS)) {
      const printer = await startSimulatedPrinter({ model, name, speed: SPEED });
      opened.push(() => printer.close());
      printers.set(name, printer);
    }
    const folder = await mkdtemp(join(tmpdir(), 'flashforge-test-'));
    opened.push(() => rm(folder, { recursive: true }));
    const exporter = await startTestExporter(
      [...printers.values()].map((printer) => configOf(printer, ['tcp', 'http'])),
      { processMetrics: true, scrapeTimeoutOffsetMs: 100, stateFile: join(folder, 'state.json') },
    );
    opened.push(() => exporter.close(0));
    const instance = new URL(exporter.url).host;
    const prometheus = await startPrometheus({ config: prometheusConfig(instance), rules: [RULES] });
    opened.push(() => prometheus.stop());
    await readByBothJobs(prometheus);
    if (!isFresh) await work((name) => printerCalled(printers, name), prometheus);
    return { prometheus, instance, openedSeconds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function printerCalled(printers: ReadonlyMap<string, SimulatedPrinter>, name: PrinterName): SimulatedPrinter {
  const printer = printers.get(name);
  if (!printer) throw new Error(`no printer ${name}`);
  return printer;
}

function prometheusConfig(address: string) {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [basename(RULES)],
    scrape_configs: [
      { job_name: 'flashforge', static_configs: [{ targets: [address] }] },
      {
        job_name: 'flashforge-probe',
        metrics_path: '/probe',
        static_configs: [{ targets: Object.keys(PRINTERS) }],
        relabel_configs: [
          { source_labels: ['__address__'], target_label: '__param_target' },
          { source_labels: ['__param_target'], target_label: 'instance' },
          { target_label: '__address__', replacement: address },
        ],
      },
    ],
  };
}

// A first reading without a job, so that the exporter sees the starts.
async function readByBothJobs(prometheus: Prometheus): Promise<void> {
  const count = Object.keys(PRINTERS).length;
  for (const job of ['flashforge', 'flashforge-probe']) {
    const expr = `count(flashforge_up{job="${job}"} == 1) == ${count}`;
    await prometheus.waitFor(expr, (samples) => samples.length > 0, 60_000);
  }
}

// Each step begins when Prometheus has seen the one before it.
async function work(printer: (name: PrinterName) => SimulatedPrinter, prometheus: Prometheus): Promise<void> {
  const seen = async (expr: string): Promise<void> => {
    await prometheus.waitFor(expr, (samples) => samples.length > 0, 60_000);
  };
  const onMetrics = (name: PrinterName, more = ''): string => `{job="flashforge",printer="${name}"${more}}`;
  const inState = (name: PrinterName, state: string): string =>
    `flashforge_state${onMetrics(name, `,state="${state}"`)} == 1`;

  printer('m5-pro').start({ ...SHORT, file: 'benchy.gx' });
  printer('m5 (clogged)').start({ ...LONG, file: 'vase.gx' });
  printer('ad5x.lab').start({ ...LONG, file: 'dragon.3mf' });
  printer('creator5-pro').start({ ...LONG, file: 'bracket left.gcode' });
  printer('adventurer4').start({ ...LONG, file: 'gear.gx' });
  printer('finder').start(LONG);
  await printer('adventurer3').switchOff();

  await seen(inState('m5 (clogged)', 'printing'));
  printer('m5 (clogged)').pause('E0163');
  await seen(`flashforge_print_progress_ratio${onMetrics('finder')} > 0`);
  printer('finder').cancel();

  await seen(inState('m5 (clogged)', 'paused'));
  await seen(`flashforge_prints_total${onMetrics('finder', ',result="cancelled"')} == 1`);
  await seen(`flashforge_prints_total${onMetrics('m5-pro', ',result="completed"')} == 1`);
  await seen(`flashforge_scrape_failures_total${onMetrics('adventurer3')} > 3`);
  await seen('ALERTS{alertname="FlashForgePrinterError",alertstate="firing"}');
  // Enough progress of the two that report no remaining time to estimate it.
  await seen(`changes(flashforge_print_progress_ratio${onMetrics('creator5-pro')}[5m]) > 2`);
  await seen(`changes(flashforge_print_progress_ratio${onMetrics('adventurer4')}[5m]) > 2`);
}
