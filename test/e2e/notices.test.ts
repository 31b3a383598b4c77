// A print ends, and exactly one notice arrives: the exporter over simulated printers, with the shipped rules and routes.
import { describe, expect, type TestContext, test } from 'vitest';
import { flushed, someMissing, withoutMarkers } from '../alerts/harness.ts';
import { type Bench, none, some, startBench, startWorld, type World, type WorldOptions } from './world.ts';

interface Disturbance extends WorldOptions {
  /** Between the print and its end. */
  readonly before?: (world: World) => Promise<void>;
  /** Around the end. */
  readonly over?: (world: World, end: () => Promise<void>) => Promise<void>;
  /** Once the notices have come, inside the time for which the alerts fire. */
  readonly after?: (world: World, completing: Bench) => Promise<void>;
}

async function progress({ servers }: World, ratio: number, printers: number): Promise<void> {
  const expr = `flashforge_print_progress_ratio == ${ratio}`;
  await Promise.all(servers.map((server) => server.waitFor(expr, (samples) => samples.length === printers)));
}

/** What the notices say; without what a print took, which on these clocks is any time. */
function summaries({ receiver }: World): string[] {
  return withoutMarkers(receiver)
    .flatMap(({ alerts }) =>
      alerts.map(({ annotations }) => (annotations['summary'] ?? '').replace(/ after .* min$/, '')),
    )
    .toSorted();
}

/** Waits until the alerts of ended prints are over and the Alertmanager has looked at them: then no more can come. */
async function settled(world: World, alerts: readonly string[]): Promise<void> {
  const expr = `ALERTS{alertname=~"${alerts.join('|')}"}`;
  await Promise.all(world.servers.map((server) => server.waitFor(expr, none, 40_000)));
  for (const alert of alerts) await flushed(world.alertmanager, world.receiver, alert, 'resolved');
}

/** One print completes, one is cancelled, one loses contact in the middle. */
async function threePrints(t: TestContext, { before, over, after, ...options }: Disturbance): Promise<void> {
  const [completing, cancelled, lost] = await Promise.all([
    startBench(t, 'adventurer5m-pro', 'm5-pro'),
    startBench(t, 'adventurer4', 'a4'),
    startBench(t, 'adventurer3', 'a3'),
  ]);
  const world = await startWorld(t, [completing, cancelled, lost], options);
  completing.print('benchy.gx');
  cancelled.print('vase.gx');
  lost.print('unnamed.gx');
  // In small steps, as a print goes: in great ones its pace would say that it is done before it is cancelled.
  for (const ratio of [0.3, 0.31]) {
    for (const bench of [completing, cancelled, lost]) bench.at(ratio + 0.005);
    await progress(world, ratio, 3);
  }
  await before?.(world);
  const end = async (): Promise<void> => {
    completing.at(1.01);
    cancelled.printer.cancel();
    await lost.printer.switchOff();
  };
  await (over ? over(world, end) : end());
  await world.receiver.waitFor(() => summaries(world).length >= 3, 40_000);
  await after?.(world, completing);
  await settled(world, ['FlashForgePrintCompleted', 'FlashForgePrintCancelled']);
  expect(summaries(world)).toEqual([
    'a3: contact lost in the middle of a print',
    'a4: vase.gx was cancelled',
    'm5-pro: benchy.gx is done',
  ]);
}

describe.skipIf(someMissing)('one notice each', { concurrent: true, timeout: 180_000 }, () => {
  test('of a print that completes, one that is cancelled, one that loses contact', (t) => threePrints(t, {}));

  test('with the exporter restarted in between', (t) =>
    threePrints(t, {
      before: (world) => world.restartExporter(),
      after: (world) => world.restartExporter(),
    }));

  test('with Prometheus stopped over the end', (t) =>
    threePrints(t, {
      over: async (world, end) => {
        await world.stopPrometheus();
        await end();
        await world.startPrometheus();
      },
    }));

  test('with a failed scrape after it', (t) =>
    threePrints(t, {
      after: async ({ proxy, prometheus }) => {
        proxy.isFailing = true;
        await prometheus.waitFor('ALERTS{alertname="FlashForgePrintCompleted"}', none);
        proxy.isFailing = false;
        await prometheus.waitFor('up == 1', some);
      },
    }));

  test('with the printer switched off right after the end', (t) =>
    threePrints(t, {
      after: async ({ prometheus }, { printer }) => {
        await printer.switchOff();
        await prometheus.waitFor('flashforge_up{printer="m5-pro"} == 0', some);
      },
    }));

  test('with two Prometheus servers', (t) => threePrints(t, { servers: 2 }));

  test('of a print whose printer a plug switched off in its end routine, before its end was read', async (t) => {
    const bench = await startBench(t, 'adventurer3', 'a3');
    const world = await startWorld(t, [bench], { lostFor: '30s' });
    bench.print('unnamed.gx', { endMs: 1_000_000 });
    for (const ratio of [0.98, 0.99]) {
      bench.at(ratio + 0.005);
      await progress(world, ratio, 1);
    }
    bench.at(1.5);
    await world.prometheus.waitFor('flashforge_temperature_target_celsius{heater="tool0"} == 0', some);
    await bench.printer.switchOff();
    await world.prometheus.waitFor('flashforge_scrape_failures_total', ([sample]) => Number(sample?.value[1]) >= 2);
    // The minute after which a printer counts as switched off by its plug.
    world.skewMs = 61_000;
    await world.receiver.waitFor(() => summaries(world).length >= 1);
    await settled(world, ['FlashForgePrintCompleted']);
    expect(summaries(world)).toEqual(['a3: a print is done']);
  });

  test('for each of two prints of one file within twenty minutes', async (t) => {
    const bench = await startBench(t, 'adventurer5m-pro', 'm5-pro');
    const world = await startWorld(t, [bench]);
    for (const prints of [1, 2]) {
      bench.print('benchy.gx');
      for (const ratio of [0.3, 0.31]) {
        bench.at(ratio + 0.005);
        await progress(world, ratio, 1);
      }
      bench.at(1.01);
      await world.receiver.waitFor(() => summaries(world).length === prints);
      bench.printer.clear();
    }
    await settled(world, ['FlashForgePrintCompleted']);
    expect(summaries(world)).toEqual(['m5-pro: benchy.gx is done', 'm5-pro: benchy.gx is done']);
  });
});
