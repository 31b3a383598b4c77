// Counts verdicts, and writes them as a table.
import { eventOf, type Judgement, VERDICTS, type Verdict } from './judge.ts';

export const DIMENSIONS = ['family', 'interval', 'event'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Tally {
  jobs: number;
  readonly verdicts: Record<Verdict, number>;
  /** What the wrong ones were called. */
  readonly wrongAs: Map<string, number>;
}

export function emptyTally(): Tally {
  return { jobs: 0, verdicts: { right: 0, early: 0, unknown: 0, wrong: 0, twice: 0, never: 0 }, wrongAs: new Map() };
}

export function count(tally: Tally, { verdict, told }: Judgement): void {
  tally.jobs++;
  tally.verdicts[verdict]++;
  const [end] = told;
  if (verdict === 'wrong' && end) tally.wrongAs.set(end.result, (tally.wrongAs.get(end.result) ?? 0) + 1);
}

function keyOf(judgement: Judgement, dimension: Dimension): string {
  switch (dimension) {
    case 'family':
      return judgement.scenario.family.name;
    case 'interval':
      return `${judgement.scenario.interval} s`;
    case 'event':
      return eventOf(judgement);
  }
}

/** Tallies by one or more dimensions at once, and over all. */
export class Table {
  readonly total = emptyTally();
  readonly #dimensions: readonly Dimension[];
  readonly #rows = new Map<string, Tally>();

  constructor(dimensions: readonly Dimension[]) {
    this.#dimensions = dimensions;
  }

  add(judgement: Judgement): void {
    const key = this.#dimensions.map((dimension) => keyOf(judgement, dimension)).join(' | ');
    const row = this.#rows.get(key) ?? emptyTally();
    this.#rows.set(key, row);
    count(row, judgement);
    count(this.total, judgement);
  }

  /** Lines of Markdown: shares in percent of the jobs of a row. */
  lines(): string[] {
    const heads = [...this.#dimensions, 'jobs', ...VERDICTS, 'wrong as'];
    const rows = [
      ...this.#rows,
      [['total', ...this.#dimensions.slice(1).map(() => '')].join(' | '), this.total] as const,
    ];
    return [
      `| ${heads.join(' | ')} |`,
      `|${heads.map(() => '---').join('|')}|`,
      ...rows.map(([key, tally]) => `| ${key} | ${cells(tally).join(' | ')} |`),
    ];
  }
}

function cells({ jobs, verdicts, wrongAs }: Tally): string[] {
  const shares = VERDICTS.map((verdict) =>
    verdicts[verdict] === 0 ? '0' : ((100 * verdicts[verdict]) / jobs).toFixed(1),
  );
  return [String(jobs), ...shares, [...wrongAs].map(([result, times]) => `${result} ${times}`).join(', ')];
}
