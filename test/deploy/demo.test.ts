// The demo of compose.yml without containers: its simulated printers, its configurations, the real programs, until a
// notice is printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, type TestContext, test } from 'vitest';
import { startExporter } from '../../src/cli/exporter.ts';
import { parsePrinter } from '../../src/config/load.ts';
import { silentLogger } from '../../src/log.ts';
import { findAlertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { createDeferred } from '../support/deferred.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';
import { COMPOSE, readCompose } from './compose.ts';
import { pathOf, readText, readYaml, runExporter } from './files.ts';

// The first print ends after 16 s instead of 159 s, and 1 s passes between scrapes instead of 5.
const SPEED = 200;

const someMissing = [findPrometheus(), findAlertmanager()].includes(undefined);

/** Runs a `simulate` of compose.yml on ports of its own. */
async function simulate(t: TestContext, command: readonly string[]): Promise<string[]> {
  const stop = new AbortController();
  const args = command.map((word) => word.replace(/^--port=.*/, '--port=0').replace(/^--speed=.*/, `--speed=${SPEED}`));
  const count = Number(command.find((word) => word.startsWith('--count='))?.split('=')[1] ?? 1);
  const lines: string[] = [];
  const started = createDeferred<string[]>();
  const ended = runExporter(args, stop.signal, (line) => {
    lines.push(line.trim());
    if (lines.length === count) started.resolve(lines);
  });
  t.onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return await Promise.race([
    started.promise,
    ended.then(({ err }) => Promise.reject(new Error(`simulate ended: ${err}`))),
  ]);
}

function stopAfter(t: TestContext, child: ChildProcess): void {
  t.onTestFinished(async () => {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  });
}

test.skipIf(someMissing)('a print of the demo ends, and its notice is printed', { timeout: 90_000 }, async (t) => {
  const commands = Object.values(readCompose(COMPOSE).services).flatMap(({ command }) =>
    command?.[0] === 'simulate' ? [command] : [],
  );
  const printers = (await Promise.all(commands.map((command) => simulate(t, command)))).flat();
  expect(printers).toHaveLength(3);
  const exporter = await startExporter({
    printers: printers.map(parsePrinter),
    listen: [{ host: '127.0.0.1', port: 0 }],
    telemetryPath: '/metrics',
    processMetrics: false,
    maxRequests: 40,
    scrapeTimeoutMs: 10_000,
    scrapeTimeoutOffsetMs: 100,
    discoveryIntervalMs: 0,
    build: { version: '0.0.0', revision: 'test' },
    log: silentLogger,
    now: Date.now,
  });
  t.onTestFinished(() => exporter.close(0));

  const notices = spawn(process.execPath, [pathOf('deploy/demo/notices.js')], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stopAfter(t, notices);
  const printed = createInterface({ input: notices.stdout })[Symbol.asyncIterator]();
  const port = /at port (\d+)$/.exec((await printed.next()).value ?? '')?.[1];

  const alertmanager = await startAlertmanager(
    readText('deploy/demo/alertmanager.yml').replaceAll('http://demo-notices:8080/', `http://127.0.0.1:${port}/`),
  );
  t.onTestFinished(() => alertmanager.stop());

  interface Config {
    global: object;
    alerting: object;
    scrape_configs: { job_name: string }[];
  }
  const config = readYaml<Config>('deploy/compose/prometheus.yml');
  const demo = config.scrape_configs.find(({ job_name }) => job_name === 'flashforge-demo');
  const { dns_sd_configs: _, ...rest } = demo as { dns_sd_configs?: unknown; job_name: string };
  const target = new URL(exporter.urls[0] ?? '').host;
  const prometheus = await startPrometheus({
    config: {
      ...config,
      global: { ...config.global, evaluation_interval: '1s' },
      alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
      scrape_configs: [
        { ...rest, scrape_interval: '1s', scrape_timeout: '1s', static_configs: [{ targets: [target] }] },
      ],
    },
    rules: [pathOf('alerts/flashforge.rules.yml')],
  });
  t.onTestFinished(() => prometheus.stop());

  const seen: string[] = [];
  // The Adventurer 3 tells no file, the 5M Pro does.
  const wanted = [
    /^\S+Z adventurer3-1: a print is done$/,
    /^\S+Z adventurer5m-pro-[12]: calibration cube\.gx is done$/,
  ];
  while (!wanted.every((pattern) => seen.some((line) => pattern.test(line)))) {
    const line = await printed.next();
    expect(line.done, seen.join('\n')).toBe(false);
    seen.push(line.value ?? '');
  }
  const page = await fetch(`http://127.0.0.1:${port}/`);
  expect(await page.text()).toContain('adventurer3-1: a print is done');
});
