// What an error says, for a message or a log line.

import { errnoOf } from './errno.ts';

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The error's message. */
export function reasonOf(error: unknown): string {
  return asError(error).message;
}

/** The system error code if there is one (`EACCES`), else the message. */
export function shortReasonOf(error: unknown): string {
  return errnoOf(error) ?? reasonOf(error);
}

/** The message with its stack, for a fault of the exporter itself. */
export function traceOf(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? String(error);
}
