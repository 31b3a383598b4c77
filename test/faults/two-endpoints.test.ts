// Printers read over TCP and HTTP, with a fault at one or both endpoints.

import { expect, it } from 'vitest';
import type { FailureCode } from '../../src/printer/errors.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { expectInTime, familyOf, keysOf, type Series, startBench } from './bench.ts';
import { expectGood, isKept, scrapeHealthy, withoutLeaks } from './matrix.ts';

interface Row {
  readonly fault: Fault;
  readonly failures: Partial<Record<Protocol, FailureCode>>;
}

const ROWS: Readonly<Record<string, Row>> = {
  'TCP port closed': { fault: { kind: 'refuse', side: 'tcp' }, failures: { tcp: 'refused' } },
  'TCP silent': { fault: { kind: 'silence', side: 'tcp' }, failures: { tcp: 'timeout' } },
  'TCP floods': { fault: { kind: 'flood' }, failures: { tcp: 'protocol' } },
  'TCP refuses reads': { fault: { kind: 'control-refused', login: 'refused' }, failures: { tcp: 'denied' } },
  'HTTP port closed': { fault: { kind: 'refuse', side: 'http' }, failures: { http: 'refused' } },
  'HTTP silent': { fault: { kind: 'silence', side: 'http' }, failures: { http: 'timeout' } },
  'HTTP with a wrong check code': { fault: { kind: 'wrong-code' }, failures: { http: 'auth' } },
  'both ports closed': { fault: { kind: 'refuse' }, failures: { tcp: 'refused', http: 'refused' } },
  'both silent': { fault: { kind: 'silence' }, failures: { tcp: 'timeout', http: 'timeout' } },
  'both reset': { fault: { kind: 'reset' }, failures: { tcp: 'closed', http: 'closed' } },
};
const PROTOCOLS = ['tcp', 'http'] as const;

// Families that are missing while the printer is down. The start of a job is remembered, whichever endpoint told it.
const isLive = (family: string): boolean => !isKept(family) && family !== 'flashforge_print_start_timestamp_seconds';

function failuresIn(series: Series): Record<string, number> {
  return Object.fromEntries([...series].filter(([key]) => familyOf(key) === 'flashforge_scrape_failures_total'));
}

it('a printer with one failed endpoint has the series of the other one', async () => {
  await withoutLeaks(async () => {
    const names = Object.keys(ROWS);
    await using bench = await startBench(
      Object.entries(ROWS).map(([name, { fault }]) => ({
        name,
        model: 'adventurer5m-pro',
        protocols: ['tcp', 'http'],
        fault,
      })),
    );
    const before = await scrapeHealthy(bench, names);
    // Healthy printers of the same model that are read over one protocol.
    const alone = { tcp: before.seriesOf('tcp-only'), http: before.seriesOf('http-only') };
    await bench.injectFaults();
    const during = await bench.scrape();
    expectInTime(during);
    expectGood(before, during);
    for (const [name, { failures }] of Object.entries(ROWS)) {
      const series = during.seriesOf(name);
      const [remaining] = PROTOCOLS.filter((protocol) => failures[protocol] === undefined);
      expect(series.get('flashforge_up'), name).toBe(remaining ? 1 : 0);
      expect(keysOf(series, isLive), name).toEqual(remaining ? keysOf(alone[remaining], isLive) : []);
      expect(keysOf(series, isKept), name).toEqual(keysOf(before.seriesOf(name), isKept));
      for (const protocol of PROTOCOLS) {
        const isUp = failures[protocol] === undefined;
        expect(series.get(`flashforge_endpoint_up{protocol="${protocol}"}`), name).toBe(Number(isUp));
      }
      expect(failuresIn(series), name).toEqual(
        Object.fromEntries(
          Object.entries(failures).map(([protocol, code]) => [
            `flashforge_scrape_failures_total{code="${code}",protocol="${protocol}"}`,
            1,
          ]),
        ),
      );
    }
    // A refused TCP port counts once, since a Creator 5 has no TCP endpoint.
    const again = await bench.scrape();
    const refusals = (name: string): number[] => Object.values(failuresIn(again.seriesOf(name)));
    expect(refusals('TCP port closed')).toEqual([1]);
    expect(refusals('HTTP port closed')).toEqual([2]);
    expect(refusals('both ports closed')).toEqual([2, 2]);

    await bench.clearFaults();
    const after = await bench.scrape();
    expectGood(before, after);
    for (const name of names) expect(keysOf(after.seriesOf(name)), name).toEqual(keysOf(before.seriesOf(name)));
  });
});
