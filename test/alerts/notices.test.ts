// From series to notice with the real programs. A page whose text the test changes plays the exporter.

import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, type TestContext, test } from 'vitest';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { runProgram } from '../support/programs.ts';
import { startWebhookReceiver } from '../support/webhook.ts';
import { DOCS, pathOf, readText, TEMPLATE } from './files.ts';
import {
  ENDED_S,
  exampleConfig,
  flushed,
  prometheusConfig,
  runAlertmanager,
  runPrometheus,
  shortRules,
  someMissing,
  started,
  startPage,
  withoutMarkers,
} from './harness.ts';

const nowS = () => (Date.now() / 1000).toFixed(3);
const PRINTING = 'flashforge_up{printer="m5-pro"} 1\nflashforge_state{printer="m5-pro",state="printing"} 1\n';
const ended = (result: string, file: string) => `flashforge_up{printer="m5-pro"} 1
flashforge_state{printer="m5-pro",state="printing"} 0
flashforge_last_print_end_timestamp_seconds{printer="m5-pro",result="${result}"} ${nowS()}
flashforge_last_print_info{printer="m5-pro",file="${file}",result="${result}"} 1
flashforge_last_print_duration_seconds{printer="m5-pro",result="${result}"} 8040
`;
const COMPLETED = 'ALERTS{alertname="FlashForgePrintCompleted"}';
const some = (samples: unknown[]) => samples.length > 0;
const none = (samples: unknown[]) => samples.length === 0;

