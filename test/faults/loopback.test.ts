// Network faults that are possible on loopback: nothing listens, packets get lost, connections close.

import { expect, it } from 'vitest';
import { Secret } from '../../src/common/secret.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import type { FailureCode } from '../../src/printer/errors.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import type { TcpTarget } from '../../src/tcp/target.ts';
import { blackhole } from '../support/blackhole.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { valueIn } from '../support/exposition-parser.ts';
import { configOf } from '../support/fleet.ts';
import { closedPort, hangUp, reset, silence, startScriptedPrinter } from '../support/scripted-printer.ts';
import { withoutLeaks } from './matrix.ts';

/** The timeout of each read, which ends before the scrape's deadline. */
const READ_MS = 2000;

function configAt(name: string, protocol: Protocol, { host, port }: TcpTarget): PrinterConfig {
  return {
    name,
    address: `${name}:1`,
    timeoutMs: READ_MS,
    ...(protocol === 'tcp'
      ? { tcp: { host, port, login: 'auto' } }
      : { http: { host, port, serialNumber: 'SNX1', checkCode: new Secret('c0de4you') } }),
  };
}

it('each fault has its failure code in time, and the healthy printers are read', async () => {
  await withoutLeaks(async () => {
    await using hole = await blackhole();
    await using silent = await startScriptedPrinter({ M119: silence });
    await using resetting = await startScriptedPrinter({}, reset);
    await using closing = await startScriptedPrinter({}, hangUp);
    const faults: readonly (readonly [what: string, target: TcpTarget, code: FailureCode])[] = [
      ['closed port', { host: '127.0.0.1', port: await closedPort() }, 'refused'],
      ['lost packets', hole.target, 'timeout'],
      ['resets', resetting.target, 'closed'],
      ['hangs up', closing.target, 'closed'],
    ];
    const bad = (['tcp', 'http'] as const).flatMap((protocol) =>
      faults.map(([what, target, code]) => ({ name: `${protocol} ${what}`, protocol, target, code })),
    );
    const mute = { name: 'never replies', protocol: 'tcp', code: 'timeout' } as const;
    const good = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        startSimulatedPrinter({ model: index % 2 === 0 ? 'finder' : 'creator5-pro', name: `good-${index}` }),
      ),
    );
    const exporter = await startTestExporter([
      ...bad.map(({ name, protocol, target }) => configAt(name, protocol, target)),
      // Accepts the connection and every command, and sends nothing.
      configAt(mute.name, mute.protocol, silent.target),
      ...good.map((printer) => configOf(printer, ['tcp', 'http'])),
    ]);
    try {
      for (const round of [1, 2]) {
        const startedAt = performance.now();
        const page = await scrape(exporter, { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '6' } });
        expect(performance.now() - startedAt).toBeLessThan(6000);
        for (const { name, protocol, code } of [...bad, mute]) {
          expect(valueIn(page, 'flashforge_up', { printer: name }), name).toBe(0);
          const failures = { printer: name, protocol, code };
          expect(valueIn(page, 'flashforge_scrape_failures_total', failures), name).toBe(round);
        }
        for (const { name } of good) expect(valueIn(page, 'flashforge_up', { printer: name }), name).toBe(1);
      }
    } finally {
      await exporter.close(0);
      await Promise.all(good.map((printer) => printer.close()));
    }
  });
});
