// Runs the exporter as `serve` does, and prints its URL once it listens. Usage: node bench/serve.js CONFIG
import { runCli } from '../dist/cli/cli.js';

const [config] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.exit(
  await runCli(['--config.file', config, '--web.listen-address', '127.0.0.1:0', '--web.max-requests', '1000'], {
    env: {},
    writeOut: () => {},
    writeErr: (line) => {
      const url = /msg=listening .*url="?([^" ]+)/.exec(line)?.[1];
      if (url) console.log(url);
      if (!line.includes('level=info')) process.stderr.write(line);
    },
    stop: stop.signal,
    now: Date.now,
  }),
);
