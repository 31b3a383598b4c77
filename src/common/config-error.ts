// What is wrong with what a person wrote: a flag, an address, a file.

/** Its message is one line for that person: where, what came, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What went wrong, in the words of whoever noticed it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Text as an error shows it: its first word, since a forgotten line end can glue a check code to what follows. */
export function quoted(text: string): string {
  const [word = ''] = text.split(/\s/, 1);
  return `"${word}${word === text ? '' : '…'}"`;
}
