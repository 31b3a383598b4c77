// Sends a panel's query to Prometheus as Grafana does: variables filled, step calculated, times aligned.

import { type Dashboard, shownPanels } from './model.ts';
import { fillVariables } from './promql.ts';

/** The variables and time range of a dashboard, and the scrape interval of the data source. */
export interface View {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly scrapeIntervalSeconds: number;
  /** The variables' values as Grafana interpolates them into a query. */
  readonly variables: ReadonlyMap<string, string>;
}

export interface Question {
  /** Dashboard, panel and query, for messages. */
  readonly name: string;
  readonly expr: string;
  readonly kind: 'instant' | 'range';
  /** The minimum step of the query or its panel, as Grafana writes durations. */
  readonly interval?: string;
  /** The panel's own time range, back from now. */
  readonly timeFrom?: string;
  readonly maxDataPoints?: number;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** The last value. */
  readonly value: number;
}

// Grafana's default is the width of the panel in pixels.
const MAX_POINTS = 1_000;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Every query of a dashboard's panels and annotations. */
export function questionsOf(dashboard: Dashboard): readonly Question[] {
  const ofPanels = shownPanels(dashboard).flatMap(({ title, targets = [], timeFrom, maxDataPoints, ...panel }) =>
    targets.map(
      ({ refId, expr, instant, interval = panel.interval }): Question => ({
        name: `${dashboard.title}: ${title}, ${refId}`,
        expr,
        kind: instant ? 'instant' : 'range',
        ...(interval !== undefined && { interval }),
        ...(timeFrom !== undefined && { timeFrom }),
        ...(maxDataPoints !== undefined && { maxDataPoints }),
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

/** Several values of a variable as Grafana interpolates them into a Prometheus query. */
export function severalValues(values: readonly string[]): string {
  const escaped = values.map((value) => value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&'));
  return `(${escaped.join('|')})`;
}

/** Sends one query. @throws Error with Prometheus's message when it refuses */
export async function ask(
  url: string,
  { expr, kind, interval, timeFrom, maxDataPoints = MAX_POINTS }: Question,
  view: View,
): Promise<Series[]> {
  const { toSeconds, scrapeIntervalSeconds } = view;
  const fromSeconds = timeFrom === undefined ? view.fromSeconds : toSeconds - seconds(timeFrom);
  const rangeSeconds = Math.round(toSeconds - fromSeconds);
  const least = Math.max(scrapeIntervalSeconds, interval === undefined ? 0 : seconds(interval));
  const step = Math.max(least, Math.ceil(rangeSeconds / maxDataPoints));
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
