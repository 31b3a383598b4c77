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

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
  stop: stop.signal,
  now: Date.now,
});
process.exit(exitCode);
