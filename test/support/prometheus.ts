// A real Prometheus for end-to-end tests.
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { poll, startDaemon } from './daemon.ts';
import { requireProgram } from './programs.ts';

export interface Sample {
  metric: Record<string, string>;
  /** Unix seconds, and the value as Prometheus formats it. */
  value: [number, string];
}

export interface Prometheus {
  url: string;
  /** The samples of an instant query. */
  query(expr: string): Promise<Sample[]>;
  /** Repeats the query until the predicate holds, and returns its samples. */
  waitFor(expr: string, predicate: (samples: Sample[]) => boolean, timeoutMs?: number): Promise<Sample[]>;
  /** Replaces the configuration (and the rule files, if given) and reloads it. */
  reload(config?: object, rules?: Record<string, string>): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** prometheus.yml as plain data. */
  config: object;
  /** Rule files to copy next to the configuration, under their own names; list them in `rule_files`. */
  rules?: readonly string[];
  /** Rule files given as text, by name. */
  ruleTexts?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** Where to keep samples across a restart; a temporary folder by default. */
  dataFolder?: string | undefined;
}

/** Undefined when no Prometheus is installed (an error in CI). */
export const findPrometheus = () => requireProgram('prometheus');

export async function startPrometheus({
  config,
  rules = [],
  ruleTexts = {},
  signal,
  dataFolder,
}: PrometheusOptions): Promise<Prometheus> {
  const program = findPrometheus();
  if (program === undefined) throw new Error('prometheus is not installed');
  const daemon = await startDaemon({
    program,
    signal,
    async prepare(folder, address) {
      for (const path of rules) await copyFile(path, join(folder, basename(path)));
      await writeConfig(folder, config, ruleTexts);
      return [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${dataFolder ?? join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--web.enable-lifecycle',
      ];
    },
  });

  const query = async (expr: string) => {
    const response = await fetch(`${daemon.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
    });
    const result = (await response.json()) as { status: string; error?: string; data?: { result: Sample[] } };
    if (result.data === undefined) throw new Error(`${expr}: ${result.error ?? result.status}`);
    return result.data.result;
  };
  return {
    url: daemon.url,
    query,
    async waitFor(expr, predicate, timeoutMs = 20_000) {
      let last: Sample[] = [];
      return poll(
        async () => {
          last = await query(expr);
          return predicate(last) ? last : undefined;
        },
        timeoutMs,
        () => `${expr} was not as expected, last ${JSON.stringify(last)},\n${daemon.log()}\n`,
      );
    },
    async reload(newConfig = config, newRules = {}) {
      await writeConfig(daemon.folder, newConfig, newRules);
      const response = await fetch(`${daemon.url}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(`reload: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    },
    log: daemon.log,
    stop: daemon.stop,
  };
}

async function writeConfig(folder: string, config: object, ruleTexts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(ruleTexts)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
}
