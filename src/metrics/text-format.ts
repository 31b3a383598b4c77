// Writes metric families as text: Prometheus text format 0.0.4 or OpenMetrics 1.0.
// Our own, because the sample objects that a registry needs were most of a scrape's memory.

import { cutLabel } from '../common/text.ts';
import type { MetricType } from './family.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

/** The header of a family. */
export interface FamilyHeader {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
}

// Large enough to encode seldom, small enough to keep little text alive.
const CHUNK_CHARACTERS = 16 * 1024;

const NEEDS_ESCAPE = /[\\"\n]/;

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(value: string): string {
  const cut = cutLabel(value);
  return NEEDS_ESCAPE.test(cut) ? escapeText(cut).replaceAll('"', '\\"') : cut;
}

/** `name="value"`, with the value cut to the length that labels may have, and escaped. */
export function labelPair(name: string, value: string): string {
  return `${name}="${escapeLabel(value)}"`;
}

function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

/** Collects families and their samples, and encodes them as they come. */
export class TextWriter {
  readonly format: ExpositionFormat;
  readonly #chunks: Buffer[] = [];
  #text = '';

  constructor(format: ExpositionFormat) {
    this.format = format;
  }

  /** Begins a family; its samples follow. */
  begin({ name, help, type }: FamilyHeader): void {
    const isOpenMetrics = this.format === 'openmetrics';
    // OpenMetrics names a counter without the suffix that its sample has.
    const family = isOpenMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
    const escaped = isOpenMetrics ? escapeText(help).replaceAll('"', '\\"') : escapeText(help);
    this.#text += `# HELP ${family} ${escaped}\n# TYPE ${family} ${type}\n`;
  }

  /** @param series the name, and in braces the pairs made by `labelPair`, if there are any */
  sample(series: string, value: number): void {
    this.#text += `${series} ${formatValue(value)}\n`;
    if (this.#text.length >= CHUNK_CHARACTERS) this.#flush();
  }

  /** Adds text that is in this format already, without OpenMetrics' end mark. */
  append(text: string): void {
    this.#text += text;
  }

  /** The whole page, UTF-8. */
  end(): Buffer {
    if (this.format === 'openmetrics') this.#text += '# EOF\n';
    this.#flush();
    return Buffer.concat(this.#chunks);
  }

  #flush(): void {
    this.#chunks.push(Buffer.from(this.#text));
    this.#text = '';
  }
}
