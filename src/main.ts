#!/usr/bin/env node
// From argv to the exit code: the only place that ends the process.

import { setImmediate as turn } from 'node:timers/promises';

// Before loading anything else: until there is a handler, a signal ends the process at once.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second signal ends the process at once.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}

// `npm start` runs this in a shell that dies of SIGTERM without passing it on, and the exporter would go on without a parent.
if (process.env['npm_lifecycle_event'] !== undefined) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop.abort();
  }, 500);
  watch.unref();
}

let wasHungUp = false;
const noteHangup = (): void => {
  wasHungUp = true;
};
process.on('SIGHUP', noteHangup);

/** Replaces the handler of SIGHUP, or removes it, so that SIGHUP ends the process; an earlier SIGHUP is delivered again. */
function onHangup(listener: (() => void) | undefined): void {
  if (listener) process.on('SIGHUP', listener);
  process.off('SIGHUP', noteHangup);
  if (wasHungUp) process.kill(process.pid, 'SIGHUP');
}

// A log that cannot be written (its reader is gone, the disk is full) must not end the process.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has seen enough, as in `| head`.
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
// Errors of writing the output arrive one turn later.
await turn();
process.exit(exitCode);
