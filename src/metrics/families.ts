// Writes the catalog's families for the printers of one scrape. Nothing is kept, so nothing stale can remain.

import type { PrinterView } from '../fleet/view.ts';
import { PRINTER_FAMILIES } from './catalog.ts';
import type { Emit, Family } from './family.ts';
import { labelPair, type TextWriter } from './text-format.ts';

interface LabelledPrinter {
  readonly view: PrinterView;
  /** `printer="…"`, on every sample. */
  readonly label: string;
}

function writeFamily(writer: TextWriter, family: Family, printers: readonly LabelledPrinter[]): void {
  const { name, labels } = family;
  let hasBegun = false;
  let printer = '';
  // One function for all printers: one each would be a thousand closures per family.
  const emit: Emit = (value, ...labelValues) => {
    if (value === undefined) return;
    if (!hasBegun) writer.begin(family);
    hasBegun = true;
    let pairs = '';
    for (let index = 0; index < labels.length; index++) {
      pairs += `${labelPair(labels[index] ?? '', labelValues[index] ?? '')},`;
    }
    writer.sample(name, pairs + printer, value);
  };
  for (const { view, label } of printers) {
    printer = label;
    family.read(view, emit);
  }
}

/** Writes the families of these printers in the catalog's order; a family without samples is left out. */
export function writePrinters(writer: TextWriter, views: readonly PrinterView[]): void {
  const printers = views.map((view) => ({ view, label: labelPair('printer', view.labels.printer) }));
  for (const family of PRINTER_FAMILIES) writeFamily(writer, family, printers);
}
