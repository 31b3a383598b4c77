// System error codes such as ECONNRESET, wherever Node.js or undici put them.

/** The code of an error or of its cause, such as `ECONNRESET`; undefined if neither has one. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errnoOf(error.cause) : undefined;
}
