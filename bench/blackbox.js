// prometheus-blackbox-exporter, if it is installed: what its tcp prober takes for the reads of a usual scrape.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startLogging } from './processes.js';

const PROGRAM = 'prometheus-blackbox-exporter';
// M115 is asked every ten minutes only: not in a usual scrape, and so not here.
const READS = ['M119', 'M105', 'M27', 'M114'];
// The prober ends a line with LF alone, and the printers' programs with CRLF.
const steps = READS.map((read) => `        - send: "~${read}\\r"\n        - expect: ^ok\n`).join('');
const MODULE = `modules:
  flashforge:
    prober: tcp
    timeout: 10s
    tcp:
      preferred_ip_protocol: ip4
      query_response:
${steps}`;

/** What it says of its version; undefined when it is not installed. */
export function blackboxVersion() {
  const { error, stdout, stderr } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return error ? undefined : /version (\S+)/.exec(stdout + stderr)?.[1];
}

/**
 * All else as the package has it. One at a time a probe costs it half as much again (more sleeping and waking), all of a
 * thousand no less than 64: what is kind to it is measured, though Prometheus spreads its probes over the interval.
 */
export async function startBlackbox(printers, probesAtOnce, folder) {
  const config = join(folder, 'blackbox.yml');
  writeFileSync(config, MODULE);
  const args = [`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'];
  const started = await startLogging(PROGRAM, args, /msg="Listening on" address=(\S+)/);
  // Connections are kept, as Prometheus keeps them.
  const agent = new Agent({ keepAlive: true, maxSockets: probesAtOnce });
  const urls = printers.map(({ host }) => `http://${started.first}/probe?module=flashforge&target=${host}:8899`);
  return { ...started, agent, urls };
}

function request(url, agent) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => text(response).then(resolve, reject)).on('error', reject);
  });
}

/** Probes every printer once; a printer that is not read is an error, as it costs less. */
export async function probeAll({ agent, urls }) {
  const startedAt = performance.now();
  const pages = await Promise.all(urls.map((url) => request(url, agent)));
  const wallMs = performance.now() - startedAt;
  const read = pages.filter((page) => /^probe_success 1$/m.test(page)).length;
  if (read !== urls.length) throw new Error(`blackbox exporter: ${read} of ${urls.length} probes succeeded`);
  return { wallMs, page: pages.join('') };
}
