// From what was read to plain metric families, made new for every scrape: nothing stale can stay.

import { LabelMemory, type Labels } from '../fleet/label-memory.ts';
import type { PrinterView } from '../fleet/view.ts';
import { PRINTER_FAMILIES } from './catalog.ts';
import type { MetricType } from './family.ts';

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

/** The families of these printers, in the catalog's order; a family without samples is left out. */
export function familiesOf(views: readonly PrinterView[]): readonly MetricFamily[] {
  const families = PRINTER_FAMILIES.map((family) => ({ ...family, samples: [] as Sample[] }));
  // Printer by printer, since what is known of one lies together in memory.
  for (const view of views) {
    // A view made by hand brings no memory.
    const memory = view.labelMemory ?? new LabelMemory(view.labels.printer);
    families.forEach(({ read, labels, samples }, family) => {
      let place = 0;
      read(view, (value, ...labelValues) => {
        if (value === undefined) return;
        samples.push({ labels: NONE, sharedLabels: memory.recall(family, place++, labels, labelValues), value });
      });
    });
  }
  return families.filter(({ samples }) => samples.length > 0);
}
