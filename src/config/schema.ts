// The shape of the configuration file, as its owner writes it.

import { z } from 'zod';
import { LOGIN_MODES } from '../tcp/read.ts';
import { parseAddress } from './address.ts';
import { parseDuration } from './duration.ts';
import { ConfigError } from './error.ts';

/** Text that a parser of ours takes; its ConfigError becomes the schema's message. */
function parsedBy<T>(parse: (text: string) => T) {
  return text.transform((written, context) => {
    try {
      return { written, parsed: parse(written) };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

const text = z
  .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'must be text; put it in quotes') })
  .min(1, 'must not be empty');

const port = z.int('must be a port number').min(1, 'must be a port number').max(65_535, 'must be a port number');

const printer = z
  .strictObject({
    name: text.max(256, 'must have at most 256 characters').optional(),
    address: parsedBy(parseAddress),
    tcp: z.boolean('must be true or false').optional(),
    http_port: port.optional(),
    serial_number: text.optional(),
    check_code: text.optional(),
    check_code_file: text.optional(),
    check_code_env: text.optional(),
    login: z.enum(LOGIN_MODES, `must be one of ${LOGIN_MODES.join(', ')}`).optional(),
    timeout: parsedBy(parseDuration)
      .refine(({ parsed }) => parsed > 0, 'must be longer than 0')
      .optional(),
  })
  .superRefine((written, context) => {
    const problem = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    const sources = (['check_code', 'check_code_file', 'check_code_env'] as const).filter((key) => written[key]);
    const [first, second] = sources;
    if (second) problem(second, `must not stand beside ${first}`);
    if (first && !written.serial_number) problem(first, 'needs serial_number beside it');
    if (!first && written.serial_number) {
      problem('serial_number', 'needs check_code, check_code_file or check_code_env beside it');
    }
    if (!first && written.http_port) problem('http_port', 'needs serial_number and check_code beside it');
    if (!first && (written.tcp === false || written.address.parsed.port === 0)) {
      problem(
        'address',
        'nothing to read: TCP is switched off, and there is no serial_number with check_code for HTTP',
      );
    }
  });

export const configSchema = z.strictObject({
  printers: z.array(printer, 'must be a list of printers').default([]),
});

export type WrittenPrinter = z.infer<typeof printer>;
