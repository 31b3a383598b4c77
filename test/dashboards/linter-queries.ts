// The linter's rules for the queries of panels and annotations.

import { KNOWN_METRICS, type KnownMetric } from './known-metrics.ts';
import { type Dashboard, type Panel, shownPanels } from './model.ts';
import { fillVariables, parseQuery, type Query } from './promql.ts';

/** What one rule finds wrong with a dashboard. */
export type Check = (dashboard: Dashboard) => readonly string[];

// Values that no query has by itself, so that the rules recognize them.
const RATE_INTERVAL = '61s';
const RANGE = '3601s';
/** Values of the variables, to parse a query. */
export const FILLED = new Map([
  ['__rate_interval', RATE_INTERVAL],
  ['__range', RANGE],
  ['__interval', '17s'],
  ['__from', '1700000000000'],
  ['timeout', '10'],
  ['maintained', '100'],
  ['printer', '.+'],
  ['job', '.+'],
  ['instance', '.+'],
]);

interface LocatedQuery {
  readonly where: string;
  readonly query: Query;
  readonly legend: string;
  readonly isInstant: boolean;
}

/** A panel in a message. */
export function label(panel: Panel): string {
  return `panel ${panel.id} "${panel.title}"`;
}

/** Every query of a dashboard, of panels and annotations. */
function queriesOf(dashboard: Dashboard): readonly LocatedQuery[] {
  const parse = (expr: string): Query => parseQuery(fillVariables(expr, FILLED));
  const ofPanels = shownPanels(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map(({ refId, expr, legendFormat = '', instant = false }) => ({
      where: `${label(panel)} ${refId}`,
      query: parse(expr),
      legend: legendFormat,
      isInstant: instant,
    })),
  );
  const ofAnnotations = (dashboard.annotations.list ?? []).map(({ name, expr = '', titleFormat, textFormat }) => ({
    where: `annotation "${name}"`,
    query: parse(expr),
    legend: `${titleFormat} ${textFormat}`,
    isInstant: false,
  }));
  return [...ofPanels, ...ofAnnotations];
}

function forQueries(check: (located: LocatedQuery) => readonly string[]): Check {
  return (dashboard) =>
    queriesOf(dashboard).flatMap((located) => check(located).map((problem) => `${located.where}: ${problem}`));
}

export const QUERY_RULES = {
  'target-promql': forQueries(({ query }) => query.errors),
  'target-metric': forQueries(({ query }) =>
    query.selectors.map(({ metric }) => metric).filter((metric) => !KNOWN_METRICS.has(metric)),
  ),
  'target-label': forQueries(({ query, legend }) => {
    const labelsOf = (metrics: readonly string[], made: readonly string[]): ReadonlySet<string> =>
      new Set([...metrics.flatMap((metric) => [...(KNOWN_METRICS.get(metric)?.labels ?? [])]), ...made]);
    const all = labelsOf(
      query.selectors.map(({ metric }) => metric),
      query.made,
    );
    return [
      ...query.selectors.flatMap(({ metric, matchers }) =>
        [...matchers.keys()].filter((one) => !labelsOf([metric], []).has(one)),
      ),
      ...query.groupings.flatMap(({ labels, metrics, made }) =>
        labels.filter((one) => !labelsOf(metrics, made).has(one)),
      ),
      ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, one = '']) => one).filter((one) => !all.has(one)),
    ];
  }),
  'target-rate-interval': forQueries(({ query }) =>
    query.selectors
      .filter(({ around: [innermost = ''], range = '' }) => {
        if (innermost === 'rate' || innermost === 'irate') return range !== RATE_INTERVAL;
        // Over the time range, a day, or the range of rate().
        return innermost === 'increase' && ![RATE_INTERVAL, RANGE, '1d'].includes(range);
      })
      .map(({ metric, range }) => `${metric}[${range}]`),
  ),
  /** A graph of a counter needs rate() or increase(); its current total does not. */
  'target-counter': forQueries(({ query, isInstant }) =>
    query.selectors
      .filter(({ metric, around: [innermost = ''] }) => {
        const isCounter = KNOWN_METRICS.get(metric)?.isCounter === true;
        return isCounter && !isInstant && !['rate', 'irate', 'increase'].includes(innermost);
      })
      .map(({ metric }) => metric),
  ),
  /** The series of a printer are selected by $printer, those of an exporter by $job and $instance. */
  'target-scope': forQueries(({ query }) => {
    const wanted: Record<KnownMetric['of'], readonly string[]> = {
      printer: ['printer'],
      exporter: ['job', 'instance'],
      prometheus: [],
    };
    // A join with the build info leaves our exporters of everything that Prometheus scrapes.
    const isJoined = query.selectors.some(({ metric }) => metric === 'flashforge_exporter_build_info');
    return query.selectors.flatMap(({ metric, matchers }) => {
      const of = KNOWN_METRICS.get(metric)?.of;
      if (of === 'exporter' && isJoined) return [];
      return of && !wanted[of].every((one) => matchers.get(one) === '=~".+"') ? [metric] : [];
    });
  }),
  /** A printer scraped twice, on /metrics and on /probe, counts once. */
  'target-twice-scraped': forQueries(({ query }) =>
    query.selectors
      .filter(({ metric, around }) => KNOWN_METRICS.get(metric)?.of === 'printer' && !around.includes('max'))
      .map(({ metric }) => metric),
  ),
} satisfies Record<string, Check>;
