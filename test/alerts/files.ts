// The files this project ships for Prometheus and Alertmanager, as the tests read them.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
export const pathOf = (name: string) => fileURLToPath(new URL(name, root));
export const readText = (name: string) => readFileSync(pathOf(name), 'utf8');

export const RULES = 'alerts/flashforge.rules.yml';
export const RULES_TEST = 'alerts/flashforge.rules.test.yml';
export const PROMETHEUS_CONFIG = 'deploy/prometheus.yml';
export const ALERTMANAGER_CONFIG = 'deploy/alertmanager.yml';
export const TEMPLATE = 'deploy/alertmanager/flashforge.tmpl';
export const DOCS = 'docs/alerts.md';

/** One Alertmanager configuration a way of getting notices: email, webhook, … */
export const EXAMPLES = readdirSync(pathOf('deploy/alertmanager'))
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.slice(0, -'.yml'.length));

export const exampleFile = (name: string) => `deploy/alertmanager/${name}.yml`;

/** Alerts about what happens once: told once, without a "resolved". */
export const ONCE = /^FlashForge(Print(Completed|Cancelled|Failed|EndUnknown|NearlyDone)|PartRemovable)$/;

export interface Rule {
  alert: string;
  expr: string;
  for?: string;
  keep_firing_for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export function readRules(): Rule[] {
  const { groups } = parse(readText(RULES)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** Fields of secrets in files that came after Alertmanager 0.25, and what stands for them before. */
export const NEWER_FIELDS: Readonly<Record<string, readonly [field: string, inline: string]>> = {
  telegram: ['bot_token_file', 'bot_token: 123:abc'],
  discord: ['webhook_url_file', 'webhook_url: http://127.0.0.1:9/discord'],
};

/** An example with its secret written out, as Alertmanager 0.25 needs it. */
export function withInlineSecret(name: string, text: string): string {
  const newer = NEWER_FIELDS[name];
  return newer === undefined ? text : text.replace(new RegExp(`${newer[0]}: .*`), newer[1]);
}
