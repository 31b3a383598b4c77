#!/usr/bin/env node
// argv to exit code: the only place that ends the process.

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

// Whoever read our lines may go before us (`| head`, a log collector that restarts): no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const { runCli } = await import('./cli/cli.ts');
const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
  stop: stop.signal,
  onHangup,
  now: Date.now,
});
process.exit(exitCode);
