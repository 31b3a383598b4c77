// Every fault at every step of a TCP conversation.

import { expect, it } from 'vitest';
import { FAULT_EXAMPLES } from '../../src/simulator/faults.ts';
import { familyOf, startBench } from './bench.ts';
import { HTTP_CELLS, kindsIn, TCP_CELLS } from './cells.ts';
import { describeMatrix, withoutLeaks } from './matrix.ts';

describeMatrix('a printer over TCP', TCP_CELLS);

it('every fault of the simulator has a cell', () => {
  expect(kindsIn([...TCP_CELLS, ...HTTP_CELLS])).toEqual(new Set(Object.keys(FAULT_EXAMPLES)));
});

it('an M115 that fails at the first contact is sent again until it succeeds', async () => {
  const cells = TCP_CELLS.filter(({ title, hangs }) => title.endsWith('at M115') && !hangs);
  await withoutLeaks(async () => {
    const names = cells.map(({ title }) => title);
    await using bench = await startBench(
      cells.map(({ title, fault }) => ({ name: title, model: 'adventurer4', protocols: ['tcp'], fault })),
    );
    const infoOf = (scraped: Awaited<ReturnType<typeof bench.scrape>>, name: string): string[] =>
      [...scraped.seriesOf(name).keys()].map(familyOf).filter((family) => /printer_info|build_volume/.test(family));
    const whole = ['flashforge_printer_info', ...Array.from({ length: 3 }, () => 'flashforge_build_volume_meters')];
    await bench.injectFaults();
    const during = await bench.scrape();
    for (const { title, outcome } of cells) {
      expect(infoOf(during, title), title).toEqual(outcome.kind === 'complete' ? whole : []);
      expect(during.seriesOf(title).get('flashforge_up'), title).toBe(1);
    }
    await bench.clearFaults();
    const after = await bench.scrape();
    for (const name of names) expect(infoOf(after, name), name).toEqual(whole);
  });
});
