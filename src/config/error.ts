// What is wrong with what a person wrote: a flag, an address, a file.

/** Its message is one line for that person: where, what came, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
