// From what was read to plain metric families, made new for every scrape: nothing stale can stay.

import type { PrinterView } from '../fleet/view.ts';
import { cutLabel } from '../printer/text.ts';
import { type MetricType, PRINTER_FAMILIES } from './catalog.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of the printer, the same object in all of its samples. */
  readonly sharedLabels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

function cutLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  return entries.every(([, value]) => value.length <= 256)
    ? labels
    : Object.fromEntries(entries.map(([name, value]) => [name, cutLabel(value)]));
}

/** The families of these printers, in the catalog's order; a family without samples is left out. */
export function familiesOf(views: readonly PrinterView[]): readonly MetricFamily[] {
  const families: MetricFamily[] = [];
  for (const { name, help, type, read } of PRINTER_FAMILIES) {
    const samples: Sample[] = [];
    for (const view of views) {
      read(view, (value, labels) => {
        if (value !== undefined) samples.push({ labels: cutLabels(labels), sharedLabels: view.labels, value });
      });
    }
    if (samples.length > 0) families.push({ name, help, type, samples });
  }
  return families;
}
