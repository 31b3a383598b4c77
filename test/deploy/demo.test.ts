// The demo of compose.yml without containers: its simulated printers and configurations with the real programs, until a
// notification is printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, type TestContext, test } from 'vitest';
import { parsePrinter } from '../../src/config/load.ts';
import { findAlertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { createDeferred } from '../support/deferred.ts';
import { scrape, startTestExporter } from '../support/exporter.ts';
import { samplesOf } from '../support/exposition-parser.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';
import { COMPOSE, readCompose } from './compose.ts';
import { pathOf, readText, readYaml, runExporter } from './files.ts';

// At this speed the first print ends after 16 s instead of 159 s. The scrape interval is 1 s instead of 5 s.
const SPEED = 200;
// Each printer of the demo ends three prints in this time.
const MINUTES = 15;

const someMissing = [findPrometheus(), findAlertmanager()].includes(undefined);

/** Runs a `simulate` command of compose.yml on free ports. @returns its printers as arguments of the exporter */
async function simulate(t: TestContext, command: readonly string[], now = Date.now): Promise<string[]> {
  const stop = new AbortController();
  const args = command.map((word) => word.replace(/^--port=.*/, '--port=0'));
  const count = Number(command.find((word) => word.startsWith('--count='))?.split('=')[1] ?? 1);
  const lines: string[] = [];
  const started = createDeferred<string[]>();
  const onOutput = (text: string): void => {
    const [line] = /^\S+=\S+$/.exec(text.trim()) ?? [];
    // Use the TCP arguments only; the configuration for HTTP follows them.
    if (line === undefined) return;
    lines.push(line);
    if (lines.length === count) started.resolve(lines);
  };
  const ended = runExporter(args, stop.signal, onOutput, now);
  t.onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return await Promise.race([
    started.promise,
    ended.then(({ err }) => Promise.reject(new Error(`simulate exited: ${err}`))),
  ]);
}

function stopAfter(t: TestContext, child: ChildProcess): void {
  t.onTestFinished(async () => {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  });
}

const commands = Object.values(readCompose(COMPOSE).services).flatMap(({ command }) =>
  command?.[0] === 'simulate' ? [command] : [],
);

// The demo scrapes every 5 s. Users who scrape it with their own Prometheus use 30 s, as in the README.
test.for([5, 30])('the exporter sees every print of the demo end at a scrape interval of %i s', async (seconds, t) => {
  let nowMs = Date.UTC(2026, 0, 1);
  const now = (): number => nowMs;
  const printers = (await Promise.all(commands.map((command) => simulate(t, command, now)))).flat();
  const exporter = await startTestExporter(printers.map(parsePrinter), { now });
  t.onTestFinished(() => exporter.close(0));
  const states = new Map<string, string[]>();
  const ends = new Map<string, Set<number>>();
  for (const endMs = nowMs + MINUTES * 60_000; nowMs < endMs; nowMs += seconds * 1000) {
    const page = await scrape(exporter);
    for (const { labels, value } of samplesOf(page, 'flashforge_state')) {
      const { printer = '', state = '' } = labels;
      const seen = states.get(printer) ?? [];
      states.set(printer, seen);
      // Heating takes only a few seconds.
      if (value === 1 && state !== 'heating' && seen.at(-1) !== state) seen.push(state);
    }
    // FlashForgePrintCompleted sends one notification per timestamp.
    for (const { labels, value } of samplesOf(page, 'flashforge_last_print_end_timestamp_seconds')) {
      const end = `${labels['printer']} ${labels['result']}`;
      ends.set(end, (ends.get(end) ?? new Set()).add(value));
    }
  }
  // The Adventurer 3 has no state `completed`.
  const threePrints = (done: string) => [0, 1, 2].flatMap(() => ['printing', done]);
  expect(Object.fromEntries([...states].map(([printer, seen]) => [printer, seen.slice(0, 6)]))).toEqual({
    'adventurer3-1': threePrints('ready'),
    'adventurer5m-pro-1': threePrints('completed'),
    'adventurer5m-pro-2': threePrints('completed'),
  });
  expect(Object.fromEntries([...ends].map(([end, { size }]) => [end, size]))).toEqual({
    'adventurer3-1 completed': 3,
    'adventurer5m-pro-1 completed': 3,
    'adventurer5m-pro-2 completed': 3,
  });
});

test.skipIf(someMissing)('the demo prints a notification when a print ends', { timeout: 90_000 }, async (t) => {
  const fast = commands.map((command) => command.map((word) => word.replace(/^--speed=.*/, `--speed=${SPEED}`)));
  const printers = (await Promise.all(fast.map((command) => simulate(t, command)))).flat();
  expect(printers).toHaveLength(3);
  const exporter = await startTestExporter(printers.map(parsePrinter), { scrapeTimeoutOffsetMs: 100 });
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
  // The Adventurer 3 reports no file name, the 5M Pro does.
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
