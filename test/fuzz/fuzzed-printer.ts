// A printer that reports a different snapshot at each read, and checks of every output made from it.

import { expect } from 'vitest';
import type { Reading } from '../../src/fleet/reader.ts';
import { renderPage } from '../../src/metrics/exposition.ts';
import type { ExpositionFormat } from '../../src/metrics/text-format.ts';
import type { Protocol, Snapshot } from '../../src/printer/snapshot.ts';
import type { TcpReplies } from '../../src/tcp/replies.ts';
import { DOCUMENTS, renderDocument } from '../../src/web/api/documents.ts';
import { parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { collectLog, configNamed, createPrinter, ended, readingOf } from '../support/fleet.ts';

const FORMATS: readonly ExpositionFormat[] = ['text', 'openmetrics'];
// The number of raw status words remembered per printer (docs/architecture.md#decisions).
const MAX_WORDS = 50;

export interface FuzzedPrinter {
  /** Reads this snapshot, and checks that its page (in one of the formats) and its documents are complete and finite. */
  check(snapshot: Snapshot, replies?: TcpReplies): Promise<void>;
  /** To be called last: checks that no more unknown words were logged than may be remembered. */
  expectNoGrowth(): void;
}

export function createFuzzedPrinter(protocol: Protocol): FuzzedPrinter {
  let reading: Reading | undefined;
  const { log, lines } = collectLog();
  const clock = { nowMs: 1_700_000_000_000 };
  const printer = createPrinter(configNamed('any'), {
    log,
    clock,
    read: () => {
      if (!reading) throw new Error('no reading yet');
      return ended(reading);
    },
  });
  let count = 0;
  return {
    check: async (snapshot, replies = {}) => {
      reading = { ...readingOf(snapshot, protocol), replies };
      clock.nowMs += 15_000;
      const format = FORMATS[count++ % FORMATS.length] ?? 'text';
      const view = await printer.read(1000);
      const page = parseExposition((await renderPage({ printers: [view] }, format)).toString(), format);
      expect(valueIn(page, 'flashforge_up', { printer: 'any' })).toBe(1);
      for (const [key, value] of page.series) expect(value, key).toSatisfy(Number.isFinite);
      const states = samplesOf(page, 'flashforge_state').filter(({ value }) => value === 1);
      expect(states).toHaveLength(snapshot.state === undefined ? 0 : 1);
      const ratio = valueIn(page, 'flashforge_print_progress_ratio', { printer: 'any' });
      expect(ratio ?? 0).toBeGreaterThanOrEqual(0);
      expect(ratio ?? 0).toBeLessThanOrEqual(1);
      for (const name of DOCUMENTS) {
        for (const [key, value] of Object.entries(renderDocument(name, { replies, snapshot }))) {
          // Only what JSON can represent: no NaN and no undefined.
          if (typeof value === 'number') expect(value, key).toSatisfy(Number.isFinite);
          else if (value !== null) expect(value, key).toBeTypeOf('string');
        }
      }
    },
    expectNoGrowth: () => {
      expect(count).toBeGreaterThan(0);
      expect(lines.filter((line) => line.includes('unknown machine status')).length).toBeLessThanOrEqual(MAX_WORDS);
    },
  };
}
