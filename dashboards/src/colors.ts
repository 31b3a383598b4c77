// Colours by the names of Grafana's palette, which suit the light and the dark theme alike.

import {
  FieldColorBuilder,
  FieldColorModeId,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The palette has no grey; this one is as far from white as from black. */
export const GREY = '#808080';

export function fixedColor(color: string): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(color);
}

export function thresholdColor(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

export function paletteColor(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);
}

/** A colour from below, and others from a value on. */
export function steps(base: string, ...others: readonly (readonly [from: number, color: string])[]) {
  const list: Threshold[] = [{ value: null, color: base }, ...others.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list);
}
