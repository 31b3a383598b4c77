// One printer that is read again and again, each time saying something else, and all that is made of it.

import { expect } from 'vitest';
import type { Reading } from '../../src/fleet/reader.ts';
import { renderPage } from '../../src/metrics/exposition.ts';
import type { ExpositionFormat } from '../../src/metrics/text-format.ts';
import type { Protocol, Snapshot } from '../../src/printer/snapshot.ts';
import type { TcpReplies } from '../../src/tcp/replies.ts';
import { DOCUMENTS, renderDocument } from '../../src/web/api/documents.ts';
import { parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { collectLog, configNamed, createPrinter, readingOf } from '../support/fleet.ts';

const FORMATS: readonly ExpositionFormat[] = ['text', 'openmetrics'];
// Raw words remembered a printer (docs/architecture.md#decisions).
const MAX_WORDS = 50;

export interface Watched {
  /** The printer says this; checks its page in one of the formats, its documents, and that every sample is finite. */
  check(snapshot: Snapshot, replies?: TcpReplies): Promise<void>;
  /** After all of it: what is logged once a word is logged for no more words than may be remembered. */
  expectNoGrowth(): void;
}

export function createWatched(protocol: Protocol): Watched {
  let said: Reading | undefined;
  const { log, lines } = collectLog();
  const clock = { nowMs: 1_700_000_000_000 };
  const printer = createPrinter(configNamed('any'), {
    log,
    clock,
    read: async () => said ?? Promise.reject(new Error('nothing was said')),
  });
  let count = 0;
  return {
    check: async (snapshot, replies = {}) => {
      said = { ...readingOf(snapshot, protocol), replies };
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
          // What JSON can hold: no NaN and no undefined.
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
