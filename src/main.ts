#!/usr/bin/env node
// argv to exit code: the only place that ends the process.

import { runCli } from './cli/cli.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time somebody means it.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}

// Whoever read our lines may go before us (`| head`, a log collector that restarts): no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
  stop: stop.signal,
  onHangup: (listener) => process.on('SIGHUP', listener),
  now: Date.now,
});
process.exit(exitCode);
