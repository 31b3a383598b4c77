// Where the pages link to. All links are relative, because the exporter may be served below a path.

import type { PrinterConfig } from '../../printer/config.ts';

// Clients resolve a path segment of dots, even if it is percent-encoded. The others are documents of the JSON API, where
// `/printer/info` belongs to a printer that is named `printer`.
const NO_SEGMENT: ReadonlySet<string> = new Set(['.', '..', 'info', 'head-location', 'temp', 'progress', 'status']);

/** A printer as a path segment: its name, or its address if the name cannot be one. */
export function segmentOf({ name, address }: PrinterConfig): string {
  return encodeURIComponent((NO_SEGMENT.has(name) ? address : name).toWellFormed());
}

/** A printer's name as a query value or in an id. */
export function encodedName({ name }: PrinterConfig): string {
  return encodeURIComponent(name.toWellFormed());
}
