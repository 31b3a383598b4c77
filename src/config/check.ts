// Checking a YAML file against its schema.

import type { z } from 'zod';
import { ConfigError, quoted } from '../common/config-error.ts';
import type { LocatedYaml } from './yaml.ts';

/** What is wrong, and the path to it. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The data of a YAML file that the schema accepts.
 * @param describe words a schema issue for this file
 * @throws ConfigError with `file:line:column`
 */
export function checkYaml<S extends z.ZodType>(
  schema: S,
  { value = {}, at }: LocatedYaml,
  describe: (issue: z.core.$ZodIssue) => Problem,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt key also counts as missing under its right name: report the unknown key first.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) throw new ConfigError(`${at([])}: invalid`);
  const { path, message } = describe(issue);
  throw new ConfigError(`${at(path)}: ${message}`);
}

/**
 * An unknown key as an error shows it. Without a space after the colon, `{check_code:5f3a}` is one key that contains a
 * secret, so anything after the colon is cut.
 */
export function shownKey(key: string): string {
  return quoted(key.replace(/:.*$/s, ': …'));
}
