// The parts of a dashboard file that the tests look at.

import { readFileSync } from 'node:fs';

export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  interval?: string;
  instant?: boolean;
  range?: boolean;
  format?: string;
  datasource?: DatasourceRef;
}

export interface DatasourceRef {
  type?: string;
  uid?: string;
}

export interface GridPos {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Panel {
  id: number;
  type: string;
  title?: string;
  description?: string;
  collapsed?: boolean;
  gridPos: GridPos;
  datasource?: DatasourceRef;
  repeat?: string;
  timeFrom?: string;
  timeShift?: string;
  interval?: string;
  maxDataPoints?: number;
  targets?: Target[];
  panels?: Panel[];
  options?: {
    legend?: { showLegend?: boolean };
    textMode?: string;
    reduceOptions?: { calcs?: string[]; values?: boolean; fields?: string };
  };
  fieldConfig?: {
    defaults: { unit?: string; noValue?: string; thresholds?: Thresholds; [key: string]: unknown };
    overrides: Override[];
  };
}

export interface Thresholds {
  steps: { value: number | null; color: string }[];
}

export interface Override {
  matcher: { id: string; options?: unknown };
  properties: { id: string; value?: unknown }[];
}

export interface Variable {
  name: string;
  type: string;
  query?: string | { query: string };
  datasource?: DatasourceRef;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
  current?: { value?: string | string[] };
}

export interface Annotation {
  name: string;
  expr?: string;
  titleFormat?: string;
  textFormat?: string;
  datasource?: DatasourceRef;
}

export interface Link {
  url?: string;
  keepTime?: boolean;
  includeVars?: boolean;
  placement?: string;
}

export interface Dashboard {
  __inputs?: { name: string; type: string; pluginId?: string }[];
  __requires?: { type: string; id: string }[];
  id: number | null;
  uid: string;
  title: string;
  description?: string;
  tags: string[];
  schemaVersion: number;
  time: { from: string; to: string };
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list?: Annotation[] };
  links: Link[];
}

export const DASHBOARD_FILES = ['fleet.json', 'printer.json', 'exporter.json'] as const;

export function dashboardPath(name: string): URL {
  return new URL(`../../dashboards/${name}`, import.meta.url);
}

export function readDashboard(name: (typeof DASHBOARD_FILES)[number]): Dashboard {
  return JSON.parse(readFileSync(dashboardPath(name), 'utf8'));
}

/** All panels except rows, those in collapsed rows included. */
export function shownPanels(dashboard: Dashboard): readonly Panel[] {
  return dashboard.panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}
