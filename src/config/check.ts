// A file of YAML against its schema.

import type { z } from 'zod';
import { ConfigError, quoted } from '../common/config-error.ts';
import type { LocatedYaml } from './yaml.ts';

/** What is wrong, and with what. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** @param describe says the schema's issue in the words of this file @throws ConfigError with `file:line:column` */
export function checkYaml<S extends z.ZodType>(
  schema: S,
  { value = {}, at }: LocatedYaml,
  describe: (issue: z.core.$ZodIssue) => Problem,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt key is missing under its right name as well: say what is there first.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) throw new ConfigError(`${at([])}: not understood`);
  const { path, message } = describe(issue);
  throw new ConfigError(`${at(path)}: ${message}`);
}

/**
 * An unknown key as an error shows it. `{check_code:5f3a}` without the blank is one key: what follows the colon may be a
 * secret.
 */
export function shownKey(key: string): string {
  return quoted(key.replace(/:.*$/s, ': …'));
}
