// Shows where the CPU of a TCP scrape goes: reads the same printers with more and more layers of the exporter.
// Usage: node bench/layers.js [--printers 1000] [--scrapes 40]. It runs itself in a child process for each layer.
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CancelController } from '../dist/common/cancellation.js';
import { Fleet } from '../dist/fleet/fleet.js';
import { createPrinterReader } from '../dist/fleet/reader.js';
import { createHttpReader } from '../dist/lan-http/read.js';
import { renderPage } from '../dist/metrics/exposition.js';
import { readTcp } from '../dist/tcp/read.js';
import { converse } from '../dist/tcp/session.js';
import { DEFAULT_LIMITS } from '../dist/tcp/target.js';
import { startScript, stop, stopAll } from './processes.js';

const PORT = 8899;
const COMMANDS = ['M119', 'M105', 'M27', 'M114'];
const TIME_MS = 60_000;

const shared = Buffer.alloc(64 * 1024);

/** One conversation on a bare socket, as in floor.js. */
function talk(host) {
  return new Promise((resolve, reject) => {
    let next = 0;
    let reply = '';
    const send = () => socket.write(`~${COMMANDS[next++]}\r\n`);
    const callback = (size) => {
      reply += shared.latin1Slice(0, size);
      if (!reply.endsWith('ok\r\n')) return true;
      reply = '';
      if (next < COMMANDS.length) send();
      else socket.destroy();
      return true;
    };
    const socket = connect({ host, port: PORT, noDelay: true, onread: { buffer: shared, callback } });
    socket.on('connect', send).on('close', resolve).on('error', reject);
  });
}

/** One conversation in a session, which ignores the replies. */
function converseWith(host, signal) {
  let next = 0;
  const dialogue = {
    next: () => COMMANDS[next++],
    take: () => {},
    isUnfinished: () => false,
    closingCommand: () => undefined,
  };
  return new Promise((resolve, reject) => {
    converse({ host, port: PORT }, DEFAULT_LIMITS, dialogue, signal, (error) => (error ? reject(error) : resolve()));
  });
}

/** Everything that a read comes to. */
async function whole(read) {
  await read.over;
  return read.soFar();
}

function layersOf(hosts) {
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const configs = hosts.map((host, index) => ({
    name: `printer-${index}`,
    address: host,
    tcp: { host, port: PORT, login: 'auto' },
  }));
  const read = createPrinterReader(createHttpReader());
  const fleet = new Fleet(configs, { read, log, now: Date.now });
  const forEach = (read) => {
    const signal = new CancelController();
    return Promise.all(configs.map((config) => read(config, signal)));
  };
  return {
    'bare sockets': () => forEach(({ tcp }) => talk(tcp.host)),
    '+ session': () => forEach(({ tcp }, signal) => converseWith(tcp.host, signal)),
    '+ parsers': () => forEach(({ tcp }, signal) => whole(readTcp(tcp, { login: 'auto', identity: false }, signal))),
    '+ snapshot': () => forEach((config, signal) => whole(read(config, { identity: false }, signal))),
    '+ fleet and jobs': () => fleet.scrape(TIME_MS),
    '+ page': async () => renderPage({ printers: await fleet.scrape(TIME_MS) }, 'text'),
  };
}

async function measure(scrape, scrapes) {
  for (let i = 0; i < Math.max(5, scrapes / 4); i++) await scrape();
  const before = process.cpuUsage();
  for (let i = 0; i < scrapes; i++) await scrape();
  const { user, system } = process.cpuUsage(before);
  return { userMs: user / 1000 / scrapes, systemMs: system / 1000 / scrapes };
}

const { values } = parseArgs({
  options: {
    printers: { type: 'string', default: '1000' },
    scrapes: { type: 'string', default: '40' },
    layer: { type: 'string' },
    hosts: { type: 'string', default: '[]' },
  },
});

if (values.layer === undefined) {
  process.on('exit', stopAll);
  const simulator = await startScript('bench/printers.js', ['tcp', values.printers, '0']);
  const hosts = JSON.stringify(JSON.parse(simulator.first).map(({ host }) => host));
  const self = fileURLToPath(import.meta.url);
  const rows = [];
  for (const layer of Object.keys(layersOf([]))) {
    const run = await startScript(self, ['--layer', layer, '--scrapes', values.scrapes, '--hosts', hosts]);
    const { userMs, systemMs } = JSON.parse(run.first);
    const [total, user, kernel] = [userMs + systemMs, userMs, systemMs].map((ms) => ms.toFixed(1));
    rows.push({ 'read by': layer, 'CPU ms a scrape': total, 'of it in Node.js': user, 'in the kernel': kernel });
    await stop(run);
  }
  console.table(rows);
  await stop(simulator);
} else {
  const scrape = layersOf(JSON.parse(values.hosts))[values.layer];
  console.log(JSON.stringify(await measure(scrape, Number(values.scrapes))));
}
