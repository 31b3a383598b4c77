// A command's access to the outside world, passed in so that tests can pass their own.

import type { Environment } from '../config/origin.ts';

export interface CliContext {
  readonly env: Environment;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** Fires when the process is told to stop. */
  readonly stop: AbortSignal;
  /**
   * Sets, once, what SIGHUP does: call the listener to reload the configuration or, with undefined, end the process as it
   * does by default. A SIGHUP that arrives earlier is held back until then.
   */
  readonly onHangup?: (listener: (() => void) | undefined) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Resolves when the process is told to stop. */
export function untilStopped({ stop }: CliContext): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
