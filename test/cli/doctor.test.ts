// `probe` as a doctor: what it finds at an address, what it advises, and the lines that it offers for the configuration file.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadPrinters } from '../../src/config/load.ts';
import { NEXT_STEPS, type NextStepId } from '../../src/printer/next-steps.ts';
import { startDiscoveryResponder } from '../../src/simulator/discovery.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { SimulatedModel } from '../../src/simulator/models.ts';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { blackhole } from '../support/blackhole.ts';
import { ownLoopback } from '../support/loopback.ts';
import { commandsIn, reply, startScriptedPrinter } from '../support/scripted-printer.ts';
import { type Outcome, run } from './run.ts';

const CODE = 'c0ffee42';
const WRONG_CODE = 'badc0de5';
const SERIAL = 'SNMXXX0000000';

let folder = '';
let codeFile = '';
let wrongFile = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  codeFile = join(folder, 'code');
  wrongFile = join(folder, 'wrong');
  await writeFile(codeFile, `${CODE}\n`);
  await writeFile(wrongFile, WRONG_CODE);
});
afterAll(() => rm(folder, { recursive: true }));

const running: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

/** A printer at its real ports on an address of its own, which replies to discovery. */
async function start(model: SimulatedModel, fault?: Fault): Promise<string> {
  const host = ownLoopback();
  const printer = await startSimulatedPrinter({
    model,
    host,
    tcpPort: 8899,
    httpPort: 8898,
    checkCode: CODE,
    ...(fault && { fault }),
  });
  running.push(printer, await startDiscoveryResponder({ printers: [printer], groupPort: 0 }));
  return host;
}

function credentials(file = codeFile, serial = SERIAL): string[] {
  return ['--serial-number', serial, '--check-code-file', file];
}

/** The rows of the table, by their labels. */
function rowsOf({ out }: Outcome): Record<string, string> {
  const [table = ''] = out.split('\n\n', 1);
  return Object.fromEntries(table.split('\n').map((line) => line.split(/ {2,}/, 2)));
}

function stepsOf({ out }: Outcome): string[] {
  return [...out.matchAll(/^next: (.+)$/gm)].map(([, step = '']) => step);
}

function expectSteps(outcome: Outcome, ...ids: readonly NextStepId[]): void {
  expect(stepsOf(outcome)).toEqual(ids.map((id) => NEXT_STEPS[id].step));
}

/** The configuration lines, as `--config.file` loads them. */
async function loadLines({ out }: Outcome) {
  const [, yaml = ''] = out.split('# for --config.file:\n');
  const file = join(folder, 'printers.yml');
  await writeFile(file, yaml);
  return await loadPrinters({ file, printers: [], env: {} });
}

describe('a Creator 5 Pro', () => {
  it('by its address alone: says that 8898 is open, and what it needs', async () => {
    const host = await start('creator5-pro');
    for (const address of [host, `${host}:8898`]) {
      const outcome = await run(['probe', address]);
      expect(outcome.exitCode).toBe(1);
      expect(rowsOf(outcome)).toMatchObject({
        'TCP 8899': 'refused',
        'HTTP 8898': expect.stringMatching(/^open, not read: serial known, check code needed: Printer ID/),
        discovery: `Creator 5 Pro "Creator 5 Pro", serial number ${SERIAL}`,
        'read over': 'nothing',
      });
      expectSteps(outcome, 'http-only');
      expect(outcome.out).toContain(
        `try: flashforge-exporter probe ${host} --serial-number ${SERIAL} --check-code-file FILE\n`,
      );
    }
  });

  it('with serial number and check code: prints lines with which it is read', async () => {
    const host = await start('creator5-pro');
    const outcome = await run(['probe', host, ...credentials()]);
    expect(outcome.exitCode).toBe(0);
    expect(rowsOf(outcome)).toMatchObject({ 'HTTP 8898': 'open, read', 'read over': 'http', state: 'ready' });
    const [printer, ...others] = await loadLines(outcome);
    expect(others).toEqual([]);
    expect(printer).toMatchObject({ name: 'Creator 5 Pro', address: host, http: { host, port: 8898 } });
    expect(printer?.tcp).toBeUndefined();
    expect(printer?.http?.checkCode.reveal()).toBe(CODE);
  });

  it('with a wrong code, a wrong serial number, and LAN mode off', async () => {
    const host = await start('creator5-pro');
    const wrongCode = await run(['probe', host, ...credentials(wrongFile)]);
    expect(wrongCode.exitCode).toBe(1);
    expectSteps(wrongCode, 'wrong-code-creator5');
    expectSteps(await run(['probe', host, ...credentials(codeFile, 'SN123')]), 'wrong-serial');
    const off = await start('creator5-pro', { kind: 'lan-mode-off' });
    const lanMode = await run(['probe', off, ...credentials()]);
    expect(lanMode.err).toMatch(/: not read over http: lan_mode: /);
    expectSteps(lanMode, 'lan-mode');
  });
});

