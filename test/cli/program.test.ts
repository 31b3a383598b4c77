// The compiled program in a process of its own: exit codes, signals, and output that nobody reads.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { createDeferred } from '../support/deferred.ts';
import { parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { reply, silence, startScriptedPrinter } from '../support/scripted-printer.ts';
import { buildProgram, type Program } from './program.ts';

const LOOPBACK = '--web.listen-address=127.0.0.1:0';
const FULL = '/dev/full';
const LISTENING = /msg=listening url=(\S+)/;

let program: Program;

beforeAll(async () => {
  program = await buildProgram();
});

afterAll(() => program[Symbol.asyncDispose]());

describe('the program', () => {
  it('says its name, version, revision and Node.js version', async () => {
    const { exitCode, out, err } = await program.start(['--version']).ended;
    expect(out).toMatch(/^flashforge-exporter \d+\.\d+\.\d+\S* \(revision abc1234, Node\.js /);
    expect(out).toContain(`Node.js ${process.versions.node})\n`);
    expect([exitCode, err]).toEqual([0, '']);
  });

  it('prints its help and ends', async () => {
    const { exitCode, out, err } = await program.start(['-h']).ended;
    expect(out).toMatch(/^flashforge-exporter \[printer\.\.\]\n/);
    expect([exitCode, err]).toEqual([0, '']);
  });

  it.each([
    [['--frob']],
    [['--scrape.timeout', 'x']],
    [['192.168.1.999']],
    [['--config.file', fileURLToPath(new URL('../config/data/bad/two-names.yml', import.meta.url))]],
    [['--config.file', '/']],
    [['probe']],
  ])('ends %j with one line on stderr and exit code 2', async (argv) => {
    const { exitCode, out, err } = await program.start(argv).ended;
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(/^flashforge-exporter: [^\n]+\n$/);
  });

  it('ends with one line and exit code 2 when the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const bound = taken.address();
      const wanted = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
      const { exitCode, out, err } = await program.start(['--web.listen-address', wanted]).ended;
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toBe(
        `flashforge-exporter: cannot listen on ${wanted}: the port is in use; see --web.listen-address\n`,
      );
    } finally {
      taken.close();
    }
  });

  it('probes: exit code 0, and 1 with the reason', async () => {
    const printer = await startSimulatedPrinter({ model: 'finder' });
    try {
      const address = `127.0.0.1:${printer.tcpPort}`;
      expect(await program.start(['probe', address]).ended).toMatchObject({ exitCode: 0, err: '' });
      await printer.switchOff();
      const { exitCode, out, err } = await program.start(['probe', address]).ended;
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^127\.0\.0\.1:\d+: not read over tcp: refused: /);
      expect(out).toMatch(/^next: [^\n]+\n/m);
    } finally {
      await printer.close();
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, then ends with exit code 0', async (signal) => {
    const printer = await startSimulatedPrinter({ model: 'finder' });
    try {
      await using exporter = program.start([LOOPBACK], { FLASHFORGE_PRINTERS: `finder=127.0.0.1:${printer.tcpPort}` });
      const [, url = ''] = await exporter.see('err', LISTENING);
      const page = await (await fetch(`${url}/metrics`)).text();
      expect(page).toContain('flashforge_up{printer="finder"} 1\n');
      expect(page).toContain('revision="abc1234"');
      exporter.child.kill(signal);
      const { exitCode, signal: killedBy, out, err } = await exporter.ended;
      expect([exitCode, killedBy, out]).toEqual([0, null, '']);
      expect(err).toMatch(/ msg=stopping\n$/);
      await expect(fetch(url)).rejects.toThrow();
    } finally {
      await printer.close();
    }
  });

  it('stops when the shell of `npm start` is ended', async () => {
    await using shell = program.startInShell([LOOPBACK]);
    await shell.see('err', LISTENING);
    shell.child.kill('SIGTERM');
    // The streams close when the exporter itself has ended: the shell is long gone.
    expect((await shell.ended).err).toMatch(/ msg=stopping\n$/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with exit code 0 also when %s comes while it loads', async (signal) => {
    await using exporter = await program.startSignalled(signal, [LOOPBACK]);
    expect(await exporter.ended).toMatchObject({ exitCode: 0, signal: null, out: '' });
  });

  it('serves when SIGHUP comes while it loads', async () => {
    await using exporter = await program.startSignalled('SIGHUP', [LOOPBACK]);
    await exporter.see('err', LISTENING);
    await exporter.see('err', /msg="configuration reloaded"/);
    exporter.child.kill('SIGTERM');
    expect(await exporter.ended).toMatchObject({ exitCode: 0 });
  });

  it('is ended by SIGHUP where there is nothing to reload, also when that comes while it loads', async () => {
    await using early = await program.startSignalled('SIGHUP', ['simulate', '--port=0']);
    expect(await early.ended).toMatchObject({ signal: 'SIGHUP', out: '' });
    await using simulated = program.start(['simulate', '--port=0']);
    await simulated.see('out', /finder-1=/);
    simulated.child.kill('SIGHUP');
    expect(await simulated.ended).toMatchObject({ signal: 'SIGHUP' });
  });

  it('finishes the scrape under way before it ends', async () => {
    const asked = createDeferred();
    const released = createDeferred();
    await using printer = await startScriptedPrinter({
      M119: async ({ send }) => {
        asked.resolve();
        await released.promise;
        await send(reply('M119', 'Endstop: X-max:0 Y-max:0 Z-max:0', 'MachineStatus: READY', 'MoveMode: READY'));
      },
      M105: reply('M105', 'T0:25 /0 B:0/0'),
      M27: reply('M27', 'SD printing byte 0/100'),
    });
    await using exporter = program.start([LOOPBACK, `slow=127.0.0.1:${printer.target.port}`]);
    const [, url = ''] = await exporter.see('err', LISTENING);
    const scrape = fetch(`${url}/metrics`);
    await asked.promise;
    exporter.child.kill('SIGTERM');
    await exporter.see('err', /msg=stopping/);
    released.resolve();
    const response = await scrape;
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('flashforge_up{printer="slow"} 1\n');
    expect((await exporter.ended).exitCode).toBe(0);
  });

  it('ends at once at the second signal', async () => {
    const asked = createDeferred();
    await using printer = await startScriptedPrinter({ M119: () => asked.resolve(), M105: silence });
    await using exporter = program.start([LOOPBACK, `127.0.0.1:${printer.target.port}`]);
    const [, url = ''] = await exporter.see('err', LISTENING);
    const scrape = fetch(`${url}/metrics`).catch((error: unknown) => error);
    await asked.promise;
    exporter.child.kill('SIGINT');
    await exporter.see('err', /msg=stopping/);
    exporter.child.kill('SIGINT');
    expect((await exporter.ended).exitCode).toBe(130);
    expect(await scrape).toBeInstanceOf(Error);
  });

  it('shows a demo, and Ctrl-C ends it', async () => {
    await using demo = program.start(['demo', LOOPBACK]);
    const [, url] = await demo.see('out', /curl -s (\S+)\nCtrl-C ends it\n/);
    const page = parseExposition(await (await fetch(url ?? '')).text());
    const holding = samplesOf(page, 'flashforge_state').filter(({ value }) => value === 1);
    expect(holding.map(({ labels }) => labels['state']).sort()).toEqual(['completed', 'paused', 'printing', 'ready']);
    demo.child.kill('SIGHUP');
    await demo.see('err', /msg="configuration reloaded"/);
    demo.child.kill('SIGINT');
    expect(await demo.ended).toMatchObject({ exitCode: 0, signal: null });
  });

  it('simulates until it is told to stop', async () => {
    await using simulated = program.start(['simulate', '--port=0']);
    const [, printer = ''] = await simulated.see('out', /^(finder-1=127\.0\.1\.1:\d+)\n/);
    expect((await program.start(['probe', printer]).ended).exitCode).toBe(0);
    simulated.child.kill('SIGTERM');
    expect(await simulated.ended).toMatchObject({ exitCode: 0, err: '' });
  });

  describe.skipIf(!existsSync(FULL))('on a full disk', () => {
    it.each([[['--version']], [['--config.check', '10.0.0.1']]])(
      'says that it could not print, as %j',
      async (argv) => {
        await using full = await open(FULL, 'w');
        const { status, stderr } = spawnSync(process.execPath, [program.main, ...argv], {
          stdio: ['ignore', full.fd, 'pipe'],
          encoding: 'utf8',
        });
        expect(stderr).toMatch(/^flashforge-exporter: the output cannot be written: ENOSPC[^\n]+\n$/);
        expect(status).toBe(1);
      },
    );

    it('goes its way when it cannot log', async () => {
      await using full = await open(FULL, 'w');
      const { status } = spawnSync(process.execPath, [program.main, '--frob'], { stdio: ['ignore', 'pipe', full.fd] });
      expect(status).toBe(2);
    });
  });

  it('ends well when somebody reads only the beginning of what it prints', async () => {
    const running = program.start(['--help']);
    running.child.stdout.destroy();
    expect(await running.ended).toMatchObject({ exitCode: 0, err: '' });
  });

  it('goes on when nobody reads its output any more', async () => {
    const printer = await startSimulatedPrinter({ model: 'finder' });
    try {
      await using exporter = program.start([LOOPBACK, '--log.level=debug', `127.0.0.1:${printer.tcpPort}`]);
      const [, url = ''] = await exporter.see('err', LISTENING);
      exporter.child.stdout.destroy();
      exporter.child.stderr.destroy();
      // Two of them, since the first one's log lines meet the closed pipe.
      for (let scrapes = 0; scrapes < 2; scrapes++) {
        await printer.setFault(scrapes === 0 ? { kind: 'refuse' } : undefined);
        const page = await (await fetch(`${url}/metrics`)).text();
        expect(page).toContain(`flashforge_up{printer="127.0.0.1:${printer.tcpPort}"} ${scrapes}\n`);
      }
      exporter.child.kill('SIGTERM');
      expect((await exporter.ended).exitCode).toBe(0);
    } finally {
      await printer.close();
    }
  });
});
