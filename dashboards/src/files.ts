// The dashboards as the files that are in the repository: name to text.

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { createExporterDashboard } from './exporter.ts';
import { createFleetDashboard } from './fleet.ts';
import { createPrinterDashboard } from './printer.ts';

// The SDK's default puts links and annotations into a menu that is closed at first.
function isClosedMenu(key: string, value: unknown): boolean {
  return key === 'placement' && value === 'inControlsMenu';
}

function textOf(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, (key, value) => (isClosedMenu(key, value) ? undefined : value), 2)}\n`;
}

export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['fleet.json', textOf(createFleetDashboard())],
    ['printer.json', textOf(createPrinterDashboard())],
    ['exporter.json', textOf(createExporterDashboard())],
  ]);
}
