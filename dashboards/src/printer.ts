// One printer, or a few: what it does, how hot it is, what it is.

import { AnnotationQueryBuilder, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { createDashboard, printerVariable } from './frame.ts';
import { DATASOURCE } from './panels.ts';
import { AIR, LIFETIME, MATERIALS, MOTION } from './printer-details.ts';
import { IDENTITY } from './printer-identity.ts';
import { HEADER, NOW } from './printer-now.ts';
import { FILE, NAMED_LAST_FILES } from './prints.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';

/** One event for each time that the series had as its value; only those of the time range, else old ends crowd its edge. */
function annotation(name: string, color: string, expr: string, title: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .hide(false)
    .iconColor(color)
    .expr(`${inMilliseconds(`(${expr} >= \${__from} / 1000)`)}`)
    .step('60s')
    .useValueForTime(true)
    .titleFormat(title)
    .textFormat('{{file}}');
}

const START = perPrinter(of('flashforge_print_start_timestamp_seconds'));
const END = perPrinter(of('flashforge_last_print_end_timestamp_seconds'), 'result');

export function createPrinterDashboard(): Dashboard {
  return createDashboard({
    uid: 'flashforge-printer',
    description: 'One FlashForge printer, or a few: its print, its temperatures, its material, what it is.',
    from: 'now-6h',
    builder: (dashboard) =>
      dashboard
        .withVariable(printerVariable(false))
        .annotation(
          annotation('Print starts', 'blue', `${START} * on (printer) group_left (file) ${FILE}`, '{{printer}} starts'),
        )
        .annotation(
          annotation(
            'Print ends',
            'purple',
            `${END} * on (printer, result) group_left (file) ${NAMED_LAST_FILES}`,
            '{{printer}}: {{result}}',
          ),
        ),
    sections: [HEADER, NOW, IDENTITY, MOTION, AIR, MATERIALS, LIFETIME],
  });
}
