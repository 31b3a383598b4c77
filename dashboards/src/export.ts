// What Grafana's "Export for sharing externally" adds to a dashboard, for grafana.com and for an import by hand.

import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that an import asks for. The variable `datasource` starts with it. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder that Grafana's import fills in
export const IMPORTED_DATASOURCE = '${DS_PROMETHEUS}';

// The oldest Grafana whose panels have all the options used here.
const GRAFANA_VERSION = '10.4.0';

const PANEL_NAMES: Readonly<Record<string, string>> = {
  bargauge: 'Bar gauge',
  stat: 'Stat',
  'state-timeline': 'State timeline',
  table: 'Table',
  timeseries: 'Time series',
};

/** Keys of an exported dashboard: its inputs, and what it needs. Provisioning ignores them. */
export function exportKeys({ panels = [] }: Dashboard): object {
  const types = new Set(panels.flatMap(typesOf));
  return {
    __inputs: [
      {
        name: 'DS_PROMETHEUS',
        label: 'Prometheus',
        description: 'The Prometheus that scrapes flashforge-exporter',
        type: 'datasource',
        pluginId: 'prometheus',
        pluginName: 'Prometheus',
      },
    ],
    __elements: {},
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: GRAFANA_VERSION },
      { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
      ...[...types].toSorted().map((id) => ({ type: 'panel', id, name: PANEL_NAMES[id] ?? id, version: '' })),
    ],
  };
}

function typesOf(panel: Panel | RowPanel): readonly string[] {
  if (panel.type !== 'row') return [panel.type];
  return 'panels' in panel ? panel.panels.flatMap(typesOf) : [];
}
