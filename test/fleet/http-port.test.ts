// A printer that refuses TCP and was configured without HTTP: the exporter looks at port 8898, and says what to do.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpPortMemory } from '../../src/fleet/http-port.ts';
import { Printer } from '../../src/fleet/printer.ts';
import { createPrinterReader } from '../../src/fleet/reader.ts';
import { createHttpReader } from '../../src/lan-http/read.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import { PrinterError } from '../../src/printer/errors.ts';
import { NEXT_STEPS } from '../../src/printer/next-steps.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { checkPort, type PortState } from '../../src/tcp/port-check.ts';
import { createDeferred } from '../support/deferred.ts';
import { collectLog } from '../support/fleet.ts';
import { ownLoopback } from '../support/loopback.ts';

const running: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

/** Something that listens on port 8898 of an address of its own, and what it was sent. */
async function listenOnHttpPort() {
  const host = ownLoopback();
  const received: string[] = [];
  const server = createServer((socket) => {
    const index = received.push('') - 1;
    socket.on('data', (bytes) => {
      received[index] += bytes.toString('latin1');
    });
    socket.on('error', () => {});
  });
  running.push(server);
  await once(server.listen(8898, host), 'listening');
  return { host, received };
}

function createPrinter(host: string, more: Partial<PrinterConfig> = {}) {
  const { log, lines } = collectLog();
  const clock = { nowMs: 1_700_000_000_000 };
  const config = { name: 'c5', address: host, tcp: { host, port: 8899, login: 'auto' }, ...more } as const;
  const read = createPrinterReader(createHttpReader());
  const printer = new Printer(config, { read, log, now: () => clock.nowMs, checkPort });
  return { printer, lines, clock };
}

describe('a Creator 5 given by its address alone', () => {
  it('is looked at once in ten minutes, and the log says once what to do', async () => {
    const { host, received } = await listenOnHttpPort();
    const { printer, lines, clock } = createPrinter(host);
    for (let scrape = 0; scrape < 10; scrape++) {
      const { endpoints } = await printer.read(10_000);
      expect(endpoints).toMatchObject([{ protocol: 'tcp', up: false, advice: NEXT_STEPS['http-only'] }]);
      clock.nowMs += 59_000;
    }
    expect(lines).toEqual([
      `level=warn msg="printer not read" printer=c5 protocol=tcp code=refused reason="connect ${host}:8899: ECONNREFUSED" next="${NEXT_STEPS['http-only'].step}"`,
    ]);
    // A connection, and not one byte.
    expect(received).toEqual(['']);
    clock.nowMs += 10_000;
    await printer.read(10_000);
    expect(received).toEqual(['', '']);
  });

  it('is looked at again when it was read in between', async () => {
    const { host, received } = await listenOnHttpPort();
    const finder = await startSimulatedPrinter({ model: 'finder', host, tcpPort: 8899 });
    running.push(finder);
    await finder.switchOff();
    const { printer } = createPrinter(host);
    await printer.read(10_000);
    await finder.switchOn();
    expect((await printer.read(10_000)).up).toBe(true);
    await finder.switchOff();
    await printer.read(10_000);
    expect(received).toEqual(['', '']);
  });
});

it('says that nothing listens where the HTTP port refuses too', async () => {
  const { printer } = createPrinter(ownLoopback());
  const { endpoints } = await printer.read(10_000);
  expect(endpoints[0]?.advice).toBe(NEXT_STEPS['nothing-listens']);
});

it('forgets what a look at the last address says when the printer moves meanwhile', async () => {
  const endpoints = [{ protocol: 'tcp', failure: new PrinterError('refused', 'refused') }] as const;
  const config = { name: 'c5', address: '192.0.2.1', tcp: { host: '192.0.2.1', port: 8899, login: 'auto' } } as const;
  const { promise, resolve } = createDeferred<PortState>();
  const memory = new HttpPortMemory(() => promise);
  const looked = memory.lookAfter(endpoints, config, 1_700_000_000_000, new AbortController().signal);
  memory.forget();
  resolve('open');
  await looked;
  expect(memory.isOpen).toBeUndefined();
});