describe('other printers', () => {
  it('offers the HTTP endpoint of a printer that is read over TCP', async () => {
    const host = await start('adventurer5m-pro');
    const outcome = await run(['probe', `m5=${host}`]);
    expect(outcome).toMatchObject({ exitCode: 0, err: '' });
    expectSteps(outcome, 'http-unused');
    expect(outcome.out).toMatch(/^ {4}# serial known, check code needed: /m);
    expect(await loadLines(outcome)).toMatchObject([{ name: 'm5', address: host, tcp: { host, port: 8899 } }]);
  });

  it('reads both endpoints, with nothing left to do', async () => {
    const host = await start('adventurer5m-pro');
    const outcome = await run(['probe', host, ...credentials(codeFile, 'MOMC9900728'), '--login', 'never']);
    expect(outcome).toMatchObject({ exitCode: 0, err: '' });
    expect(rowsOf(outcome)).toMatchObject({ 'TCP 8899': 'open, read', 'HTTP 8898': 'open, read' });
    expectSteps(outcome);
    const [printer] = await loadLines(outcome);
    expect(printer).toMatchObject({ name: 'Adventurer 5M Pro', tcp: { login: 'never' }, http: { host } });
  });

  it('has one conversation with the printer, and sends nothing but the five reads', async () => {
    await using printer = await startScriptedPrinter({
      M119: reply('M119', 'MachineStatus: READY', 'MoveMode: READY'),
    });
    await run(['probe', `127.0.0.1:${printer.target.port}`]);
    await printer.allClosed();
    expect(printer.received.map(commandsIn)).toEqual([['M119', 'M105', 'M27', 'M114', 'M115']]);
  });

  it('waits for a login of a Finder that is mute until then', async () => {
    const host = await start('finder', { kind: 'mute-until-login' });
    expect(await run(['probe', host])).toMatchObject({ exitCode: 0, err: '' });
    const never = await run(['probe', host, '--login', 'never']);
    expect(never.exitCode).toBe(1);
    expectSteps(never, 'mute-without-login');
  });

  it('says that another client talks', async () => {
    const host = await start('finder', { kind: 'foreign-only' });
    const outcome = await run(['probe', host]);
    expect(outcome.exitCode).toBe(1);
    expectSteps(outcome, 'other-client');
  });

  it('does not log in with --login never', async () => {
    const host = await start('finder', { kind: 'control-refused', login: 'accepted' });
    const outcome = await run(['probe', host, '--login', 'never']);
    expect(outcome.exitCode).toBe(1);
    expectSteps(outcome, 'login-never');
    expect((await run(['probe', host])).exitCode).toBe(0);
  });
});

describe('what is no printer', () => {
  it('nothing at the address: every port refuses', async () => {
    const outcome = await run(['probe', ownLoopback()]);
    expect(outcome.exitCode).toBe(1);
    expect(rowsOf(outcome)).toMatchObject({
      host: 'answers',
      'TCP 8899': 'refused',
      'HTTP 8898': 'refused',
      discovery: 'no reply',
    });
    expectSteps(outcome, 'nothing-listens');
  });

  it('a host that lets every connection time out', async () => {
    await using hole = await blackhole();
    const startedAt = performance.now();
    const outcome = await run(['probe', `127.0.0.1:${hole.target.port}`]);
    // The promise is 15 s for a printer that is off; here only TCP waits for its 3 s.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(outcome.exitCode).toBe(1);
    expect(rowsOf(outcome)[`TCP ${hole.target.port}`]).toBe('no answer');
    expectSteps(outcome, 'not-there');
  });

  it('a web server', async () => {
    const host = ownLoopback();
    const page: RequestListener = (_request, response) => {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html><body>Not Found</body></html>');
    };
    const server = createServer(page).listen(8898, host);
    running.push(server);
    await once(server, 'listening');
    const outcome = await run(['probe', host, ...credentials()]);
    expect(outcome.exitCode).toBe(1);
    expectSteps(outcome, 'html');
    // The same by its own port: what it makes of M119 is an HTTP response.
    expectSteps(await run(['probe', `${host}:8898`, ...credentials()]), 'html');
    const onTcpPort = createServer(page).listen(8899, host);
    running.push(onTcpPort);
    await once(onTcpPort, 'listening');
    expectSteps(await run(['probe', host]), 'html');
  });
});

describe('JSON', () => {
  it('has the same', async () => {
    const host = await start('creator5-pro');
    const { exitCode, out } = await run(['probe', host, '--output', 'json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      address: host,
      up: false,
      endpoints: [{ protocol: 'tcp', failure: { code: 'refused' } }],
      host: { name: host, addresses: [host], answers: true },
      ports: [
        { protocol: 'tcp', port: 8899, state: 'refused' },
        { protocol: 'http', port: 8898, state: 'open' },
      ],
      discovery: { model: 'Creator 5 Pro', serial: SERIAL },
      next: [NEXT_STEPS['http-only'].step],
    });
    const read: unknown = JSON.parse((await run(['probe', host, ...credentials(), '--output', 'json'])).out);
    expect(read).toMatchObject({ up: true, config: expect.stringContaining(`check_code_file: ${codeFile}\n`) });
  });
});

describe('a secret', () => {
  it.each(['table', 'json', 'metrics'])('is in no output (%s), also at --log.level debug', async (output) => {
    const host = await start('adventurer5m-pro');
    for (const file of [codeFile, wrongFile]) {
      for (const serial of ['SNMOMC9900728', 'SN123']) {
        const argv = ['probe', host, ...credentials(file, serial), '--output', output, '--log.level=debug'];
        const { exitCode, out, err } = await run(argv);
        expect(exitCode).toBe(0);
        expect(out + err).not.toMatch(new RegExp(`${CODE}|${WRONG_CODE}`, 'i'));
      }
    }
  });
});

describe('bad input is one line and exit code 2', () => {
  async function expectBad(argv: readonly string[], message: string | RegExp): Promise<void> {
    const { exitCode, out, err } = await run(['probe', ...argv]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(/^flashforge-exporter: [^\n]+\n$/);
    expect(err).toMatch(message);
  }

  it('a host that does not exist', async () => {
    for (const output of ['table', 'json', 'metrics']) {
      await expectBad(['no-such-printer.invalid', '--output', output], /"no-such-printer\.invalid" does not resolve: /);
    }
    await expectBad(['no-such-printer.invalid'], NEXT_STEPS['name-unknown'].step);
  });

  it('a port out of range, and half of the credentials', async () => {
    await expectBad(['10.0.0.1:65536'], /the port must be a number from 0 to 65535/);
    await expectBad(['10.0.0.1', '--serial-number', 'SN1'], /--serial-number needs --check-code-file beside it/);
    await expectBad(['10.0.0.1', '--check-code-file', codeFile], /--check-code-file needs --serial-number beside it/);
    await expectBad(['10.0.0.1', ...credentials(codeFile, ' ')], /--serial-number: must not be empty/);
    await expectBad(['10.0.0.1', '--login', 'maybe'], /--login: "maybe" is not one of auto, never, always/);
    await expectBad(['m5', ...credentials(), '--config.file', codeFile], /do not go with --config\.file/);
  });

  it('a check code file that is missing, a folder, or empty', async () => {
    const empty = join(folder, 'empty');
    await writeFile(empty, ' \n');
    await expectBad(['10.0.0.1', ...credentials(join(folder, 'missing'))], /--check-code-file cannot be read: ENOENT/);
    await expectBad(['10.0.0.1', ...credentials(folder)], /--check-code-file cannot be read: EISDIR/);
    await expectBad(['10.0.0.1', ...credentials(empty)], /--check-code-file: \S+ is empty/);
  });
});
