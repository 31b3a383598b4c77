// All printers: is anything wrong, what is free, when is it done, and what was printed.

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.ts';
import { ALERTS, DONE_AT, PROGRESS, SUMMARY, TILES } from './fleet-now.ts';
import { PRINTS_PER_DAY, SHARE, SUCCESS } from './fleet-prints.ts';
import { PRINTERS } from './fleet-table.ts';
import { createDashboard, printersVariable } from './frame.ts';
import { history } from './history.ts';
import { place } from './layout.ts';
import { stateTimeline } from './panels.ts';
import { STATE_MAPPINGS, stateNumber } from './states.ts';

const STATES = stateTimeline(
  {
    title: 'States',
    description: 'What each printer did. A gap is a time without a scrape of the exporter.',
    unit: 'none',
    empty: 'no states yet',
  },
  { expr: stateNumber(), legend: '{{printer}}' },
)
  .mappings(STATE_MAPPINGS)
  .perPage(12);

export function createFleetDashboard(): Dashboard {
  return createDashboard({
    uid: 'flashforge-fleet',
    description: 'All FlashForge printers at a glance: is anything wrong, what is free, when is it done.',
    from: 'now-24h',
    builder: (dashboard) => dashboard.withVariable(printersVariable()).annotations(annotations(false)),
    sections: [
      {
        panels: [
          // 27 units are the first screen at 1920 × 1080.
          place(TILES, 24, 7),
          place(SUMMARY, 4, 6),
          place(DONE_AT, 8, 6),
          place(PROGRESS, 6, 6),
          place(ALERTS, 6, 6),
          place(PRINTERS, 24, 8),
          place(STATES, 24, 6),
          place(history(true), 24, 10),
          place(PRINTS_PER_DAY, 12, 9),
          place(SHARE, 8, 9),
          place(SUCCESS, 4, 9),
        ],
      },
    ],
  });
}
