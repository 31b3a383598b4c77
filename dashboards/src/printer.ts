// One printer: what it does, how hot it is, what it printed, what it is.

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.ts';
import { createDashboard, printerVariable, textVariable } from './frame.ts';
import { history } from './history.ts';
import { place } from './layout.ts';
import { AIR, LIFETIME, MOTION } from './printer-details.ts';
import { IDENTITY } from './printer-identity.ts';
import { MATERIALS } from './printer-materials.ts';
import { HEADER, NOW } from './printer-now.ts';

export function createPrinterDashboard(): Dashboard {
  return createDashboard({
    uid: 'flashforge-printer',
    description: 'One FlashForge printer: its print, temperatures, past prints, material and maintenance.',
    from: 'now-6h',
    builder: (dashboard) =>
      dashboard
        .withVariable(printerVariable())
        .withVariable(textVariable('maintained', 'Maintained at (h)', '0'))
        .annotations(annotations(true)),
    sections: [
      HEADER,
      NOW,
      { title: 'History', panels: [place(history(false).timeFrom('7d'), 24, 8)] },
      IDENTITY,
      MATERIALS,
      MOTION,
      AIR,
      LIFETIME,
    ],
  });
}
