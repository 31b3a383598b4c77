// A configured printer with the place where it is written, so that an error can point there.

import type { PrinterConfig } from '../printer/config.ts';
import type { PrinterKey } from './schema.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A printer and the place where it is written. */
export interface Origin {
  /** `printers.yml:3:5` for a key of the printer, or the argument itself. */
  readonly at: (key: PrinterKey) => string;
  readonly config: PrinterConfig;
}
