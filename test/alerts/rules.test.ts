// The rule, Prometheus and Alertmanager files, read by the programs they are for.
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { requireProgram, runProgram } from '../support/programs.ts';
import {
  ALERTMANAGER_CONFIG,
  DOCS,
  EXAMPLES,
  exampleFile,
  NEWER_FIELDS,
  ONCE,
  PROMETHEUS_CONFIG,
  pathOf,
  RULES,
  RULES_TEST,
  readRules,
  readText,
  TEMPLATE,
  withInlineSecret,
} from './files.ts';
import { LABELS_OF, VALUES_OF } from './metric-names.ts';

const SEVERITIES: Readonly<Record<string, string>> = {
  FlashForgePrintCompleted: 'info',
  FlashForgePrintCancelled: 'info',
  FlashForgePrintFailed: 'warning',
  FlashForgePrintEndUnknown: 'warning',
  FlashForgePrintPaused: 'warning',
  FlashForgePrintNearlyDone: 'info',
  FlashForgePlateWaiting: 'info',
  FlashForgePrinterError: 'critical',
  FlashForgePrinterLostWhilePrinting: 'critical',
  FlashForgeTemperatureOffTarget: 'warning',
  FlashForgeOverheat: 'critical',
  FlashForgePrintStuck: 'warning',
  FlashForgePartRemovable: 'info',
  FlashForgePausedHot: 'warning',
  FlashForgeFilamentRunout: 'warning',
  FlashForgeHotAndIdle: 'warning',
  FlashForgeHeatingTooLong: 'warning',
  FlashForgeDiskNearlyFull: 'warning',
  FlashForgeEndpointDown: 'warning',
  FlashForgeScrapeSlow: 'warning',
  FlashForgeExporterDown: 'critical',
  FlashForgeExporterLocalFailure: 'critical',
  FlashForgeConfigReloadFailed: 'warning',
  FlashForgeStateFileNotWritable: 'warning',
  FlashForgeClockSkew: 'warning',
};
const RUNBOOK = 'https://github.com/flashforge-exporter/flashforge-exporter/blob/main/docs/alerts.md#';

/** Alerts about the exporter itself, for all its printers. */
const OF_EXPORTER = /^FlashForge(Exporter|Config|StateFile|Clock)/;

