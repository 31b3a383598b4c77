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
  /** How a series of it ends, after labels of its own and without any. */
  readonly ends: readonly [string, string];
}

function labelled<S>(subject: S, label: string): Labelled<S> {
  return { subject, label, ends: [seriesEnd(true, label), seriesEnd(false, label)] };
}

type FamilyOf<S> = Family<string, readonly string[], S>;

function writeFamily<S>(writer: TextWriter, family: FamilyOf<S>, subjects: readonly Labelled<S>[]): void {
  const { name, labels, ownLabels } = family;
  const startOf = seriesStarts(name, labels);
  let hasBegun = false;
  let end = '';
  // One function for all printers: one each would be a thousand closures per family.
  const emit: Emit = (value, ...labelValues) => {
    if (value === undefined) return;
    if (!hasBegun) writer.begin(family);
    hasBegun = true;
    writer.sample(startOf(labelValues) + end, value);
  };
  const hasLabels = labels.length > 0;
  for (const { subject, label, ends } of subjects) {
    if (ownLabels) end = seriesEnd(hasLabels, withLabels(ownLabels(subject), label));
    else end = ends[hasLabels ? 0 : 1];
    family.read(subject, emit);
  }
}

/**
 * Makes the start of a series: its name and the family's own labels. Printers share most values of a label, such as a state or a
 * heater, and joining them anew for each printer is a good part of what a page leaves to the garbage collector.
 */
function seriesStarts(name: string, labels: readonly string[]): (labelValues: readonly string[]) => string {
  const [only] = labels;
  if (only === undefined) return () => name;
  if (labels.length > 1) {
    return (values) => `${name}{${labels.map((label, index) => labelPair(label, values[index] ?? '')).join(',')}`;
  }
  const known = new Map<string, string>();
  return ([value = '']) => {
    const start = known.get(value) ?? `${name}{${labelPair(only, value)}`;
    known.set(value, start);
    return start;
  };
}

/** The rest of a series: the labels that all of a subject's samples have. */
function seriesEnd(hasLabels: boolean, pairs: string): string {
  if (pairs === '') return hasLabels ? '}' : '';
  return `${hasLabels ? ',' : '{'}${pairs}}`;
}

function withLabels(labels: Readonly<Record<string, string>>, pairs: string): string {
  return [...Object.entries(labels).map(([key, value]) => labelPair(key, value)), pairs].join(',');
}

/** Writes the families of these printers in the catalog's order; a family without samples is left out. */
export function writePrinters(writer: TextWriter, views: readonly PrinterView[]): void {
  const printers = views.map((view) => labelled(view, labelPair('printer', view.labels.printer)));
  for (const family of PRINTER_FAMILIES) writeFamily(writer, family, printers);
}

/** Writes the exporter's own families as of now. */
export function writeExporter(writer: TextWriter, status: ExporterStatus): void {
  for (const family of EXPORTER_FAMILIES) writeFamily(writer, family, [labelled(status, '')]);
}
