// The schema of the configuration file.

import { z } from 'zod';
import { parseAddress } from '../common/address.ts';
import { ConfigError } from '../common/config-error.ts';
import { parseDuration } from '../common/duration.ts';
import { LOGIN_MODES, MAX_NAME_LENGTH } from '../printer/config.ts';

/** Text for one of our parsers, whose ConfigError becomes the issue's message. */
function parsedBy<T>(schema: z.ZodString, parse: (text: string) => T) {
  return schema.transform((written, context) => {
    try {
      return { written, parsed: parse(written) };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

/** The message for a value that is not text. */
function notText({ input }: { readonly input?: unknown }): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'must not be empty';
  return typeof input === 'object' ? 'must be text' : 'must be text; put it in quotes';
}

// Aborts, or the checks below would run on an unparsed address.
const text = z.string({ error: notText }).regex(/\S/, { error: 'must not be empty', abort: true });

const PORT_ERROR = 'must be a number from 1 to 65535';
const port = z.int(PORT_ERROR).min(1, PORT_ERROR).max(65_535, PORT_ERROR);

// `printer` is on every sample, and Prometheus reserves names that begin with two underscores.
const labelName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a label name: letters, digits and underscores, not beginning with a digit')
  .refine((name) => !name.startsWith('__'), 'is not a label name: Prometheus reserves those that begin with __')
  .refine((name) => name !== 'printer', 'is the label that every metric of a printer has; choose another name')
  .refine((name) => name !== 'le' && name !== 'quantile', 'is a label of histograms or summaries; choose another name');

const printerShape = {
  name: text.max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`).optional(),
  address: parsedBy(text, parseAddress),
  tcp: z.boolean('must be true or false').optional(),
  http_port: port.optional(),
  serial_number: text.optional(),
  check_code: text.optional(),
  check_code_file: text.optional(),
  check_code_env: text.optional(),
  login: z.enum(LOGIN_MODES, `must be one of ${LOGIN_MODES.join(', ')}`).optional(),
  timeout: parsedBy(z.string('must be a duration: write 500ms, 10s, 1m30s or 1h'), parseDuration)
    .refine(({ parsed }) => parsed > 0, 'must be longer than 0')
    .optional(),
  labels: z.record(labelName, text, 'must be a map of label names to values').optional(),
};

const printer = z
  .strictObject(printerShape, 'must be written as "address: 192.168.1.50" and more keys below')
  .superRefine((written, context) => {
    const problem = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    const sources = (['check_code', 'check_code_file', 'check_code_env'] as const).filter((key) => written[key]);
    const [first, second] = sources;
    if (second) problem(second, `cannot be combined with ${first}`);
    if (first && !written.serial_number) problem(first, 'needs serial_number beside it');
    if (!first && written.serial_number) {
      problem('serial_number', 'needs check_code, check_code_file or check_code_env beside it');
    }
    if (!first && written.http_port) problem('http_port', 'needs serial_number and check_code beside it');
    if (!first && (written.tcp === false || written.address.parsed.port === 0)) {
      problem(
        'address',
        'leaves nothing to read: TCP is switched off, and there is no serial_number with check_code for HTTP',
      );
    }
  });

const fileShape = {
  // YAML reads a list whose entries are all commented out as null.
  printers: z
    .array(printer, 'must be a list of printers')
    .nullish()
    .transform((list) => list ?? []),
};

export const configSchema = z.strictObject(fileShape, 'must be a map with the key printers');

/** The keys of the file and of a printer, in the order of the documentation. */
export const FILE_KEYS = Object.keys(fileShape);
export const PRINTER_KEYS = Object.keys(printerShape);

export type WrittenPrinter = z.infer<typeof printer>;
export type PrinterKey = keyof WrittenPrinter;