const promtool = requireProgram('promtool');
const amtool = requireProgram('amtool');
const rules = readRules();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashforge-alerts-'));
  for (const name of [RULES, PROMETHEUS_CONFIG, TEMPLATE]) await copyFile(pathOf(name), join(folder, basename(name)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(promtool === undefined)('promtool', () => {
  const run = (...args: string[]) => runProgram(promtool ?? '', args);

  test('check rules', async () => {
    expect(await run('check', 'rules', pathOf(RULES))).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${rules.length} rules`),
    });
  });

  // Its own database for each of the unit tests: 30 s, and several times that on a loaded machine.
  test('test rules', { timeout: 600_000 }, async () => {
    const { code, output } = await run('test', 'rules', pathOf(RULES_TEST));
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });

  test('the examples of docs/alerts.md: check rules, and the reminder of maintenance', {
    timeout: 60_000,
  }, async () => {
    const blocks = [...readText(DOCS).matchAll(/```yaml\n(- alert: [\s\S]*?)```/g)].map(([, text = '']) => text);
    expect(blocks).toHaveLength(2);
    const examples = blocks.flatMap((text) => parse(text) as { alert: string; expr: string }[]);
    for (const { expr } of examples) expect(checkNames(expr)).toEqual([]);
    await writeFile(join(folder, 'examples.yml'), stringify({ groups: [{ name: 'examples', rules: examples }] }));
    const series =
      'flashforge_lifetime_print_seconds_total{job="flashforge",instance="exporter:10899",printer="m5-pro"}';
    const due = {
      exp_labels: { printer: 'm5-pro', severity: 'info' },
      exp_annotations: { summary: 'm5-pro has printed for 400 hours: grease the rods, check the belts' },
    };
    const check = (eval_time: string, exp_alerts: object[]) => ({
      eval_time,
      alertname: 'FlashForgeMaintenanceDue',
      exp_alerts,
    });
    const input = {
      rule_files: [join(folder, 'examples.yml')],
      evaluation_interval: '1h',
      // 390 hours; off for four days; then it prints, and passes 400 hours ten hours later.
      tests: [
        {
          interval: '1h',
          input_series: [{ series, values: '1404000x2 stale _x96 1404000+3600x60' }],
          alert_rule_test: [check('109h', []), check('112h', [due]), check('132h', [due]), check('136h', [])],
        },
      ],
    };
    await writeFile(join(folder, 'examples.test.yml'), stringify(input));
    expect(await run('test', 'rules', join(folder, 'examples.test.yml'))).toMatchObject({ code: 0 });
  });

  test('check config, with the rules beside it', async () => {
    const { code, output } = await run('check', 'config', join(folder, 'prometheus.yml'));
    expect(output).toContain('1 rule files found');
    expect(code, output).toBe(0);
  });
});

describe.skipIf(amtool === undefined)('amtool check-config', () => {
  const check = (path: string) => runProgram(amtool ?? '', ['check-config', path]);

  test(ALERTMANAGER_CONFIG, async () => {
    expect(await check(pathOf(ALERTMANAGER_CONFIG))).toMatchObject({
      code: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  });

  test.each(EXAMPLES)('deploy/alertmanager/%s.yml', async (name) => {
    const { code, output } = await check(pathOf(exampleFile(name)));
    const newer = NEWER_FIELDS[name];
    if (newer !== undefined && code !== 0) {
      // This amtool is older than the field. That is all it may say, and without the field it must be content.
      const complaints = output.split('\n').filter((line) => line.includes('  line '));
      expect(complaints.length, output).toBeGreaterThan(0);
      for (const line of complaints) expect(line).toContain(`field ${newer[0]} not found`);
    } else expect(code, output).toBe(0);

    const path = join(folder, `${name}.yml`);
    await writeFile(path, withInlineSecret(name, readText(exampleFile(name))));
    expect(await check(path)).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') });
  });
});

describe.skipIf(amtool === undefined)('amtool config routes test', () => {
  test.each(rules)('$alert has the right receiver', async ({ alert }) => {
    const receiver = ONCE.test(alert) ? 'ended' : 'printers';
    const { code, output } = await runProgram(amtool ?? '', [
      'config',
      'routes',
      'test',
      `--config.file=${pathOf(ALERTMANAGER_CONFIG)}`,
      `--verify.receivers=${receiver}`,
      `alertname=${alert}`,
    ]);
    expect(code, output).toBe(0);
  });
});

describe('the Alertmanager files', () => {
  test('there is one for each way that is promised', () => {
    expect(EXAMPLES.toSorted()).toEqual(['discord', 'email', 'ntfy', 'telegram', 'webhook']);
  });

  test.each(EXAMPLES)('%s has the routes and the inhibition of alertmanager.yml, and secrets in files', (name) => {
    const text = readText(exampleFile(name));
    const example = parse(text, { merge: true });
    const { route, inhibit_rules } = parse(readText(ALERTMANAGER_CONFIG));
    expect(example).toMatchObject({ route, inhibit_rules });
    expect(text).toMatch(/_file: \/etc\/alertmanager\/secrets\//);
  });

  test.each(EXAMPLES)('%s says "over" only of what lasts', (name) => {
    const { receivers } = parse(readText(exampleFile(name)), { merge: true }) as {
      receivers: ({ name: string } & Record<string, { send_resolved: boolean }[]>)[];
    };
    const resolved = receivers.map(({ name: receiver, ...configs }) => [
      receiver,
      Object.values(configs).flatMap((list) => list.map((config) => config.send_resolved)),
    ]);
    expect(Object.fromEntries(resolved)).toEqual({ ended: [false], printers: [true] });
  });
});

test('docs/alerts.md names what holds back what, and that Grafana alone does not', () => {
  const { inhibit_rules } = parse(readText(ALERTMANAGER_CONFIG)) as {
    inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
  };
  const names = rules.map((rule) => rule.alert);
  const matching = (matchers: string[]) =>
    matchers.flatMap((matcher) => {
      const [, pattern = ''] = /^alertname =~? "?([^"]*)"?$/.exec(matcher) ?? [];
      return names.filter((name) => new RegExp(`^(?:${pattern})$`).test(name));
    });
  const held = [
    ...new Set(inhibit_rules.flatMap((rule) => [...matching(rule.source_matchers), ...matching(rule.target_matchers)])),
  ];
  expect(held).toHaveLength(4);
  const [, before = '', without = ''] = /([\s\S]*)\n### Without Alertmanager([\s\S]*?)\n## /.exec(readText(DOCS)) ?? [];
  const paragraphs = [before.split('\n\n'), without.split('\n\n')];
  for (const part of paragraphs) {
    expect(part.filter((text) => held.every((name) => text.includes(name)) && !text.startsWith('|'))).toHaveLength(1);
  }
});

describe('the rules', () => {
  test('are these alerts with these severities', () => {
    expect(Object.fromEntries(rules.map((rule) => [rule.alert, rule.labels['severity']]))).toEqual(SEVERITIES);
    expect(rules).toHaveLength(Object.keys(SEVERITIES).length);
  });

  test('alerts are sent before those that they hold back', () => {
    const place = (name: string) => rules.findIndex((rule) => rule.alert === name);
    expect(place('FlashForgePrinterError')).toBe(0);
    expect(place('FlashForgeFilamentRunout')).toBeLessThan(place('FlashForgePrintPaused'));
  });

  const docs = readText(DOCS);
  const headings = docs.split('\n').filter((line) => line.startsWith('### '));
  const sectionOf = (alert: string) => docs.split(/^### /m).find((section) => section.startsWith(`${alert}\n`)) ?? '';

  test.each(rules)('$alert has a summary, a description and its runbook', ({ alert, annotations }) => {
    expect(Object.keys(annotations).toSorted()).toEqual(['description', 'runbook_url', 'summary']);
    const text = `${annotations['summary']} ${annotations['description']}`;
    expect(text).toMatch(OF_EXPORTER.test(alert) ? /\$labels\.(job|instance)/ : /\$labels\.printer/);
    // A person reads this on a phone.
    expect(text).not.toMatch(/\(value|humanizeTimestamp/);
    expect(annotations['runbook_url']).toBe(`${RUNBOOK}${alert.toLowerCase()}`);
    expect(headings).toContain(`### ${alert}`);
  });

  test.each(rules)('$alert: docs/alerts.md lists its labels, severity and time', (rule) => {
    const section = sectionOf(rule.alert);
    expect(section).toContain(`\`${labelSet(rule).join('`, `')}\``);
    expect(section).toContain(`Severity ${rule.labels['severity']}`);
    if (rule.for !== undefined) expect(section).toContain(`after ${rule.for}`);
    if (rule.keep_firing_for !== undefined) expect(section).toContain(rule.keep_firing_for);
  });

  test.each(rules)('$alert uses families and labels that exist', ({ expr, annotations }) => {
    const queries = Object.values(annotations).join('\n');
    expect(checkNames(expr)).toEqual([]);
    expect(
      checkNames(
        [...queries.matchAll(/printf "((?:[^"\\]|\\.)*)"/g)]
          .map(([, text = '']) => text.replaceAll('\\"', '"'))
          .join(' '),
      ),
    ).toEqual([]);
  });

  test('the check of names can fail', () => {
    expect(checkNames('flashforge_nope{job="a"}')).toEqual(['flashforge_nope']);
    expect(checkNames('flashforge_up{state="x"}')).toEqual(['flashforge_up{state}']);
    expect(checkNames('flashforge_state{state=~"printing|prining"}')).toEqual(['state="prining"']);
    expect(checkNames('flashforge_up and on (printer, file) flashforge_state')).toEqual(['on (file)']);
  });

  test.each(rules)(
    '$alert joins on (job, instance, printer) or on all labels, never on the printer alone',
    ({ expr }) => {
      for (const [, labels] of expr.matchAll(/\bon \(([^)]*)\)/g)) expect(labels).toMatch(/^job, instance, printer\b/);
      for (const [, labels] of expr.matchAll(/\bignoring \(([^)]*)\)/g))
        expect(labels).not.toMatch(/job|instance|printer/);
    },
  );

  test('every alert is tested both ways', () => {
    const { tests } = parse(readText(RULES_TEST)) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const checks = tests.flatMap((one) => one.alert_rule_test);
    for (const { alert } of rules) {
      const own = checks.filter((check) => check.alertname === alert);
      expect(
        own.some((check) => check.exp_alerts.length > 0),
        `${alert} fires in a test`,
      ).toBe(true);
      expect(
        own.some((check) => check.exp_alerts.length === 0),
        `${alert} is silent in a test`,
      ).toBe(true);
    }
  });
});

