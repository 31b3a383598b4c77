// Runs the tcp prober of prometheus-blackbox-exporter, if it is installed, with the commands of a usual scrape.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startLogging } from './processes.js';

const PROGRAM = 'prometheus-blackbox-exporter';
// Without M115, which the exporter sends only every ten minutes.
const READS = ['M119', 'M105', 'M27', 'M114'];
// The prober adds only LF, and printers expect CRLF.
const steps = READS.map((read) => `        - send: "~${read}\\r"\n        - expect: ^ok\n`).join('');
const MODULE = `modules:
  flashforge:
    prober: tcp
    timeout: 10s
    tcp:
      preferred_ip_protocol: ip4
      query_response:
${steps}`;

/** The installed version; undefined if it is not installed. */
export function blackboxVersion() {
  const { error, stdout, stderr } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return error ? undefined : /version (\S+)/.exec(stdout + stderr)?.[1];
}

/**
 * Starts it with the package's defaults. Sequential probes cost it half as much again (it sleeps and wakes more often), and a
 * thousand concurrent ones no less than 64. So 64 favours it, although Prometheus spreads its probes over the interval.
 */
export async function startBlackbox(printers, probesAtOnce, folder) {
  const config = join(folder, 'blackbox.yml');
  writeFileSync(config, MODULE);
  const args = [`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'];
  const started = await startLogging(PROGRAM, args, /msg="Listening on" address=(\S+)/);
  // Keep connections alive, as Prometheus does.
  const agent = new Agent({ keepAlive: true, maxSockets: probesAtOnce });
  const urls = printers.map(({ host }) => `http://${started.first}/probe?module=flashforge&target=${host}:8899`);
  return { ...started, agent, urls };
}

function request(url, agent) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => text(response).then(resolve, reject)).on('error', reject);
  });
}

/** Probes every printer once. Throws if a probe fails, since failed probes cost less. */
export async function probeAll({ agent, urls }) {
  const startedAt = performance.now();
  const pages = await Promise.all(urls.map((url) => request(url, agent)));
  const wallMs = performance.now() - startedAt;
  const read = pages.filter((page) => /^probe_success 1$/m.test(page)).length;
  if (read !== urls.length) throw new Error(`blackbox exporter: ${read} of ${urls.length} probes succeeded`);
  return { wallMs, page: pages.join('') };
}
