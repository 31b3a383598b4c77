// Simulated printers with a real exporter, Prometheus, Alertmanager and webhook receiver.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { PrinterConfig } from '../../src/printer/config.ts';
import type { JobPlan } from '../../src/simulator/job.ts';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { ENDED_S, prometheusConfig, runAlertmanager, runPrometheus, shortRules, started } from '../alerts/harness.ts';
import type { Alertmanager } from '../support/alertmanager.ts';
import { startTestExporter, type TestExporter } from '../support/exporter.ts';
import { configOf } from '../support/fleet.ts';
import type { Prometheus, Sample } from '../support/prometheus.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook.ts';

const HEAT_MS = 1000;
const DURATION_MS = 1_000_000;

/** A simulated printer whose job progress the test controls. */
export interface Bench {
  readonly printer: SimulatedPrinter;
  print(file: string, plan?: Partial<JobPlan>): void;
  /** Advances the job to this progress, from 0 to 1. */
  at(ratio: number): void;
}

export async function startBench(t: TestContext, model: SimulatedModel, name: string): Promise<Bench> {
  let nowMs = 0;
  let startedMs = 0;
  const printer = await startSimulatedPrinter({ model, name, serialNumber: `SN${name}`, now: () => nowMs });
  t.onTestFinished(() => printer.close());
  return {
    printer,
    print(file, plan) {
      startedMs = nowMs;
      printer.start({ file, heatMs: HEAT_MS, durationMs: DURATION_MS, ...plan });
    },
    at(ratio) {
      nowMs = startedMs + HEAT_MS + ratio * DURATION_MS;
    },
  };
}

/** A proxy in front of the exporter, so that it can fail or be replaced at the same address. */
async function startProxy(t: TestContext) {
  const proxy = { target: '', isFailing: false, backend: '' };
  const server = createServer((incoming, response) => {
    if (proxy.isFailing) return void response.writeHead(503).end();
    const forwarded = request(`${proxy.backend}${incoming.url}`, { headers: incoming.headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  proxy.target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

export interface World {
  readonly receiver: WebhookReceiver;
  readonly alertmanager: Alertmanager;
  readonly proxy: { isFailing: boolean };
  /** The first Prometheus server. */
  readonly prometheus: Prometheus;
  readonly servers: readonly Prometheus[];
  /** Stops the exporter and starts another one with the same state file. */
  restartExporter(): Promise<void>;
  stopPrometheus(): Promise<void>;
  startPrometheus(): Promise<void>;
  /** How far the exporter's clock is ahead, in milliseconds. */
  skewMs: number;
}

export interface WorldOptions {
  readonly servers?: number;
  /** Replaces the `for` of FlashForgePrinterLostWhilePrinting, which is two minutes. */
  readonly lostFor?: string;
}

export async function startWorld(
  t: TestContext,
  benches: readonly Bench[],
  { servers: count = 1, lostFor = '2s' }: WorldOptions = {},
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-e2e-'));
  t.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const printers: readonly PrinterConfig[] = benches.map(({ printer }) => configOf(printer));
  const rules = shortRules.replace(/(FlashForgePrinterLostWhilePrinting[\s\S]*?for: )2m/, `$1${lostFor}`);
  const proxy = await startProxy(t);
  const receiver = await started(t, startWebhookReceiver());
  const alertmanager = await runAlertmanager(t, receiver.url, `${ENDED_S + 4}s`);
  let exporter: TestExporter | undefined;
  t.onTestFinished(() => exporter?.close(0));

  const world = {
    receiver,
    alertmanager,
    proxy,
    servers: [] as Prometheus[],
    skewMs: 0,
    get prometheus() {
      const [first] = world.servers;
      if (!first) throw new Error('Prometheus is stopped');
      return first;
    },
    async restartExporter() {
      await exporter?.close(1000);
      exporter = await startTestExporter(printers, {
        stateFile: join(folder, 'state.json'),
        now: () => Date.now() + world.skewMs,
      });
      proxy.backend = exporter.url;
    },
    async stopPrometheus() {
      await Promise.all(world.servers.map((server) => server.stop()));
      world.servers = [];
    },
    async startPrometheus() {
      const replicas = Array.from({ length: count }, (_, index) => `replica-${index}`);
      world.servers = await Promise.all(
        replicas.map((replica) => {
          const config = prometheusConfig(proxy.target, [alertmanager.url], { replica });
          return runPrometheus(t, config, rules, join(folder, replica));
        }),
      );
    },
  };
  await world.restartExporter();
  await world.startPrometheus();
  return world;
}

export const some = (samples: readonly Sample[]): boolean => samples.length > 0;
export const none = (samples: readonly Sample[]): boolean => samples.length === 0;
