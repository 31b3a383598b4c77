// What the linter looks for anywhere in a panel, whatever its depth.

import { label } from './linter-queries.ts';
import type { GridPos, Panel } from './model.ts';

function overlap(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Each pair of panels that overlap. */
export function overlaps(panels: readonly Panel[]): readonly string[] {
  return panels.flatMap((panel, index) =>
    panels
      .slice(index + 1)
      .filter((other) => overlap(panel.gridPos, other.gridPos))
      .map((other) => `${label(panel)} and ${label(other)}`),
  );
}

/** The values of the override properties with that id. */
export function valuesOf(overrides: readonly unknown[] | undefined, id: string): readonly unknown[] {
  const values: unknown[] = [];
  visit(overrides, (_, value) => {
    if (isRecord(value) && value['id'] === id) values.push(value['value']);
  });
  return values;
}

/** All colours but those of spools, which are what they are in both themes. */
export function colorsIn(panels: unknown): readonly string[] {
  const colors: string[] = [];
  const visited = JSON.parse(JSON.stringify(panels, (_, value) => (isSpool(value) ? undefined : value)));
  visit(visited, (key, value) => {
    if (['color', 'fixedColor', 'lineColor', 'fillColor'].includes(key) && typeof value === 'string')
      colors.push(value);
  });
  // The label `color` is renamed to this title, under a key of its own name.
  return colors.filter((color) => color !== 'Colour');
}

/** The mapping of a colour written as text to nearly the same colour. */
function isSpool(value: unknown): boolean {
  return isRecord(value) && typeof value['pattern'] === 'string' && value['pattern'].startsWith('^#');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function visit(value: unknown, see: (key: string, value: unknown) => void, key = ''): void {
  see(key, value);
  if (!isRecord(value)) return;
  for (const [name, inner] of Object.entries(value)) visit(inner, see, name);
}
