// Reloads of the configuration during scrapes affect only the printers that are added or removed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadPrinters } from '../../src/config/load.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { type Page, samplesOf } from '../support/exposition-parser.ts';
import { ask } from '../support/http.ts';

const SCRAPES = 200;
const RELOADS = 20;
const LANES = 4;
const OPENMETRICS = { accept: 'application/openmetrics-text' };

// The staying printers come first; each configuration adds one of the others.
const STAYING = ['p0', 'p1', 'p2'] as const;
const OTHERS = ['even', 'odd'] as const;

/** The keys of a printer's series. They include counters, which start at 0. */
function seriesOf(page: Page, printer: string): readonly string[] {
  return [...page.series.keys()].filter((key) => key.includes(`printer="${printer}"`)).sort();
}

it('20 reloads during 200 scrapes fail no scrape and lose no series except those of removed printers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reload-load-'));
  const file = join(folder, 'printers.yml');
  const names = [...STAYING, ...OTHERS];
  const printers = await Promise.all(names.map((name) => startSimulatedPrinter({ model: 'finder', name })));
  const write = (other: string): Promise<void> => {
    const listed = printers.filter(({ name }) => name === other || !OTHERS.some((each) => each === name));
    const lines = listed.map(({ name, tcpPort }) => `  - {name: ${name}, address: "127.0.0.1:${tcpPort}"}\n`);
    return writeFile(file, `printers:\n${lines.join('')}`);
  };
  await write('even');
  const load = () => loadPrinters({ file, printers: [], env: {} });
  const exporter = await startTestExporter(await load(), { load, lifecycle: true, processMetrics: true });
  try {
    // The first scrape reads the identities.
    await scrape(exporter);
    let done = 0;
    let reloads = 0;
    let reloading = Promise.resolve();
    const pages: Page[] = [];
    const reload = async (): Promise<void> => {
      reloads++;
      // Every fifth configuration is invalid and changes nothing.
      if (reloads % 5 === 0) await writeFile(file, 'printers: bad\n');
      else await write(OTHERS[reloads % 2] ?? '');
      const { status } = await ask(exporter.url, '/-/reload', { method: 'POST' });
      expect(status).toBe(reloads % 5 === 0 ? 500 : 200);
    };
    const lane = async (index: number): Promise<void> => {
      while (done < SCRAPES) {
        done++;
        if (done % (SCRAPES / RELOADS) === 0) reloading = reloading.then(reload);
        // Throws on any status except 200, and on an incomplete page.
        pages.push(await scrape(exporter, index % 2 === 0 ? {} : { headers: OPENMETRICS }));
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
    await reloading;
    expect([pages.length, reloads]).toEqual([SCRAPES, RELOADS]);

    const [first] = pages;
    const seen = new Set<string>();
    for (const page of pages) {
      const up = samplesOf(page, 'flashforge_up');
      const shown = up.map(({ labels }) => labels['printer'] ?? '');
      seen.add(shown.join());
      expect(up.map(({ value }) => value)).toEqual(shown.map(() => 1));
      for (const name of STAYING) expect(seriesOf(page, name)).toEqual(first && seriesOf(first, name));
      for (const name of OTHERS) {
        // All series of the printer, or none.
        const own = seriesOf(page, name);
        const asOther = seriesOf(page, 'p0')
          .map((key) => key.replaceAll('"p0"', `"${name}"`))
          .sort();
        expect(own.map(withoutAddress)).toEqual(shown.includes(name) ? asOther.map(withoutAddress) : []);
      }
    }
    expect([...seen].sort()).toEqual(['p0,p1,p2,even', 'p0,p1,p2,odd']);
    expect(seriesOf(first ?? { families: new Map(), series: new Map() }, 'p0').length).toBeGreaterThan(25);
    // No connection to a printer is left open.
    await expect.poll(() => printers.map(({ stats }) => stats.openTcpConnections)).toEqual([0, 0, 0, 0, 0]);
  } finally {
    await exporter.close(0);
    await Promise.all(printers.map((printer) => printer.close()));
    await rm(folder, { recursive: true });
  }
});

/** The address in the info series differs between printers. */
function withoutAddress(key: string): string {
  return key.replace(/address="[^"]*"/, '');
}
