// A real Alertmanager for end-to-end tests.
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { poll, startDaemon } from './daemon.ts';
import { requireProgram } from './programs.ts';

export interface ActiveAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  status: { state: 'active' | 'suppressed' | 'unprocessed'; inhibitedBy: string[] };
}

export interface Alertmanager {
  url: string;
  /** The firing alerts, including suppressed ones. */
  alerts(): Promise<ActiveAlert[]>;
  waitFor(predicate: (alerts: ActiveAlert[]) => boolean, timeoutMs?: number): Promise<ActiveAlert[]>;
  /** The number of notifications an integration ("webhook") sent, by Alertmanager's own counter. */
  notificationsSent(integration: string): Promise<number>;
  log(): string;
  stop(): Promise<void>;
}

export interface AlertmanagerOptions {
  /** Files to copy next to the configuration, such as templates. */
  files?: readonly string[];
  signal?: AbortSignal;
}

/** Undefined if Alertmanager is not installed (an error in CI). Debian names the program prometheus-alertmanager. */
export const findAlertmanager = () => requireProgram('prometheus-alertmanager', 'alertmanager');

/** @param config alertmanager.yml, as text or as plain data */
export async function startAlertmanager(
  config: string | object,
  options: AlertmanagerOptions = {},
): Promise<Alertmanager> {
  const program = findAlertmanager();
  if (program === undefined) throw new Error('alertmanager is not installed');
  const daemon = await startDaemon({
    program,
    signal: options.signal,
    async prepare(folder, address) {
      for (const path of options.files ?? []) await copyFile(path, join(folder, basename(path)));
      await writeFile(join(folder, 'alertmanager.yml'), typeof config === 'string' ? config : stringify(config));
      return [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        // No cluster: it would listen on port 9094 of every interface, and parallel tests would collide.
        '--cluster.listen-address=',
        '--log.level=debug',
      ];
    },
  });

  const alerts = async () => (await (await fetch(`${daemon.url}/api/v2/alerts`)).json()) as ActiveAlert[];
  return {
    url: daemon.url,
    alerts,
    async waitFor(predicate, timeoutMs = 20_000) {
      let last: ActiveAlert[] = [];
      return poll(
        async () => {
          last = await alerts();
          return predicate(last) ? last : undefined;
        },
        timeoutMs,
        () => `the alerts were not as expected, last ${JSON.stringify(last)},\n${daemon.log()}\n`,
      );
    },
    async notificationsSent(integration) {
      const page = await (await fetch(`${daemon.url}/metrics`)).text();
      const line = page
        .split('\n')
        .find((text) => text.startsWith(`alertmanager_notifications_total{integration="${integration}"}`));
      return Number(line?.split(' ')[1] ?? 0);
    },
    log: daemon.log,
    stop: daemon.stop,
  };
}
