// Writes metric families for the subjects of one scrape: the printers, or the exporter itself. Nothing is kept, so nothing stale
// can remain.

import type { PrinterView } from '../fleet/view.ts';
import { PRINTER_FAMILIES } from './catalog.ts';
import { EXPORTER_FAMILIES, type ExporterStatus } from './exporter.ts';
import type { Emit, Family } from './family.ts';
import { labelPair, type TextWriter } from './text-format.ts';

interface Labelled<S> {
  readonly subject: S;
  /** The label that all of its samples have, such as `printer="…"`; may be empty. */
  readonly label: string;
}

type FamilyOf<S> = Family<string, readonly string[], S>;

function writeFamily<S>(writer: TextWriter, family: FamilyOf<S>, subjects: readonly Labelled<S>[]): void {
  const { name, labels } = family;
  let hasBegun = false;
  let commonLabel = '';
  // One function for all printers: one each would be a thousand closures per family.
  const emit: Emit = (value, ...labelValues) => {
    if (value === undefined) return;
    if (!hasBegun) writer.begin(family);
    hasBegun = true;
    let pairs = '';
    for (let index = 0; index < labels.length; index++) {
      if (index > 0) pairs += ',';
      pairs += labelPair(labels[index] ?? '', labelValues[index] ?? '');
    }
    if (pairs !== '' && commonLabel !== '') pairs += ',';
    writer.sample(name, pairs + commonLabel, value);
  };
  for (const { subject, label } of subjects) {
    commonLabel = label;
    for (const [key, value] of Object.entries(family.ownLabels?.(subject) ?? {})) {
      commonLabel = `${labelPair(key, value)},${commonLabel}`;
    }
    family.read(subject, emit);
  }
}

/** Writes the families of these printers in the catalog's order; a family without samples is left out. */
export function writePrinters(writer: TextWriter, views: readonly PrinterView[]): void {
  const printers = views.map((view) => ({ subject: view, label: labelPair('printer', view.labels.printer) }));
  for (const family of PRINTER_FAMILIES) writeFamily(writer, family, printers);
}

/** Writes the exporter's own families as of now. */
export function writeExporter(writer: TextWriter, status: ExporterStatus): void {
  for (const family of EXPORTER_FAMILIES) writeFamily(writer, family, [{ subject: status, label: '' }]);
}
