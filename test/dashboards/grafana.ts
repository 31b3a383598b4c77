// Asks Prometheus what Grafana would ask it for a panel: the variables filled, the step found, the times aligned.

import { type Dashboard, shownPanels } from './model.ts';
import { fillVariables } from './promql.ts';

/** What is chosen at the top of a dashboard, and how often the data source is scraped. */
export interface View {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly scrapeIntervalSeconds: number;
  /** The variables' values as Grafana puts them into a query. */
  readonly variables: ReadonlyMap<string, string>;
}

export interface Question {
  /** Dashboard, panel and query, for people. */
  readonly name: string;
  readonly expr: string;
  readonly kind: 'instant' | 'range';
  /** The query's own least step, as Grafana writes durations. */
  readonly interval?: string;
  /** The panel's own time range, back from now. */
  readonly timeFrom?: string;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** The last value. */
  readonly value: number;
}

// As many points as a wide panel has pixels.
const MAX_POINTS = 1_000;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Every query of a dashboard's panels and annotations. */
export function questionsOf(dashboard: Dashboard): readonly Question[] {
  const ofPanels = shownPanels(dashboard).flatMap(({ title, targets = [], timeFrom }) =>
    targets.map(
      ({ refId, expr, instant, interval }): Question => ({
        name: `${dashboard.title}: ${title}, ${refId}`,
        expr,
        kind: instant ? 'instant' : 'range',
        ...(interval !== undefined && { interval }),
        ...(timeFrom !== undefined && { timeFrom }),
      }),
    ),
  );
  const ofAnnotations = (dashboard.annotations.list ?? []).map(
    ({ name, expr = '' }): Question => ({ name: `${dashboard.title}: ${name}`, expr, kind: 'range' }),
  );
  return [...ofPanels, ...ofAnnotations];
}

function seconds(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
}

/** A printer's names as Grafana fills a variable with several values into a Prometheus query. */
export function severalValues(values: readonly string[]): string {
  const escaped = values.map((value) => value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&'));
  return `(${escaped.join('|')})`;
}

/** Asks one question. @throws Error with Prometheus' own words when it refuses */
export async function ask(url: string, { expr, kind, interval, timeFrom }: Question, view: View): Promise<Series[]> {
  const { toSeconds, scrapeIntervalSeconds } = view;
  const fromSeconds = timeFrom === undefined ? view.fromSeconds : toSeconds - seconds(timeFrom);
  const rangeSeconds = Math.round(toSeconds - fromSeconds);
  const least = Math.max(scrapeIntervalSeconds, interval === undefined ? 0 : seconds(interval));
  const step = Math.max(least, Math.ceil(rangeSeconds / MAX_POINTS));
  const filled = fillVariables(
    expr,
    new Map([
      ...view.variables,
      ['__range', `${rangeSeconds}s`],
      ['__interval', `${step}s`],
      ['__rate_interval', `${Math.max(step + scrapeIntervalSeconds, 4 * scrapeIntervalSeconds)}s`],
      ['__from', String(Math.round(fromSeconds * 1000))],
    ]),
  );
  const align = (time: number): number => Math.floor(time / step) * step;
  const body =
    kind === 'instant'
      ? { query: filled, time: String(toSeconds) }
      : { query: filled, start: String(align(fromSeconds)), end: String(align(toSeconds)), step: String(step) };
  const response = await fetch(`${url}/api/v1/${kind === 'instant' ? 'query' : 'query_range'}`, {
    method: 'POST',
    body: new URLSearchParams(body),
  });
  const answer: HttpResponse = JSON.parse(await response.text());
  if (answer.data === undefined) throw new Error(`${filled}: ${answer.error}`);
  return answer.data.result.map(({ metric, value, values }) => ({
    metric,
    value: Number((value ?? values?.at(-1))?.[1]),
  }));
}

interface HttpResponse {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}
