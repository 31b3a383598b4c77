// What a family of metrics is in the catalog, and short ways to write one down.

import type { PrinterView } from '../fleet/view.ts';

export type MetricType = 'gauge' | 'counter';

/** Takes one sample: its value, where undefined is a missing one and makes no sample, and the values of its labels. */
export type Emit<L extends readonly string[] = readonly string[]> = (
  value: number | undefined,
  ...labels: { readonly [I in keyof L]: string }
) => void;

export interface Family<N extends string = string, L extends readonly string[] = readonly string[]> {
  readonly name: N;
  readonly help: string;
  readonly type: MetricType;
  /** Besides `printer`, which is on every one. */
  readonly labels: L;
  readonly read: (view: PrinterView, emit: Emit<L>) => void;
}

/** A family of metrics; its label names and the values that `read` emits go in one order. */
export function family<N extends string, const L extends readonly string[]>(
  name: N,
  type: MetricType,
  help: string,
  labels: L,
  read: (view: PrinterView, emit: Emit<L>) => void,
): Family<N, L> {
  return { name, type, help, labels, read };
}

/** A gauge with no label of its own. */
export function gauge<N extends string>(
  name: N,
  help: string,
  value: (view: PrinterView) => number | undefined,
): Family<N, readonly []> {
  return family(name, 'gauge', help, [], (view, emit) => emit(value(view)));
}

/** A yes or no as 1 or 0. */
export function bool(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** A gauge with one sample an entry of a map, the key as its label. */
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

/** The entry of a map as it is. */
export const whole = (value: number): number => value;
