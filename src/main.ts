#!/usr/bin/env node
// argv to exit code: the only place that ends the process.

import { setImmediate as turn } from 'node:timers/promises';

// Before all that takes time to load: until somebody handles it, a signal ends the process on the spot.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time somebody means it.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}

let wasHungUp = false;
const noteHangup = (): void => {
  wasHungUp = true;
};
process.on('SIGHUP', noteHangup);

/** One listener from now on, or none, and then SIGHUP ends the process; one that came before goes the same way. */
function onHangup(listener: (() => void) | undefined): void {
  if (listener) process.on('SIGHUP', listener);
  process.off('SIGHUP', noteHangup);
  if (wasHungUp) process.kill(process.pid, 'SIGHUP');
}

// A log that cannot be written (its reader has gone, its disk is full) is no reason to end.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads the output may have enough of it: `| head`.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`flashforge-exporter: the output cannot be written: ${error.message}\n`);
  process.exit(1);
});

const { runCli } = await import('./cli/cli.ts');
const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
  stop: stop.signal,
  onHangup,
  now: Date.now,
});
// That the output was not written is told a moment later.
await turn();
process.exit(exitCode);