describe.skipIf(someMissing)('from series to notice', { concurrent: true, timeout: 90_000 }, () => {
  test('a print that completes is one notice, also with a failed scrape in the window', async (t) => {
    const page = await started(t, startPage());
    const receiver = await started(t, startWebhookReceiver());
    const control = await started(t, startWebhookReceiver());
    const alertmanager = await runAlertmanager(t, receiver.url, `${ENDED_S + 4}s`);
    // The same with a group_interval shorter than the window, to see that this test can fail.
    const shortInterval = await runAlertmanager(t, control.url, '1s');
    page.text = PRINTING;
    const prometheus = await runPrometheus(t, prometheusConfig(page.target, [alertmanager.url, shortInterval.url]));
    await prometheus.waitFor('flashforge_state == 1', some);

    page.text = ended('completed', 'benchy.gx');
    await receiver.waitFor((notices) => notices.length === 1);

    page.failing = true;
    await prometheus.waitFor(COMPLETED, none);
    await flushed(shortInterval, control, 'FlashForgePrintCompleted', 'resolved');
    page.failing = false;
    await prometheus.waitFor(COMPLETED, some);
    await control.waitFor(() => withoutMarkers(control).length === 2);
    await prometheus.waitFor(COMPLETED, none);
    await flushed(alertmanager, receiver, 'FlashForgePrintCompleted', 'resolved');

    const notices = withoutMarkers(receiver);
    expect(notices).toHaveLength(1);
    const [notice] = notices;
    expect(notice).toMatchObject({ receiver: 'ended', status: 'firing' });
    expect(notice?.alerts).toHaveLength(1);
    expect(notice?.alerts[0]).toMatchObject({
      labels: { alertname: 'FlashForgePrintCompleted', printer: 'm5-pro', file: 'benchy.gx', severity: 'info' },
      annotations: { summary: 'm5-pro: benchy.gx is done after 2 h 14 min' },
    });
    expect(Object.keys(notice?.alerts[0]?.labels ?? {}).toSorted()).toEqual([
      'alertname',
      'ended',
      'file',
      'printer',
      'severity',
    ]);
    expect(receiver.posts[0]?.headers.authorization).toBe('Bearer the-secret');
  });

  test('the same file printed twice within the window is two notices', async (t) => {
    const page = await started(t, startPage());
    const receiver = await started(t, startWebhookReceiver());
    const alertmanager = await runAlertmanager(t, receiver.url, `${ENDED_S + 4}s`);
    page.text = ended('completed', 'benchy.gx');
    const prometheus = await runPrometheus(t, prometheusConfig(page.target, [alertmanager.url]));
    await receiver.waitFor((notices) => notices.length === 1);
    page.text = ended('completed', 'benchy.gx');
    await receiver.waitFor((notices) => notices.length === 2);
    await prometheus.waitFor(COMPLETED, none);
    await flushed(alertmanager, receiver, 'FlashForgePrintCompleted', 'resolved', 2);
    expect(withoutMarkers(receiver).map((notice) => notice.status)).toEqual(['firing', 'firing']);
    expect(new Set(withoutMarkers(receiver).map((notice) => notice.groupLabels['ended'])).size).toBe(2);
  });

  test('an error is one notice: the failed print is held back', async (t) => {
    const page = await started(t, startPage());
    const receiver = await started(t, startWebhookReceiver());
    const alertmanager = await runAlertmanager(t, receiver.url, `${ENDED_S + 4}s`);
    page.text = PRINTING;
    const prometheus = await runPrometheus(t, prometheusConfig(page.target, [alertmanager.url]));
    await prometheus.waitFor('flashforge_state == 1', some);
    page.text = `${ended('failed', 'benchy.gx')}flashforge_state{printer="m5-pro",state="error"} 1\nflashforge_error_info{printer="m5-pro",code="E0163"} 1\n`;
    await receiver.waitFor((notices) => notices.length === 1);
    await flushed(alertmanager, receiver, 'FlashForgePrintFailed', 'active');
    const held = await alertmanager.waitFor((alerts) => alerts.some((alert) => alert.status.state === 'suppressed'));
    expect(held.find((alert) => alert.status.state === 'suppressed')?.labels['alertname']).toBe(
      'FlashForgePrintFailed',
    );
    expect(
      withoutMarkers(receiver).map((notice) => notice.alerts.map((alert) => alert.annotations['summary'])),
    ).toEqual([['m5-pro: the printer reports an error E0163']]);
  });

  test('a runout is one notice: the pause is held back, also once filament is loaded', async (t) => {
    const page = await started(t, startPage());
    const receiver = await started(t, startWebhookReceiver());
    const alertmanager = await runAlertmanager(t, receiver.url, '1s');
    const paused = (hasFilament: number) => `flashforge_up{printer="m5-pro"} 1
flashforge_state{printer="m5-pro",state="printing"} 0
flashforge_state{printer="m5-pro",state="paused"} 1
flashforge_filament_present{printer="m5-pro",tool="tool0"} ${hasFilament}
`;
    page.text = `${PRINTING}flashforge_filament_present{printer="m5-pro",tool="tool0"} 1\n`;
    const rules = shortRules.replaceAll('for: 1m\n', 'for: 1s\n').replaceAll('for: 2m\n', 'for: 2s\n');
    const prometheus = await runPrometheus(t, prometheusConfig(page.target, [alertmanager.url]), rules);
    await prometheus.waitFor('flashforge_state == 1', some);
    page.text = paused(0);
    await receiver.waitFor((notices) => notices.length === 1);
    page.text = paused(1);
    await prometheus.waitFor('flashforge_filament_present == 1', some);
    await flushed(alertmanager, receiver, 'FlashForgePrintPaused', 'active');
    const held = await alertmanager.waitFor((alerts) => alerts.some((alert) => alert.status.state === 'suppressed'));
    expect(
      held.filter((alert) => alert.status.state === 'suppressed').map((alert) => alert.labels['alertname']),
    ).toEqual(['FlashForgePrintPaused']);
    expect(
      withoutMarkers(receiver).map((notice) => notice.alerts.map((alert) => alert.annotations['summary'])),
    ).toEqual([['m5-pro: the filament ran out (tool0)']]);
  });

  test.for([
    { label: 'dropped', groupInterval: '1s', expected: 1 },
    { label: 'kept', groupInterval: '1s', expected: 2 },
    { label: 'kept', groupInterval: `${ENDED_S + 4}s`, expected: 1 },
  ])(
    'two Prometheus servers, replica label $label, group_interval $groupInterval: notices $expected',
    async ({ label, groupInterval, expected }, t) => {
      const page = await started(t, startPage());
      const receiver = await started(t, startWebhookReceiver());
      const alertmanager = await runAlertmanager(t, receiver.url, groupInterval);
      page.text = PRINTING;
      const servers = await Promise.all(
        ['a', 'b'].map((replica) => {
          const config = prometheusConfig(page.target, [alertmanager.url], { replica });
          if (label === 'kept') delete config.alerting.alert_relabel_configs;
          return runPrometheus(t, config);
        }),
      );
      await Promise.all(servers.map((server) => server.waitFor('flashforge_state == 1', some)));
      page.text = ended('cancelled', 'vase.gx');
      await Promise.all(servers.map((server) => server.waitFor('ALERTS{alertname="FlashForgePrintCancelled"}', some)));
      await Promise.all(servers.map((server) => server.waitFor('ALERTS', none)));
      await flushed(alertmanager, receiver, 'FlashForgePrintCancelled', 'resolved');
      expect(withoutMarkers(receiver)).toHaveLength(expected);
    },
  );
});

