// The systemd units pass systemd-analyze, with a low exposure.
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/for-test.ts';
import { requireProgram, runProgram } from '../support/programs.ts';
import { checkArguments, pathOf, readText, runExporter } from './files.ts';

const UNITS = 'deploy/systemd';
const SERVICE = `${UNITS}/flashforge-exporter.service`;
const SOCKET = `${UNITS}/flashforge-exporter.socket`;
const DROP_IN = `${UNITS}/flashforge-exporter.service.d/socket.conf`;
// A unit without hardening has 9.6.
const MAX_EXPOSURE = 1.5;

const analyze = requireProgram('systemd-analyze');

/** The values of a key in order, with continuation lines joined. */
function settings(file: string, key: string): string[] {
  const text = readText(file).replaceAll(/\\\n\s*/g, '');
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** The command line of the service with its variables expanded. */
function commandLine(listen: string): string[] {
  const [line = ''] = settings(SERVICE, 'ExecStart');
  return line
    .replace('$LISTEN', listen)
    .replace('$OPTIONS', '')
    .replaceAll('%S', '/var/lib')
    .split(/\s+/)
    .filter((word) => word !== '');
}

describe.skipIf(analyze === undefined)('systemd-analyze', () => {
  test.each([
    ['the service', false],
    ['the service with its socket', true],
  ])('verifies %s', async (_, withSocket) => {
    const root = await temporaryFolder();
    const units = join(root, 'etc/systemd/system');
    await cp(pathOf(UNITS), units, { recursive: true, filter: (path) => withSocket || !path.includes('service.d') });
    // The targets and slices that the units refer to, as shipped with systemd.
    await mkdir(join(root, 'usr/lib/systemd'), { recursive: true });
    await cp('/lib/systemd/system', join(root, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true });
    for (const program of [commandLine('')[0] ?? '', '/usr/bin/kill']) {
      const path = join(root, program);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, '#!/bin/sh\n');
      await chmod(path, 0o755);
    }
    const files = ['flashforge-exporter.service', ...(withSocket ? ['flashforge-exporter.socket'] : [])];
    const { output } = await runProgram(analyze ?? '', ['verify', `--root=${root}`, '--man=no', ...files]);
    expect(output.split('\n').filter((line) => line.includes('flashforge'))).toEqual([]);
  });

  test(`gives an exposure of at most ${MAX_EXPOSURE}`, async () => {
    // "security" takes the unit's name from the file, and would also read the drop-in folder next to it.
    const file = join(await temporaryFolder(), 'flashforge-exporter.service');
    await writeFile(file, readText(SERVICE));
    const { output } = await runProgram(analyze ?? '', ['security', '--offline=true', '--no-pager', file]);
    const exposure = /Overall exposure level for [^:]+: ([\d.]+)/.exec(output)?.[1];
    expect(exposure, output).toBeDefined();
    expect(Number(exposure)).toBeLessThanOrEqual(MAX_EXPOSURE);
  });
});

test('the command line is valid', async () => {
  const [listen = ''] = settings(SERVICE, 'Environment').map((value) => value.replace(/^LISTEN=/, ''));
  const [, ...args] = commandLine(listen);
  expect(await checkArguments(args, pathOf('deploy/printers.yml'))).toMatchObject({ code: 0, err: '' });
});

test('the flag of the socket drop-in exists', async () => {
  const [listen = ''] = settings(DROP_IN, 'Environment').map((value) => value.replace(/^LISTEN=/, ''));
  expect(listen).toMatch(/^--/);
  expect((await runExporter(['--help'])).out).toContain(listen);
});

test('the socket and the service use the same port', () => {
  const [listen = ''] = settings(SERVICE, 'Environment');
  expect(settings(SOCKET, 'ListenStream')).toEqual([/:(\d+)$/.exec(listen)?.[1]]);
});

test('the drop-in requires the socket, and the socket starts the service', () => {
  expect(settings(DROP_IN, 'Requires')).toEqual(['flashforge-exporter.socket']);
  // By default a socket starts the service of the same name.
  expect(settings(SOCKET, 'Service')).toEqual([]);
});

test('the README has the paths of the unit', async () => {
  const readme = await readFile(pathOf(`${UNITS}/README.md`), 'utf8');
  const [credential = ''] = settings(SERVICE, 'LoadCredential');
  const [id = '', folder = ''] = credential.split(':');
  expect(readme).toContain(`/run/credentials/flashforge-exporter.service/${id}_m5-pro`);
  expect(readme).toContain(`install -d -m 700 ${folder}`);
  const [program = ''] = commandLine('');
  expect(readme).toContain(`npm install --prefix ${program.replace(/\/node_modules\/.*/, '')} `);
});
