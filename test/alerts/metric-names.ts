// The families, labels and label values a rule may use, from the catalog.
import { RESULTS } from '../../src/jobs/result.ts';
import { PRINTER_FAMILIES } from '../../src/metrics/catalog.ts';
import { EXPORTER_FAMILIES } from '../../src/metrics/exporter.ts';
import { STATES } from '../../src/printer/state.ts';

/** The labels of each family as Prometheus stores it: those of the exporter, and job and instance. */
export const LABELS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map<string, ReadonlySet<string>>([
  ...PRINTER_FAMILIES.map(({ name, labels }) => [name, new Set(['job', 'instance', 'printer', ...labels])] as const),
  ...EXPORTER_FAMILIES.map(({ name, labels }) => [name, new Set(['job', 'instance', ...labels])] as const),
  ['up', new Set(['job', 'instance'])],
]);

/** The values of labels with a closed list. */
export const VALUES_OF: Readonly<Record<string, readonly string[]>> = {
  state: STATES,
  result: RESULTS,
  protocol: ['tcp', 'http'],
  tool: ['tool0', 'tool1'],
  heater: ['tool0', 'tool1', 'bed', 'chamber'],
};
