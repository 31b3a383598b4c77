// The configuration changes while Prometheus scrapes: nobody notices but by the printers that come and go.

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

// Those that stay first; each configuration has one of the others.
const STAYING = ['p0', 'p1', 'p2'] as const;
const OTHERS = ['even', 'odd'] as const;

/** Every series of a printer, without its value; what is counted or known only after a while is there from the start. */
function seriesOf(page: Page, printer: string): readonly string[] {
  return [...page.series.keys()].filter((key) => key.includes(`printer="${printer}"`)).sort();
}

it('200 scrapes while it is reloaded 20 times: none fails, and no series is lost but the removed printers’', async () => {
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
    // The first one reads what they are.
    await scrape(exporter);
    let done = 0;
    let reloads = 0;
    let reloading = Promise.resolve();
    const pages: Page[] = [];
    const reload = async (): Promise<void> => {
      reloads++;
      // A bad one now and then: it changes nothing.
      if (reloads % 5 === 0) await writeFile(file, 'printers: bad\n');
      else await write(OTHERS[reloads % 2] ?? '');
      const { status } = await ask(exporter.url, '/-/reload', { method: 'POST' });
      expect(status).toBe(reloads % 5 === 0 ? 500 : 200);
    };
    const lane = async (index: number): Promise<void> => {
      while (done < SCRAPES) {
        done++;
        if (done % (SCRAPES / RELOADS) === 0) reloading = reloading.then(reload);
        // Throws for any status but 200, and for a page that is not whole.
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
        // Whole or not at all.
        const own = seriesOf(page, name);
        const asOther = seriesOf(page, 'p0')
          .map((key) => key.replaceAll('"p0"', `"${name}"`))
          .sort();
        expect(own.map(withoutIdentity)).toEqual(shown.includes(name) ? asOther.map(withoutIdentity) : []);
      }
    }
    expect([...seen].sort()).toEqual(['p0,p1,p2,even', 'p0,p1,p2,odd']);
    expect(seriesOf(first ?? { families: new Map(), series: new Map() }, 'p0').length).toBeGreaterThan(25);
    // Nobody ever talked to one printer twice at a time, and nobody was left hanging.
    await expect.poll(() => printers.map(({ stats }) => stats.openTcpConnections)).toEqual([0, 0, 0, 0, 0]);
  } finally {
    await exporter.close(0);
    await Promise.all(printers.map((printer) => printer.close()));
    await rm(folder, { recursive: true });
  }
});

/** The address stands in the info series, and differs from printer to printer. */
function withoutIdentity(key: string): string {
  return key.replace(/address="[^"]*"/, '');
}
