// What a command may touch of the world outside: handed in, so that tests hand in theirs.

import type { Environment } from '../config/origin.ts';

export interface CliContext {
  readonly env: Environment;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** Fires when the process is asked to end. */
  readonly stop: AbortSignal;
  /**
   * Says once what SIGHUP does, which waits until then: calls back to load the configuration again, or with undefined
   * ends the process, as it does where nobody handles it.
   */
  readonly onHangup?: (listener: (() => void) | undefined) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Resolves when the process is asked to end. */
export function untilStopped({ stop }: CliContext): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
