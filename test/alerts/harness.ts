// What the tests of notices share: the shipped rules and configurations, fast, in real programs.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { type Alertmanager, findAlertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { poll } from '../support/daemon.ts';
import { requireProgram } from '../support/programs.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';
import type { WebhookReceiver } from '../support/webhook.ts';
import { exampleFile, PROMETHEUS_CONFIG, RULES, readText, withInlineSecret } from './files.ts';

const programs = [findPrometheus(), findAlertmanager(), requireProgram('amtool')];
/** Whether a program is missing, so that there is nothing to run. */
export const someMissing = programs.includes(undefined);

export const ENDED_S = 8;
/** The rules with the 20 minutes of an ended print cut down to seconds. */
export const shortRules = readText(RULES)
  .replaceAll('time() - 2400', `time() - ${2 * ENDED_S}`)
  .replaceAll('time() - 1200', `time() - ${ENDED_S}`);

/** Has what a test started stopped after it. Tests run side by side, so each needs its own. */
export const started = async <T extends { stop(): Promise<void> }>(
  t: TestContext,
  starting: Promise<T>,
): Promise<T> => {
  const running = await starting;
  t.onTestFinished(() => running.stop());
  return running;
};

export async function startPage() {
  const page = { text: '', failing: false, target: '', stop: async () => {} };
  const server = createServer((_, response) => {
    response.writeHead(page.failing ? 500 : 200, { 'content-type': 'text/plain; version=0.0.4' }).end(page.text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  page.target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  page.stop = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return page;
}

/** deploy/prometheus.yml, fast, with other addresses. */
export function prometheusConfig(page: string, alertmanagers: string[], external_labels: Record<string, string> = {}) {
  const config = parse(readText(PROMETHEUS_CONFIG));
  // Room in the timeout: on a loaded machine a scrape that fails by itself would be a second notice for the 1 s intervals.
  config.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '250ms', external_labels };
  config.scrape_configs[0].static_configs[0].targets = [page];
  config.alerting.alertmanagers = [{ static_configs: [{ targets: alertmanagers.map((url) => new URL(url).host) }] }];
  return config;
}
export const runPrometheus = (t: TestContext, config: object, rules = shortRules, dataFolder?: string) =>
  started(t, startPrometheus({ config, ruleTexts: { 'flashforge.rules.yml': rules }, dataFolder }));

/** An example of deploy/alertmanager with the secrets in a folder of the test and short intervals. */
export async function exampleConfig(t: TestContext, name: string, replace: [string | RegExp, string][]) {
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-secrets-'));
  t.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  let text = withInlineSecret(name, readText(exampleFile(name)));
  for (const [from, to] of replace) {
    expect(text).toMatch(from);
    text = text.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to);
  }
  for (const [, secret = ''] of text.matchAll(/_file: \/etc\/alertmanager\/secrets\/(\S+)/g)) {
    await writeFile(join(folder, secret), 'the-secret');
  }
  return text.replaceAll('/etc/alertmanager/secrets', folder);
}
export async function runAlertmanager(t: TestContext, receiver: string, groupInterval: string) {
  const text = await exampleConfig(t, 'webhook', [
    ['http://127.0.0.1:5001/', receiver],
    ['group_interval: 25m', `group_interval: ${groupInterval}`],
    ['group_wait: 10s', 'group_wait: 1s'],
  ]);
  return started(t, startAlertmanager(text));
}

/**
 * Waits until the groups of an alert have been looked at, so many times in the given state, and then for a marker to come
 * through: only after that "no further notice" is an answer.
 */
export async function flushed(
  alertmanager: Alertmanager,
  receiver: WebhookReceiver,
  alert: string,
  state: string,
  times = 1,
) {
  const flush = new RegExp(`msg=flushing alerts=.*${alert}\\S*\\[${state}\\]`, 'g');
  await poll(
    async () => ([...alertmanager.log().matchAll(flush)].length >= times ? true : undefined),
    30_000,
    () => `${alert} was not flushed as ${state} ${times} times\n${alertmanager.log()}\n`,
  );
  const labels = { alertname: 'Marker', printer: randomUUID() };
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels }]),
  });
  expect(response.status).toBe(200);
  await receiver.waitFor((notices) => notices.some((notice) => notice.groupLabels['printer'] === labels.printer));
}
export const withoutMarkers = (receiver: WebhookReceiver) =>
  receiver.notices.filter((notice) => notice.groupLabels['alertname'] !== 'Marker');
