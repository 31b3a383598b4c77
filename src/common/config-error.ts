// Errors in what the operator wrote: a flag, an address, a file.

/** Its message is one line: where the mistake is, what is written there, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Text quoted for an error message: its first word only, because a missing line break can join a check code to it. */
export function quoted(text: string): string {
  const [word = ''] = text.split(/\s/, 1);
  return `"${word}${word === text ? '' : '…'}"`;
}
