// Rules for the dashboards: those of Grafana's dashboard-linter that apply here, and our own.
//
// Left out on purpose: template-job, template-instance, target-job and target-instance, since the label `printer`
// identifies a printer whatever scrapes it (the exporter's own metrics have both: target-scope); uneditable, since people
// who import a dashboard want to change it.

import * as units from '@grafana/grafana-foundation-sdk/units';
import { KNOWN_METRICS } from './known-metrics.ts';
import { type Check, FILLED, label, QUERY_RULES } from './linter-queries.ts';
import { colorsIn, overlaps, valuesOf } from './linter-search.ts';
import { type Dashboard, type DatasourceRef, type Panel, shownPanels } from './model.ts';
import { fillVariables, parseQuery, variablesIn } from './promql.ts';

export interface Problem {
  readonly rule: RuleName;
  readonly message: string;
}

const COLUMNS = 24;
const CORE_PANELS = ['stat', 'bargauge', 'table', 'timeseries', 'state-timeline'];
const UIDS = ['flashforge-fleet', 'flashforge-printer', 'flashforge-exporter'];
const UNITS: ReadonlySet<unknown> = new Set(Object.values(units));
/** Units that Grafana takes besides those of its list: a date format, a suffix. */
const CUSTOM_UNIT = /^(?:time:[\w: ]+|suffix: \w+)$/;
// Names of Grafana's palette follow the theme. The grey of what is off is the only other colour.
const COLOR =
  /^(?:text|transparent|#808080|(?:(?:super-light|light|semi-dark|dark)-)?(?:red|orange|yellow|green|blue|purple))$/;

const GLOBAL_VARIABLES = [
  '__rate_interval',
  '__range',
  '__interval',
  '__from',
  '__to',
  '__url_time_range',
  '__data',
  '__field',
];

function forPanels(check: (panel: Panel) => string | undefined): Check {
  return (dashboard) =>
    shownPanels(dashboard).flatMap((panel) => {
      const problem = check(panel);
      return problem === undefined ? [] : [`${label(panel)}: ${problem}`];
    });
}

const RULES = {
  /** Classic schema, one of our uids, no id of a particular Grafana's database. */
  'dashboard-identity': (dashboard) => [
    ...(UIDS.includes(dashboard.uid) ? [] : [`uid ${dashboard.uid}`]),
    ...(dashboard.id === null ? [] : [`id ${dashboard.id}`]),
    ...(dashboard.schemaVersion >= 36 && Array.isArray(dashboard.panels) ? [] : ['not the classic schema']),
    ...(dashboard.tags.includes('flashforge') ? [] : ['no tag flashforge']),
    ...(dashboard.title && dashboard.description ? [] : ['no title or description']),
  ],
  /** An import asks for the data source that the variable starts with, and Grafana's catalogue shows what is needed. */
  'dashboard-export': ({ __inputs = [], __requires = [], panels, templating }) => {
    const types = new Set(
      panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel])).map(({ type }) => type),
    );
    const required = __requires.filter(({ type }) => type === 'panel').map(({ id }) => id);
    const [input, ...more] = __inputs;
    const datasource = templating.list.find(({ type }) => type === 'datasource');
    return [
      ...(input?.type === 'datasource' && input.pluginId === 'prometheus' && more.length === 0
        ? []
        : ['not one input']),
      ...(datasource?.current?.value === `\${${input?.name}}` ? [] : ['the variable does not start with the input']),
      ...['grafana', 'datasource']
        .filter((wanted) => !__requires.some(({ type }) => type === wanted))
        .map((wanted) => `requires no ${wanted}`),
      ...[...types].filter((type) => !required.includes(type)).map((type) => `does not require the panel ${type}`),
      ...required.filter((type) => !types.has(type)).map((type) => `requires the panel ${type} for nothing`),
    ];
  },
  'template-datasource': ({ templating: { list } }) =>
    list[0]?.name === 'datasource' && list[0].type === 'datasource' && list[0].query === 'prometheus'
      ? []
      : ['the first variable is not the data source'],
  /** One printer on the dashboard of a printer, any number elsewhere. Grafana starts with All wherever All is offered. */
  'template-printer': ({ uid, templating: { list } }) => {
    const printer = list.find(({ name }) => name === 'printer');
    if (uid === 'flashforge-printer') {
      return printer && !printer.multi && !printer.includeAll ? [] : ['no variable printer for one printer'];
    }
    return printer?.multi && printer.includeAll && printer.allValue ? [] : ['no variable printer, multi, with All'];
  },
  /** `.+` for all would also select the `up` and process_* of other targets; only our own metrics have the label printer. */
  'template-all-value': ({ templating: { list } }) =>
    list.filter(({ name, allValue }) => name !== 'printer' && allValue !== undefined).map(({ name }) => name),
  'template-on-time-change-reload': ({ templating: { list } }) =>
    list
      .filter(({ type, refresh }) => type === 'query' && refresh !== 2)
      .map(({ name }) => `${name}: refresh is not 2`),
  'template-label-promql': ({ templating: { list } }) =>
    list
      .filter(({ type }) => type === 'query')
      .flatMap(({ name, query }) => {
        const text = typeof query === 'string' ? query : (query?.query ?? '');
        const [, selector = '', wanted = ''] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
        const [found] = parseQuery(fillVariables(selector, FILLED)).selectors;
        const labels = [...(found?.matchers.keys() ?? []), wanted];
        const isKnown = labels.every((one) => KNOWN_METRICS.get(found?.metric ?? '')?.labels.has(one));
        return isKnown ? [] : [`${name}: ${text}`];
      }),
  'template-unused': (dashboard) => {
    const { templating, ...rest } = dashboard;
    const used = variablesIn(
      JSON.stringify([rest, templating.list.map(({ query, datasource }) => [query, datasource])]),
    );
    const declared = templating.list.map(({ name }) => name);
    return [
      ...declared.filter((name) => !used.includes(name)).map((name) => `${name} is declared and not used`),
      ...used
        .filter((name) => !declared.includes(name) && !GLOBAL_VARIABLES.includes(name))
        .map((name) => `${name} is used and not declared`),
    ];
  },
  'panel-datasource': (dashboard) => {
    const isOurs = (ref: DatasourceRef | undefined): boolean =>
      ref?.type === 'prometheus' && ref.uid === '$' + '{datasource}';
    return [
      ...shownPanels(dashboard)
        .filter(({ datasource, targets = [] }) => ![datasource, ...targets.map((one) => one.datasource)].every(isOurs))
        .map(label),
      ...dashboard.templating.list
        .filter(({ type, datasource }) => type === 'query' && !isOurs(datasource))
        .map(({ name }) => `variable ${name}`),
      ...(dashboard.annotations.list ?? []).filter(({ datasource }) => !isOurs(datasource)).map(({ name }) => name),
    ];
  },
  'panel-core': forPanels(({ type }) => (CORE_PANELS.includes(type) ? undefined : `type ${type}`)),
  'panel-title-description': forPanels(({ title, description }) =>
    title && description ? undefined : 'no title or no description',
  ),
  'panel-units': forPanels(({ fieldConfig }) => {
    const all = [fieldConfig?.defaults.unit, ...valuesOf(fieldConfig?.overrides, 'unit')];
    const wrong = all.filter((unit) => !UNITS.has(unit) && !CUSTOM_UNIT.test(String(unit)));
    return wrong.length === 0 ? undefined : `unit ${wrong.join(', ')}`;
  }),
  'panel-empty-state': forPanels(({ fieldConfig }) => (fieldConfig?.defaults.noValue ? undefined : 'no noValue')),
  /** Nothing yet is no alarm: the empty state has the colour below all thresholds. */
  'panel-empty-color': forPanels(({ fieldConfig }) => {
    const [base] = fieldConfig?.defaults.thresholds?.steps ?? [];
    return base && ['red', 'orange', 'yellow'].includes(base.color) ? `the empty state is ${base.color}` : undefined;
  }),
  /** The text of an empty table would also show in each empty cell, unless the cells have their own. */
  'panel-empty-cells': forPanels(({ type, fieldConfig }) => {
    if (type !== 'table') return undefined;
    const ofAll = (fieldConfig?.overrides ?? []).filter(
      ({ matcher: { id, options } }) => id === 'byRegexp' && options === '/.*/',
    );
    const [text, ...more] = valuesOf(ofAll, 'noValue');
    return text && more.length === 0 && text !== fieldConfig?.defaults.noValue ? undefined : 'no noValue for all cells';
  }),
  'panel-colors': (dashboard) => {
    const colors = colorsIn(dashboard.panels);
    return colors.filter((color) => !COLOR.test(color)).map((color) => `${color} does not follow the theme`);
  },
  'panel-no-targets': forPanels(({ targets = [] }) => {
    const ids = targets.map(({ refId }) => refId);
    if (ids.length === 0) return 'no query';
    return new Set(ids).size === ids.length ? undefined : 'one refId twice';
  }),
  'panel-legend': forPanels(({ type, options }) =>
    ['timeseries', 'state-timeline'].includes(type) && options?.legend?.showLegend !== true ? 'no legend' : undefined,
  ),
  'panel-reduce': forPanels(({ type, options }) =>
    ['stat', 'gauge', 'bargauge'].includes(type) && options?.reduceOptions?.calcs?.length !== 1
      ? 'not one calculation'
      : undefined,
  ),
  /** Only a value has an empty state, a name has none; so a label is shown as a value, from a table. */
  'panel-text': forPanels(({ type, options, targets = [] }) => {
    if (type !== 'stat') return undefined;
    const { textMode, reduceOptions } = options ?? {};
    if (textMode === 'name') return 'a name has no empty state';
    if (reduceOptions?.fields === undefined) return undefined;
    if (textMode !== 'value' || reduceOptions.values !== true) return 'a label is shown by its values';
    const [, field = ''] = /^\/\^(\w+)\$\/$/.exec(reduceOptions.fields) ?? [];
    const hasField = targets.every(({ format, expr }) => {
      const { groupings, made } = parseQuery(fillVariables(expr, FILLED));
      return format === 'table' && [...groupings.flatMap(({ labels }) => labels), ...made].includes(field);
    });
    return hasField ? undefined : `no column ${reduceOptions.fields}`;
  }),
  'panel-ids': (dashboard) => {
    const ids = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).map(({ id }) => id);
    return ids.filter((id, index) => !(id > 0) || ids.indexOf(id) !== index).map((id) => `id ${id} twice or none`);
  },
  'panel-rows': ({ panels }) =>
    panels
      .filter(({ type, collapsed, panels: inside = [] }) => type === 'row' && collapsed !== inside.length > 0)
      .map((row) => `${label(row)}: a closed row holds its panels, an open one none`),
  'grid-width': (dashboard) =>
    [...dashboard.panels, ...shownPanels(dashboard)]
      .filter(({ gridPos: { x, y, w, h } }) => x < 0 || y < 0 || w < 1 || h < 1 || x + w > COLUMNS)
      .map(label),
  'grid-overlap': ({ panels }) => [
    ...overlaps(panels),
    ...panels.flatMap(({ panels: inside = [] }) => overlaps(inside)),
    // A panel repeated horizontally takes the whole width, whatever its own is.
    ...panels
      .filter(({ repeat, gridPos }) => repeat && gridPos.w < COLUMNS)
      .map((panel) => `${label(panel)}: repeated beside others`),
  ],
  ...QUERY_RULES,
  links: ({ uid, links }) => [
    ...UIDS.filter((other) => other !== uid && !links.some(({ url }) => url === `/d/${other}`)).map(
      (other) => `none to ${other}`,
    ),
    ...links
      .filter(({ keepTime, includeVars, placement }) => !keepTime || !includeVars || placement !== undefined)
      .map(({ url }) => `${url} does not keep time range and printers, or is hidden in a menu`),
  ],
} satisfies Record<string, Check>;

export type RuleName = keyof typeof RULES;

/** Everything that is wrong with a dashboard. */
export function lint(dashboard: Dashboard): readonly Problem[] {
  const problems: Problem[] = [];
  const check = (rule: RuleName): void => {
    for (const message of RULES[rule](dashboard)) problems.push({ rule, message });
  };
  for (const rule of RULE_NAMES) check(rule);
  return problems;
}

function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(RULES, name);
}

export const RULE_NAMES: readonly RuleName[] = Object.keys(RULES).filter(isRuleName);