describe.skipIf(someMissing)('the ways of getting notices', { concurrent: true }, () => {
  /** Runs the command of docs/alerts.md that sends a test notice. */
  async function sendTestNotice(alertmanager: Alertmanager) {
    const command = /```sh\n(amtool alert add [^`]*)```/.exec(readText(DOCS))?.[1] ?? '';
    expect(command).toContain('http://localhost:9093');
    const run = await runProgram('bash', ['-ec', command.replaceAll('http://localhost:9093', alertmanager.url)]);
    expect(run).toEqual({ code: 0, output: '' });
  }

  test('webhook', async (t) => {
    const receiver = await started(t, startWebhookReceiver());
    await sendTestNotice(await runAlertmanager(t, receiver.url, '15m'));
    const [notice] = await receiver.waitFor((notices) => notices.length === 1);
    expect(notice).toMatchObject({
      receiver: 'ended',
      alerts: [{ annotations: { summary: 'm5-pro: benchy.gx is done' } }],
    });
  });

  test('ntfy: the JSON, with templates for ntfy to fill in', async (t) => {
    const receiver = await started(t, startWebhookReceiver());
    const text = await exampleConfig(t, 'ntfy', [['https://ntfy.sh', receiver.url]]);
    await sendTestNotice(await started(t, startAlertmanager(text)));
    await receiver.waitFor((notices) => notices.length === 1);
    const post = receiver.posts[0];
    const { pathname, searchParams } = new URL(post?.path ?? '', receiver.url);
    expect(pathname).toBe('/TOPIC');
    expect(Object.fromEntries(searchParams)).toEqual({
      template: 'yes',
      title: '{{if eq .status "resolved"}}Over: {{end}}{{(index .alerts 0).annotations.summary}}',
      message: '{{range .alerts}}{{if eq .status "resolved"}}Over: {{end}}{{.annotations.description}}{{"\\n"}}{{end}}',
    });
    expect(post?.headers.authorization).toBe('Bearer the-secret');
  });

  test('Telegram', async (t) => {
    const receiver = await started(t, startWebhookReceiver('{"ok":true,"result":{"message_id":1,"chat":{"id":1}}}'));
    const text = await exampleConfig(t, 'telegram', [
      ['bot_token: 123:abc', `bot_token: 123:abc\n        api_url: ${receiver.url}`],
    ]);
    await sendTestNotice(await started(t, startAlertmanager(text, { files: [pathOf(TEMPLATE)] })));
    await receiver.waitFor((_, posts) => posts.length === 1);
    expect(receiver.posts[0]?.path).toBe('/bot123:abc/sendMessage');
    expect(JSON.parse(receiver.posts[0]?.body ?? '')).toMatchObject({
      chat_id: '123456789',
      text: expect.stringMatching(/^m5-pro: benchy\.gx is done\nA test notice\.\nhttps:\S+\n*$/),
    });
  });

  test('Discord', async (t) => {
    const receiver = await started(t, startWebhookReceiver());
    const text = await exampleConfig(t, 'discord', [[/http:\/\/127\.0\.0\.1:9\/discord/, `${receiver.url}/discord`]]);
    await sendTestNotice(await started(t, startAlertmanager(text, { files: [pathOf(TEMPLATE)] })));
    await receiver.waitFor((_, posts) => posts.length === 1);
    expect(JSON.parse(receiver.posts[0]?.body ?? '')).toMatchObject({
      embeds: [{ title: 'm5-pro: benchy.gx is done', description: expect.stringContaining('A test notice.') }],
    });
  });

  test('e-mail', async (t) => {
    const { port, mail } = await startMailServer(t);
    const text = await exampleConfig(t, 'email', [
      ['smarthost: smtp.example.org:587', `smarthost: 127.0.0.1:${port}\n        require_tls: false`],
    ]);
    await sendTestNotice(await started(t, startAlertmanager(text, { files: [pathOf(TEMPLATE)] })));
    const message = await mail;
    expect(message).toMatch(/^Subject: m5-pro: benchy\.gx is done\r$/m);
    expect(message).toMatch(/^m5-pro: benchy\.gx is done\r\nA test notice\.\r$/m);
    expect(message).not.toContain('text/html');
  });
});

/** A mail server for one message, without TLS and without passwords. */
async function startMailServer(t: TestContext) {
  const server = createTcpServer().listen(0, '127.0.0.1');
  t.onTestFinished(() => void server.close());
  await once(server, 'listening');
  const mail = new Promise<string>((resolve, reject) => {
    server.on('connection', (socket) => {
      let data: string | undefined;
      let rest = '';
      socket.setEncoding('utf8').on('error', reject);
      socket.write('220 test\r\n');
      socket.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\r\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (data !== undefined && line !== '.') {
            data += `${line}\r\n`;
          } else if (data !== undefined) {
            resolve(data);
            data = undefined;
            socket.write('250 taken\r\n');
          } else if (line === 'DATA') {
            data = '';
            socket.write('354 go on\r\n');
          } else if (line === 'QUIT') {
            socket.end('221 bye\r\n');
          } else {
            socket.write('250 ok\r\n');
          }
        }
      });
    });
  });
  return { port: (server.address() as AddressInfo).port, mail };
}
