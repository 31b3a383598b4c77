// A print that was running before the exporter was: what is known of its start, and what the log says.

import { expect, it, onTestFinished } from 'vitest';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { valueIn } from '../support/exposition-parser.ts';
import { collectLog, configOf } from '../support/fleet.ts';
import { simulate } from '../support/for-test.ts';

const JOB = { file: 'vase.gx', durationMs: 3_600_000, heatMs: 1000, headStartMs: 1_201_000 };

it('has the start that its printer counts, and is under way for the log', async () => {
  const printer = await simulate({ model: 'adventurer5m', name: 'm5', job: JOB });
  const { log, lines } = collectLog();
  const exporter = await startTestExporter([configOf(printer, ['tcp', 'http'])], { log });
  onTestFinished(() => exporter.close(0));
  const page = await scrape(exporter);
  const labels = { printer: 'm5' };
  const elapsed = valueIn(page, 'flashforge_print_elapsed_seconds', labels) ?? Number.NaN;
  expect(elapsed).toBeGreaterThanOrEqual(1200);
  const since = Date.now() / 1000 - (valueIn(page, 'flashforge_print_start_timestamp_seconds', labels) ?? Number.NaN);
  expect(Math.abs(since - elapsed)).toBeLessThan(5);
  expect(lines.filter((line) => line.includes('vase.gx'))).toEqual([
    expect.stringContaining('msg="print under way" printer=m5'),
  ]);
});
