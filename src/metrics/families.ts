// From what was read to plain metric families, made new for every scrape: nothing stale can stay.

import { LabelCache, type Labels } from '../fleet/label-cache.ts';
import type { PrinterView } from '../fleet/view.ts';
import { PRINTER_FAMILIES } from './catalog.ts';
import type { Emit, Family, MetricType } from './family.ts';

export interface Sample {
  readonly labels: Labels;
  /** Labels in an object that stays the same from page to page, so that its text is made once. */
  readonly sharedLabels?: Labels;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

const NONE: Labels = {};

/** One family while its samples are collected. It emits for all printers: a function each for a thousand would cost more. */
class Collector {
  readonly #family: Family;
  readonly #number: number;
  readonly #samples: Sample[] = [];
  /** Of the printer whose samples come. */
  #memory = new LabelCache('');
  #place = 0;

  constructor(family: Family, number: number) {
    this.#family = family;
    this.#number = number;
  }

  collect(view: PrinterView, memory: LabelCache): void {
    this.#memory = memory;
    this.#place = 0;
    this.#family.read(view, this.#emit);
  }

  readonly #emit: Emit = (value, ...labelValues) => {
    if (value === undefined) return;
    const sharedLabels = this.#memory.recall(this.#number, this.#place++, this.#family.labels, labelValues);
    this.#samples.push({ labels: NONE, sharedLabels, value });
  };

  get result(): MetricFamily {
    const { name, help, type } = this.#family;
    return { name, help, type, samples: this.#samples };
  }
}

/** The families of these printers, in the catalog's order; a family without samples is left out. */
export function familiesOf(views: readonly PrinterView[]): readonly MetricFamily[] {
  const collectors = PRINTER_FAMILIES.map((family, number) => new Collector(family, number));
  // Printer by printer, since what is known of one lies together in memory.
  for (const view of views) {
    // A view made by hand brings no memory.
    const memory = view.labelCache ?? new LabelCache(view.labels.printer);
    for (const collector of collectors) collector.collect(view, memory);
  }
  return collectors.map(({ result }) => result).filter(({ samples }) => samples.length > 0);
}
