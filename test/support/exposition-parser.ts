// A strict parser of the Prometheus text format 0.0.4 and OpenMetrics 1.0. It is stricter than Prometheus: anything our
// pages never contain (comments, timestamps, spaces in label sets) is an error.

export type PageFormat = 'text' | 'openmetrics';

export interface PageSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PageFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly PageSample[];
}

export interface Page {
  readonly families: ReadonlyMap<string, PageFamily>;
  /** From `name{a="1",b="2"}`, with sorted labels, to the value. */
  readonly series: ReadonlyMap<string, number>;
}

interface OpenFamily extends PageFamily {
  readonly samples: PageSample[];
}

/** The page violates the format; the message begins with the line number. */
export class PageError extends Error {
  override readonly name = 'PageError';
}

const TYPES: Readonly<Record<PageFormat, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'summary', 'unknown', 'info', 'stateset', 'gaugehistogram'],
};
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([^ {]+)(\{.*\})? (\S+)$/s;
// One label, including `le` and `quantile`. Only the escapes of the value are checked.
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"(,(?!\})|\}$)/y;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;

/** The key of a series in Page.series. */
export function seriesKey(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? name : `${name}{${sorted.map(([key, value]) => `${key}=${JSON.stringify(value)}`)}}`;
}

/** The value of one series; undefined if the page lacks it. */
export function valueIn(page: Page, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  return page.series.get(seriesKey(name, labels));
}

/** The samples of this name whose labels include these. */
export function samplesOf(
  page: Page,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): readonly PageSample[] {
  return [...page.families.values()]
    .flatMap((family) => family.samples)
    .filter((sample) => sample.name === name && Object.entries(labels).every(([k, v]) => sample.labels[k] === v));
}

/** Parses a page. @throws PageError naming the line */
export function parseExposition(text: string, format: PageFormat = 'text'): Page {
  if (text === '' && format === 'text') return { families: new Map(), series: new Map() };
  if (!text.isWellFormed()) throw new PageError('the page is not Unicode text');
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new PageError(`line ${lines.length + 1}: no line feed at the end`);
  if (format === 'openmetrics' && lines.pop() !== '# EOF') {
    throw new PageError(`line ${lines.length + 1}: # EOF is not the last line`);
  }
  const reader = new PageReader(format);
  for (const [index, line] of lines.entries()) {
    try {
      reader.read(line);
    } catch (error) {
      throw error instanceof PageError ? new PageError(`line ${index + 1}: ${error.message}: ${line}`) : error;
    }
  }
  return reader.finish();
}

class PageReader {
  readonly #format: PageFormat;
  readonly #families = new Map<string, OpenFamily>();
  readonly #series = new Map<string, number>();
  #help: { readonly name: string; readonly text: string } | undefined;
  #family: OpenFamily | undefined;

  constructor(format: PageFormat) {
    this.#format = format;
  }

  read(line: string): void {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/s.exec(line) ?? [];
    if (keyword === 'HELP') this.#readHelp(name, rest);
    else if (keyword === 'TYPE') this.#readType(name, rest);
    else if (line === '') this.#readBlank();
    else if (line.startsWith('#')) throw new PageError('neither HELP nor TYPE');
    else this.#readSample(line);
  }

  finish(): Page {
    if (this.#help) throw new PageError(`${this.#help.name}: HELP without TYPE`);
    for (const family of this.#families.values()) if (family.type === 'histogram') checkHistogram(family);
    return { families: this.#families, series: this.#series };
  }

  #readHelp(name: string, text: string): void {
    if (this.#help) throw new PageError('HELP after HELP');
    if (!METRIC_NAME.test(name)) throw new PageError('not a metric name');
    if (this.#families.has(name)) throw new PageError('the family was there before');
    const escapes = this.#format === 'text' ? /^(?:[^\\]|\\[\\n])+$/ : /^(?:[^\\"]|\\[\\n"])+$/;
    if (!escapes.test(text)) throw new PageError('help empty or wrongly escaped');
    this.#help = { name, text: withoutEscapes(text) };
    this.#family = undefined;
  }

  #readType(name: string, type: string): void {
    if (this.#help?.name !== name) throw new PageError('TYPE does not follow its HELP');
    if (!TYPES[this.#format].includes(type)) throw new PageError('no such type');
    const isTotal = name.endsWith('_total');
    if (type === 'counter' && isTotal !== (this.#format === 'text')) {
      throw new PageError(isTotal ? 'an OpenMetrics counter ends in _total' : 'a counter does not end in _total');
    }
    this.#family = { name, type, help: this.#help.text, samples: [] };
    this.#families.set(name, this.#family);
    this.#help = undefined;
  }

  #readBlank(): void {
    if (this.#format === 'openmetrics') throw new PageError('blank line');
    if (this.#help) throw new PageError('blank line between HELP and TYPE');
    this.#family = undefined;
  }

  #readSample(line: string): void {
    const [, name = '', labelText = '', valueText = ''] = SAMPLE.exec(line) ?? [];
    const family = this.#family;
    if (!METRIC_NAME.test(name)) throw new PageError('not a sample');
    if (!family || this.#help) throw new PageError('the sample stands outside of its family');
    if (!this.#sampleNames(family).includes(name)) throw new PageError(`no sample of ${family.name} (${family.type})`);
    if (!NUMBER.test(valueText)) throw new PageError('not a number');
    const value = toNumber(valueText);
    const isCount = family.type === 'counter' || name === `${family.name}_bucket` || name === `${family.name}_count`;
    if (isCount && family.type !== 'gauge' && !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new PageError('a counter is finite and not negative');
    }
    const labels = parseLabels(labelText);
    const key = seriesKey(name, labels);
    if (this.#series.has(key)) throw new PageError('the series was there before');
    this.#series.set(key, value);
    family.samples.push({ name, labels, value });
  }

  #sampleNames({ name, type }: PageFamily): readonly string[] {
    if (type === 'counter') return [this.#format === 'text' ? name : `${name}_total`];
    return (SUFFIXES[type] ?? ['']).map((suffix) => name + suffix);
  }
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}

function toNumber(text: string): number {
  if (/inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text) && text !== 'NaN') throw new PageError('not a number: it is written NaN');
  return Number(text);
}

function parseLabels(text: string): Record<string, string> {
  if (text === '') return {};
  const labels = new Map<string, string>();
  LABEL.lastIndex = 1;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? [];
    if (name === '') throw new PageError('labels not understood');
    if (name.startsWith('__')) throw new PageError(`the label ${name} is reserved`);
    if (labels.has(name)) throw new PageError(`the label ${name} is there twice`);
    labels.set(name, withoutEscapes(value));
  }
  if (labels.size === 0) throw new PageError('labels not understood');
  return Object.fromEntries(labels);
}

function checkHistogram({ name, samples }: PageFamily): void {
  const groups = new Map<string, PageSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = seriesKey(name, labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => toNumber(labels['le'] ?? 'NaN'));
    const isRising = buckets.every(
      ({ value }, i) => i === 0 || (value >= (buckets[i - 1]?.value ?? 0) && (bounds[i] ?? 0) > (bounds[i - 1] ?? 0)),
    );
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    if (!isRising || bounds.at(-1) !== Number.POSITIVE_INFINITY || buckets.at(-1)?.value !== count) {
      throw new PageError(`${key}: the buckets do not rise to +Inf and the count`);
    }
  }
}
