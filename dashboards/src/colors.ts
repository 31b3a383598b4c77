// Colours by their names in Grafana's palette, which fit both the light and the dark theme.

import {
  FieldColorBuilder,
  FieldColorModeId,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The palette has no grey; this one is halfway between white and black. */
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

/** A base colour, which is also that of the empty state, and another from each value upwards. */
export function steps(base: string, ...others: readonly (readonly [from: number, color: string])[]) {
  const list: Threshold[] = [{ value: null, color: base }, ...others.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list);
}
