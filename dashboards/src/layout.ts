// Places panels on Grafana's grid of 24 columns, row by row, and gives them ids: the SDK does neither.

import { type Panel, RowBuilder, type RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

const COLUMNS = 24;

interface PanelBuilder {
  build(): Panel;
}

export interface Placed {
  readonly panel: PanelBuilder;
  /** Columns. */
  readonly width: number;
  /** Grid units of 30 pixels, with 8 pixels between them. */
  readonly height: number;
}

export interface Section {
  /** Heading of the row; without one the panels follow the section above. */
  readonly title?: string;
  /** Collapsed on load: for panels that not every model can fill. */
  readonly collapsed?: boolean;
  readonly panels: readonly Placed[];
}

export function place(panel: PanelBuilder, width: number, height: number): Placed {
  return { panel, width, height };
}

export function layOut(sections: readonly Section[]): (Panel | RowPanel)[] {
  const all: (Panel | RowPanel)[] = [];
  let id = 0;
  let y = 0;
  for (const { title, collapsed = false, panels } of sections) {
    let row: RowPanel | undefined;
    if (title !== undefined) {
      id += 1;
      row = new RowBuilder(title).id(id).collapsed(collapsed).gridPos({ x: 0, y, w: COLUMNS, h: 1 }).build();
      all.push(row);
      y += 1;
    }
    let [x, top, lineHeight] = [0, y, 0];
    for (const { panel, width, height } of panels) {
      if (x + width > COLUMNS) {
        [x, top, lineHeight] = [0, top + lineHeight, 0];
      }
      id += 1;
      const placed = { ...panel.build(), id, gridPos: { x, y: top, w: width, h: height } };
      (collapsed && row ? row.panels : all).push(placed);
      x += width;
      lineHeight = Math.max(lineHeight, height);
    }
    // Panels of a collapsed row take no space; Grafana moves the rest down when the row is opened.
    if (!collapsed) y = top + lineHeight;
  }
  return all;
}
