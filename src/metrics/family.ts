// A metric family of the catalog, and short ways to define one.

import type { PrinterView } from '../fleet/view.ts';

export type MetricType = 'gauge' | 'counter';

/** Takes one sample: its value and the values of its labels. An undefined value makes no sample. */
export type Emit<L extends readonly string[] = readonly string[]> = (
  value: number | undefined,
  ...labels: { readonly [I in keyof L]: string }
) => void;

export interface Family<N extends string = string, L extends readonly string[] = readonly string[], S = PrinterView> {
  readonly name: N;
  readonly help: string;
  readonly type: MetricType;
  /** Besides `printer`, which every sample of a printer has. */
  readonly labels: L;
  /** More labels, whose names each subject has chosen. */
  readonly ownLabels?: ((subject: S) => Readonly<Record<string, string>>) | undefined;
  /** Emits the samples of one subject: a printer, or the exporter itself. */
  readonly read: (subject: S, emit: Emit<L>) => void;
}

/** A metric family; `read` emits label values in the order of the label names. */
export function family<N extends string, const L extends readonly string[], S = PrinterView>(
  name: N,
  type: MetricType,
  help: string,
  labels: L,
  read: (subject: S, emit: Emit<L>) => void,
  ownLabels?: (subject: S) => Readonly<Record<string, string>>,
): Family<N, L, S> {
  return { name, type, help, labels, read, ownLabels };
}

/** A gauge without labels of its own. */
export function gauge<N extends string>(
  name: N,
  help: string,
  value: (view: PrinterView) => number | undefined,
): Family<N, readonly []> {
  return family(name, 'gauge', help, [], (view, emit) => emit(value(view)));
}

/** A boolean as 1 or 0. */
export function bool(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** A gauge with one sample per entry of a map, labelled by its key. */
export function mapGauge<N extends string, V>(
  name: N,
  help: string,
  label: string,
  map: (view: PrinterView) => ReadonlyMap<string, V> | undefined,
  value: (entry: V) => number | undefined,
): Family<N, readonly [string]> {
  return family(name, 'gauge', help, [label], (view, emit) => {
    for (const [key, entry] of map(view) ?? []) emit(value(entry), key);
  });
}

/** A map's entry, unchanged. */
export const whole = (value: number): number => value;
