// The Dockerfile as text. .github/workflows/image.yml builds and runs it.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startCli } from '../cli/run.ts';
import { runProgram } from '../support/programs.ts';
import { createCertificateFolder } from '../web/security/certificate-folder.ts';
import { pathOf, readPackage, readText, runExporter } from './files.ts';

const dockerfile = readText('Dockerfile').replaceAll(/\\\n\s*/g, '');
const [, final = ''] =
  dockerfile
    .split(/^FROM .* AS build$/m)
    .at(-1)
    ?.split(/^(?=FROM )/m) ?? [];

/** The values of an instruction in the final stage. */
const values = (instruction: string) =>
  [...final.matchAll(new RegExp(`^\\s*${instruction} (.*)$`, 'gm'))].map(([, value = '']) => value);

test('has the OCI labels of its contents and origin', () => {
  const labels = Object.fromEntries(
    [
      ...values('LABEL')
        .join(' ')
        .matchAll(/org\.opencontainers\.image\.([\w.]+)="([^"]*)"/g),
    ].map(([, key, value]) => [key, value]),
  );
  expect(Object.keys(labels).sort()).toEqual(
    'base.name created description documentation licenses revision source title url vendor version'.split(' '),
  );
  for (const key of ['version', 'revision', 'created']) expect(labels[key]).toBe(`\${${key.toUpperCase()}}`);
  expect(labels['licenses']).toBe('MIT');
  expect(values('ARG')).toContain(`VERSION=${readPackage().version}`);
  expect(`FROM ${labels['base.name']?.replace('docker.io/library/', '')}`).toBe(final.split('\n')[0]);
});

test('runs as a numeric user, so that Kubernetes can check that it is not root', () => {
  expect(values('USER')).toEqual(['1000:1000']);
});

test('contains no sources, no development dependencies and no package manager files', () => {
  expect(values('COPY').map((value) => value.split(' ').at(-1))).toEqual([
    './',
    'node_modules',
    'dist',
    '/var/lib/flashforge-exporter',
  ]);
  expect(values('RUN')).toEqual([]);
  expect(dockerfile).toContain('npm ci --omit=dev');
});

describe('the health check', () => {
  const [check = ''] = values('HEALTHCHECK .*? CMD');
  const [program, script = '', where] = JSON.parse(check) as string[];
  const isHealthy = (url: string) =>
    runProgram(process.execPath, [pathOf(`scripts/${script}`), `${new URL(url).host}/-/healthy`]);

  const tls = 'tls_server_config: {cert_file: server.crt, key_file: server.key}\n';
  const users = 'basic_auth_users: {prometheus: $2b$10$e8mQdXTkXDBhNXwJK4hJ.OXo9brDHvehS6DgELbSNqr6X70FTXDYK}\n';

  test('runs with Node.js alone, on the exposed port', async () => {
    const [port] = values('EXPOSE');
    expect([program, where]).toEqual(['node', `127.0.0.1:${port}/-/healthy`]);
    expect(values('COPY').join(' ')).toContain(` scripts/${script} ./`);
    expect((await runExporter(['--help'])).out).toContain(`":${port}"`);
  });

  test.each([
    ['by default', '', 200],
    ['with users', users, 401],
    ['with TLS', tls, 200],
    ['with both', tls + users, 401],
  ])('succeeds %s', async (_, config, status) => {
    const folder = await createCertificateFolder();
    onTestFinished(() => folder.remove());
    const file = await folder.write('web-config.yml', config);
    await using cli = startCli(['--web.listen-address=127.0.0.1:0', '--web.config.file', file]);
    const [, url = ''] = await cli.see('err', /msg=listening url=(\S+)/);
    expect(await isHealthy(url)).toEqual({ code: 0, output: `status ${status}\n` });
  });

  test('fails on a 5xx response and on a refused connection', async () => {
    const server = createServer((_, response) => response.writeHead(503).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await isHealthy(`http://127.0.0.1:${port}`)).toEqual({ code: 1, output: 'status 503\n' });
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    expect(await isHealthy(`http://127.0.0.1:${port}`)).toEqual({
      code: 1,
      output: `connect ECONNREFUSED 127.0.0.1:${port}\n`,
    });
  });
});

test('.dockerignore allows only what the build copies', () => {
  const lines = readText('.dockerignore')
    .split('\n')
    .filter((line) => line !== '');
  expect(lines[0]).toBe('*');
  const kept = lines.slice(1).map((line) => line.replace(/^!/, ''));
  for (const path of kept) expect(existsSync(pathOf(path)), path).toBe(true);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
  expect([...new Set(copied)].sort()).toEqual(kept.sort());
});
