// System error codes, wherever Node.js or undici put them.

/** The code Node.js or undici put on a socket error, such as `ECONNRESET`; undefined where there is none. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errnoOf(error.cause) : undefined;
}
