// Each rule of the linter, with a dashboard that breaks this rule and no other.

import { expect, test } from 'vitest';
import { lint, RULE_NAMES, type RuleName } from './linter.ts';
import { type Dashboard, type Panel, readDashboard, shownPanels, type Target, type Variable } from './model.ts';

function panelOf(dashboard: Dashboard, type: string): Panel {
  const panel = shownPanels(dashboard).find((one) => one.type === type);
  if (!panel) throw new Error(`no ${type}`);
  return panel;
}

function targetOf(dashboard: Dashboard, type = 'state-timeline'): Target {
  const target = panelOf(dashboard, type).targets?.[0];
  if (!target) throw new Error(`no query in ${type}`);
  return target;
}

function variableOf(dashboard: Dashboard, name: string): Variable {
  const variable = dashboard.templating.list.find((one) => one.name === name);
  if (!variable) throw new Error(`no variable ${name}`);
  return variable;
}

function firstPanel(dashboard: Dashboard): Panel {
  const [panel] = dashboard.panels;
  if (!panel) throw new Error('no panel');
  return panel;
}

/** Replaces a query. */
function ask(expr: string, legendFormat = '') {
  return (dashboard: Dashboard): void => {
    Object.assign(targetOf(dashboard), { expr, legendFormat });
  };
}

const UP = 'flashforge_up{printer=~"$printer"}';

/** The overrides of all cells of the table. */
function cellsOf(dashboard: Dashboard) {
  const all = panelOf(dashboard, 'table').fieldConfig?.overrides.find(({ matcher }) => matcher.options === '/.*/');
  if (!all) throw new Error('no override for all cells');
  return all.properties;
}

/** Makes the first stat show a label; apart from the changes given it breaks no rule. */
function showLabel(name: string, target: Partial<Target>, options: Panel['options'] = {}) {
  return (dashboard: Dashboard): void => {
    const reduceOptions = { calcs: ['lastNotNull'], values: true, fields: `/^${name}$/` };
    Object.assign(panelOf(dashboard, 'stat').options ?? {}, { textMode: 'value', reduceOptions, ...options });
    Object.assign(targetOf(dashboard, 'stat'), {
      expr: `max by (printer) (${UP})`,
      format: 'table',
      legendFormat: '',
      ...target,
    });
  };
}

test('a label as a value, from a table, breaks no rule', () => {
  const dashboard = readDashboard('fleet.json');
  showLabel('printer', {})(dashboard);
  expect(lint(dashboard)).toEqual([]);
});

