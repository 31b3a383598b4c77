// The labels of one printer's samples, kept from page to page: prom-client caches the text of a label object it has seen,
// and most of a page is labels that never change.

import { cutLabel } from '../common/text.ts';

export type Labels = Readonly<Record<string, string>>;

interface Kept {
  readonly values: readonly string[];
  readonly labels: Labels;
}

export class LabelCache {
  readonly #printer: Labels;
  /** By family, then by the sample's place within the family. */
  readonly #kept: Kept[][] = [];

  constructor(printer: string) {
    this.#printer = { printer };
  }

  /**
   * The sample's own labels and the printer's, as the object of the last page where it said the same.
   * @param family number of the family, whose label names are always the same
   * @param place number of the sample within the family
   */
  recall(family: number, place: number, names: readonly string[], values: readonly string[]): Labels {
    if (names.length === 0) return this.#printer;
    this.#kept[family] ??= [];
    const kept = this.#kept[family][place];
    if (kept !== undefined && isSame(kept.values, values)) return kept.labels;
    const own = Object.fromEntries(names.map((name, index) => [name, cutLabel(values[index] ?? '')]));
    const labels = { ...own, ...this.#printer };
    this.#kept[family][place] = { values, labels };
    return labels;
  }
}

function isSame(before: readonly string[], now: readonly string[]): boolean {
  for (let index = 0; index < now.length; index++) if (before[index] !== now[index]) return false;
  return true;
}
