// Prometheus's own opinion of our pages: `promtool check metrics` finds nothing to say.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ExporterStatus } from '../../src/metrics/exporter.ts';
import { renderPage } from '../../src/metrics/exposition.ts';
import { createProcessMetrics } from '../../src/metrics/process-metrics.ts';
import { requireProgram } from '../support/programs.ts';
import { FULL_SNAPSHOT, FULL_VIEW, viewOf } from '../support/views.ts';

const promtool = requireProgram('promtool');

function check(page: string | Buffer): string {
  const { stdout, stderr, error } = spawnSync(promtool ?? '', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  if (error) throw error;
  return stdout + stderr;
}

const status: ExporterStatus = {
  build: { version: '0.1.0', revision: 'unknown' },
  lastReloadSuccessful: true,
  lastReloadSuccessSeconds: 1,
  refusedRequests: { 401: 0, 429: 0, 503: 0 },
};

describe.skipIf(promtool === undefined)('promtool check metrics', () => {
  it('finds nothing on a page with everything on it', async () => {
    const evil = 'a"b\\c\nd\r\u0000\u001b<img> 🖨\ufffd, e="f"} 1';
    const odd = viewOf({ ...FULL_SNAPSHOT, file: evil, moveMode: evil }, { printer: evil, identity: { name: evil } });
    const page = await renderPage(
      { printers: [FULL_VIEW, odd, viewOf(undefined, { printer: 'off' })], status, process: createProcessMetrics() },
      'text',
    );
    expect(page.toString()).toContain('flashforge_prints_total{');
    expect(check(page)).toBe('');
  });

  it('finds nothing on the page of an exporter without printers', async () => {
    expect(check(await renderPage({ printers: [], status }, 'text'))).toBe('');
  });

  it('would say so if there were something', () => {
    expect(check('# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n')).toContain('a_total');
    expect(check('a{b="c} 1\n')).not.toBe('');
  });
});