/** Changes that each break the rule. */
const BREAKS: Record<RuleName, readonly ((dashboard: Dashboard) => void)[]> = {
  'dashboard-identity': [
    (dashboard) => Object.assign(dashboard, { id: 7 }),
    (dashboard) => Object.assign(dashboard, { tags: [] }),
    (dashboard) => Object.assign(dashboard, { schemaVersion: 16 }),
    (dashboard) => Object.assign(dashboard, { description: '' }),
  ],
  'dashboard-export': [
    (dashboard) => Object.assign(dashboard, { __inputs: [] }),
    (dashboard) => Object.assign(variableOf(dashboard, 'datasource'), { current: { value: 'prometheus' } }),
    (dashboard) => Object.assign(dashboard, { __requires: dashboard.__requires?.slice(1) }),
    (dashboard) => Object.assign(dashboard, { __requires: dashboard.__requires?.slice(0, -1) }),
    (dashboard) => dashboard.__requires?.push({ type: 'panel', id: 'gauge' }),
  ],
  'template-datasource': [
    (dashboard) => Object.assign(variableOf(dashboard, 'datasource'), { query: 'loki' }),
    (dashboard) => dashboard.templating.list.reverse(),
  ],
  'template-printer': [
    (dashboard) => Object.assign(variableOf(dashboard, 'printer'), { multi: false }),
    (dashboard) => Object.assign(variableOf(dashboard, 'printer'), { includeAll: false }),
  ],
  'template-all-value': [(dashboard) => Object.assign(variableOf(dashboard, 'datasource'), { allValue: '.+' })],
  'template-on-time-change-reload': [(dashboard) => Object.assign(variableOf(dashboard, 'printer'), { refresh: 1 })],
  'template-label-promql': [
    (dashboard) => Object.assign(variableOf(dashboard, 'printer'), { query: 'label_values(flashforge_up, name)' }),
    (dashboard) => Object.assign(variableOf(dashboard, 'printer'), { query: 'label_values(flashforge_down, printer)' }),
    (dashboard) => Object.assign(variableOf(dashboard, 'printer'), { query: 'query_result(flashforge_up)' }),
  ],
  'template-unused': [
    (dashboard) => dashboard.templating.list.push({ name: 'colour', type: 'custom', query: 'red' }),
    (dashboard) => Object.assign(firstPanel(dashboard), { title: 'Of $nobody' }),
  ],
  'panel-datasource': [
    (dashboard) =>
      Object.assign(firstPanel(dashboard), { datasource: { type: 'prometheus', uid: 'P1809F7CD0C75ACF3' } }),
    (dashboard) => Object.assign(targetOf(dashboard), { datasource: undefined }),
    (dashboard) => Object.assign(variableOf(dashboard, 'printer'), { datasource: undefined }),
  ],
  'panel-core': [
    (dashboard) => {
      firstPanel(dashboard).type = 'natel-discrete-panel';
      dashboard.__requires?.push({ type: 'panel', id: 'natel-discrete-panel' });
    },
  ],
  'panel-title-description': [
    (dashboard) => Object.assign(firstPanel(dashboard), { title: '' }),
    (dashboard) => Object.assign(firstPanel(dashboard), { description: undefined }),
  ],
  'panel-units': [
    (dashboard) => Object.assign(firstPanel(dashboard).fieldConfig?.defaults ?? {}, { unit: '' }),
    (dashboard) => Object.assign(firstPanel(dashboard).fieldConfig?.defaults ?? {}, { unit: 'degrees' }),
    (dashboard) =>
      panelOf(dashboard, 'table').fieldConfig?.overrides.push({
        matcher: { id: 'byName', options: 'Bed' },
        properties: [{ id: 'unit', value: '°C' }],
      }),
  ],
  'panel-empty-state': [
    (dashboard) => Object.assign(firstPanel(dashboard).fieldConfig?.defaults ?? {}, { noValue: '' }),
  ],
  'panel-empty-color': [
    (dashboard) => {
      const steps = panelOf(dashboard, 'stat').fieldConfig?.defaults.thresholds?.steps ?? [];
      for (const step of steps.slice(0, 1)) step.color = 'red';
    },
  ],
  'panel-empty-cells': [
    (dashboard) => cellsOf(dashboard).splice(0),
    (dashboard) => Object.assign(cellsOf(dashboard)[0] ?? {}, { value: '' }),
    (dashboard) => {
      const empty = panelOf(dashboard, 'table').fieldConfig?.defaults.noValue;
      Object.assign(cellsOf(dashboard)[0] ?? {}, { value: empty });
    },
  ],
  'panel-colors': [
    (dashboard) =>
      Object.assign(firstPanel(dashboard).fieldConfig?.defaults ?? {}, { color: { fixedColor: '#ffffff' } }),
    (dashboard) => Object.assign(firstPanel(dashboard).fieldConfig?.defaults ?? {}, { color: { fixedColor: 'white' } }),
  ],
  'panel-no-targets': [
    (dashboard) => Object.assign(firstPanel(dashboard), { targets: [] }),
    (dashboard) => {
      const panel = shownPanels(dashboard).find(({ targets = [] }) => targets.length > 1);
      for (const target of panel?.targets ?? []) target.refId = 'A';
    },
  ],
  'panel-legend': [(dashboard) => Object.assign(panelOf(dashboard, 'timeseries').options ?? {}, { legend: {} })],
  'panel-reduce': [
    (dashboard) => Object.assign(panelOf(dashboard, 'stat').options ?? {}, { reduceOptions: { calcs: [] } }),
  ],
  'panel-text': [
    (dashboard) => Object.assign(panelOf(dashboard, 'stat').options ?? {}, { textMode: 'name' }),
    showLabel('printer', { format: 'time_series' }),
    showLabel('file', {}),
    showLabel('printer', {}, { textMode: 'auto' }),
    showLabel('printer', {}, { reduceOptions: { calcs: ['lastNotNull'], values: false, fields: '/^printer$/' } }),
  ],
  'panel-ids': [
    (dashboard) => {
      firstPanel(dashboard).id = 2;
    },
    (dashboard) => {
      firstPanel(dashboard).id = 0;
    },
  ],
  'panel-rows': [
    (dashboard) =>
      dashboard.panels.push({
        id: 99,
        type: 'row',
        title: 'Empty',
        collapsed: true,
        gridPos: { x: 0, y: 900, w: 24, h: 1 },
        panels: [],
      }),
  ],
  'grid-width': [
    (dashboard) => {
      panelOf(dashboard, 'state-timeline').gridPos.w = 25;
    },
  ],
  'grid-overlap': [
    (dashboard) => {
      firstPanel(dashboard).gridPos.h += 1;
    },
    (dashboard) => {
      panelOf(dashboard, 'bargauge').repeat = 'printer';
    },
  ],
  'target-promql': [ask(`max by (printer) (${UP}`), ask(`max by printer (${UP})`)],
  'target-metric': [ask('max(flashforge_uptime)')],
  'target-label': [
    ask('max by (printer) (flashforge_up{printer=~"$printer",state="ready"})'),
    ask(`max by (printer, heater) (${UP})`),
    ask(`max by (printer) (${UP}) * on (printer) group_left (file) max by (printer) (${UP})`),
    ask(`max by (printer) (${UP})`, '{{name}}'),
  ],
  'target-rate-interval': [
    ask('max by (printer) (rate(flashforge_prints_total{printer=~"$printer"}[5m]))'),
    ask('max by (printer) (rate(flashforge_prints_total{printer=~"$printer"}[$__interval]))'),
    ask('max by (printer) (increase(flashforge_prints_total{printer=~"$printer"}[5m]))'),
  ],
  'target-counter': [ask('max by (printer) (flashforge_prints_total{printer=~"$printer"})')],
  'target-scope': [ask('max by (printer) (flashforge_up)'), ask('max(process_resident_memory_bytes{job=~"$job"})')],
  'target-twice-scraped': [ask(UP), ask(`sum by (printer) (${UP})`)],
  links: [
    (dashboard) => dashboard.links.pop(),
    (dashboard) => Object.assign(dashboard.links[0] ?? {}, { keepTime: false }),
    (dashboard) => Object.assign(dashboard.links[0] ?? {}, { includeVars: false }),
    (dashboard) => Object.assign(dashboard.links[0] ?? {}, { placement: 'inControlsMenu' }),
  ],
};

test('the dashboard of a printer is of one printer', () => {
  const dashboard = readDashboard('printer.json');
  Object.assign(variableOf(dashboard, 'printer'), { includeAll: true });
  expect(lint(dashboard).map(({ rule }) => rule)).toEqual(['template-printer']);
});

test.each(RULE_NAMES.flatMap((rule) => BREAKS[rule].map((change, index) => [rule, index + 1, change] as const)))(
  '%s, case %i',
  (rule, _, change) => {
    const dashboard = readDashboard('fleet.json');
    change(dashboard);
    const rules = new Set(lint(dashboard).map((problem) => problem.rule));
    // $job is no variable of this dashboard.
    if (rule === 'target-scope') rules.delete('template-unused');
    expect([...rules]).toEqual([rule]);
  },
);