/** The labels of an alert beside `alertname`, in the order of the docs. */
function labelSet(rule: (typeof rules)[number]): string[] {
  const by = /^(?:max|min|count) by \(([^)]*)\)/.exec(rule.expr)?.[1]?.split(', ');
  const own = by ?? ['job', 'instance', ...(rule.expr.includes('flashforge_') ? ['printer'] : [])];
  return [...own, ...Object.keys(rule.labels)];
}

/** What an expression names and the exporter does not have. */
function checkNames(expr: string): string[] {
  const unknown: string[] = [];
  const labels = new Set<string>();
  for (const [, name = '', matchers = ''] of expr.matchAll(/\b(flashforge_\w+|up\b(?=\{))(?:\{([^}]*)\})?/g)) {
    const known = LABELS_OF.get(name);
    if (known === undefined) unknown.push(name);
    for (const label of known ?? []) labels.add(label);
    for (const [, label = '', value = ''] of matchers.matchAll(/(\w+)(?:=~|!~|!=|=)(?:"([^"]*)"|%q)/g)) {
      if (known !== undefined && !known.has(label)) {
        unknown.push(`${name}{${label}}`);
        continue;
      }
      const values = VALUES_OF[label];
      // Empty: %q of a template.
      for (const part of values === undefined || value === '' ? [] : value.split('|')) {
        if (!values?.some((one) => new RegExp(`^(?:${part})$`).test(one))) unknown.push(`${label}="${part}"`);
      }
    }
  }
  for (const [, keyword, list = ''] of expr.matchAll(/\b(on|by|group_left) ?\(([^)]*)\)/g)) {
    for (const label of list.split(',').map((text) => text.trim())) {
      if (label !== '' && !labels.has(label)) unknown.push(`${keyword} (${label})`);
    }
  }
  return unknown;
}
