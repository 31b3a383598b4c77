// The dashboards in the repository are up to date with their source, and the linter finds nothing in them.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dashboardFiles } from '../../dashboards/src/files.ts';
import { STATES } from '../../src/printer/state.ts';
import { readYaml } from '../deploy/files.ts';
import { KNOWN_METRICS } from './known-metrics.ts';
import { lint } from './linter.ts';
import { DASHBOARD_FILES, dashboardPath, readDashboard, shownPanels } from './model.ts';
import { parseQuery } from './promql.ts';

test('the source generates these files and no others', () => {
  expect([...dashboardFiles().keys()]).toEqual([...DASHBOARD_FILES]);
});

describe.each(DASHBOARD_FILES)('%s', (name) => {
  test('is what dashboards/src generates; otherwise run npm run dashboards', () => {
    expect(readFileSync(dashboardPath(name), 'utf8')).toBe(dashboardFiles().get(name));
  });

  test('has no problem that the linter finds', () => {
    expect(lint(readDashboard(name))).toEqual([]);
  });
});

test('the three have their fixed uids', () => {
  expect(DASHBOARD_FILES.map((name) => readDashboard(name).uid)).toEqual([
    'flashforge-fleet',
    'flashforge-printer',
    'flashforge-exporter',
  ]);
});

test('the default scrape timeout is that of deploy/prometheus.yml', () => {
  const config = readYaml<{ global: { scrape_timeout: string } }>('deploy/prometheus.yml');
  const variable = readDashboard('exporter.json').templating.list.find(({ name }) => name === 'timeout');
  expect(`${variable?.current?.value}s`).toBe(config.global.scrape_timeout);
});

test('panels of the exporter say that a job has to scrape /metrics, and which flag leaves the process out', () => {
  const panels = shownPanels(readDashboard('exporter.json')).map(({ title, targets = [], fieldConfig }) => {
    const names = targets.flatMap(({ expr }) => parseQuery(expr).selectors.map(({ metric }) => metric));
    return { title, names, empty: fieldConfig?.defaults.noValue };
  });
  const ofExporter = panels.filter(({ names }) => names.some((name) => KNOWN_METRICS.get(name)?.of === 'exporter'));
  expect(ofExporter.map(({ title, empty }) => [title, empty?.includes('no job scrapes /metrics')])).toEqual(
    [
      'Exporter',
      'Configuration',
      'State file',
      'Memory',
      'CPU',
      'Event loop lag',
      'Scrapes of the exporter',
      'Refused requests',
      'Version',
    ].map((title) => [title, true]),
  );
  const ofProcess = panels.filter(({ names }) => names.every((name) => /^(?:process|nodejs)_/.test(name)));
  expect(ofProcess.map(({ title, empty }) => [title, empty?.includes('--web.disable-exporter-metrics')])).toEqual(
    ['Memory', 'CPU', 'Event loop lag'].map((title) => [title, true]),
  );
});

test('every state has its own word and colour, the same on all dashboards', () => {
  const found = new Set<string>();
  const collect = (_: string, value: unknown): unknown => {
    if (typeof value === 'object' && value !== null && JSON.stringify(value).startsWith('{"0":{"text":"off","color"')) {
      const text = JSON.stringify(value);
      if (text.includes('"printing"')) found.add(text);
    }
    return value;
  };
  for (const text of dashboardFiles().values()) JSON.parse(text, collect);
  expect(found.size).toBe(1);
  const [mapping = '{}'] = found;
  const shown: Record<string, { text: string; color: string }> = JSON.parse(mapping);
  const words = Object.values(shown).map(({ text }) => text);
  expect(words.toSorted()).toEqual(['off', ...STATES].toSorted());
  expect(new Set(Object.values(shown).map(({ color }) => color)).size).toBe(words.length);
});
