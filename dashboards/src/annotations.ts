// Annotations: starts and ends of prints, restarts of the exporter.

import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels.ts';
import { FILE, LAST_ENDS, NAMED_LAST_FILES } from './prints.ts';
import { inMilliseconds, of, perPrinter } from './promql.ts';

interface Event {
  readonly name: string;
  readonly color: string;
  /** A time in seconds since 1970 per event. */
  readonly expr: string;
  readonly title: string;
  readonly text: string;
}

/**
 * One event for each value of the series, at that time. Only times inside the time range: older ones would pile up at
 * its left edge.
 */
function annotation({ name, color, expr, title, text }: Event, isShown: boolean): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(isShown)
    .hide(false)
    .iconColor(color)
    .expr(inMilliseconds(`((${expr}) >= \${__from} / 1000)`))
    .step('60s')
    .useValueForTime(true)
    .titleFormat(title)
    .textFormat(text);
}

const STARTS: Event = {
  name: 'Print starts',
  color: 'blue',
  expr: `${perPrinter(of('flashforge_print_start_timestamp_seconds'))} * on (printer) group_left (file) ${FILE}`,
  title: '{{printer}} starts',
  text: '{{file}}',
};

const ENDS: Event = {
  name: 'Print ends',
  color: 'purple',
  expr: `${LAST_ENDS} * on (printer, result) group_left (file) ${NAMED_LAST_FILES}`,
  title: '{{printer}}: {{result}}',
  text: '{{file}}',
};

// Everything that Prometheus scrapes may have a start time; build_info selects our exporters.
const RESTARTS: Event = {
  name: 'Exporter restarts',
  color: 'orange',
  expr: 'process_start_time_seconds and on (job, instance) flashforge_exporter_build_info',
  title: 'Exporter starts',
  text: '{{instance}}',
};

/** @param showsPrints whether the prints are switched on from the start; they crowd a graph of many printers */
export function annotations(showsPrints: boolean): AnnotationQueryBuilder[] {
  return [annotation(STARTS, showsPrints), annotation(ENDS, showsPrints), annotation(RESTARTS, true)];
}
