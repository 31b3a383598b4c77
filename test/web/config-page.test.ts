// /config, /-/ready and the error format of the routes other than /metrics.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/common/log.ts';
import { loadPrinters } from '../../src/config/load.ts';
import { TargetPool } from '../../src/fleet/target-pool.ts';
import { createRoutes } from '../../src/web/routes.ts';
import { run } from '../cli/run.ts';
import { startTestExporter } from '../support/exporter.ts';
import { configNamed, createFleet, readSockets } from '../support/fleet.ts';
import { ask } from '../support/http.ts';

const EVERY_KEY = fileURLToPath(new URL('../config/data/good/every-key.yml', import.meta.url));
const SECRETS = /5f3a9c1e|12345678|a1b2c3d4|9c1e5f3a/;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(...args: Parameters<typeof startTestExporter>): Promise<string> {
  const exporter = await startTestExporter(...args);
  closing.push(() => exporter.close(0));
  return exporter.url;
}

async function inFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'config-page-'));
  closing.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'printers.yml');
  await writeFile(file, text);
  return file;
}

describe('/config', () => {
  it('is the running configuration, a file that --config.check takes, without its secrets', async () => {
    const printers = await loadPrinters({ file: EVERY_KEY, printers: [], env: { HTTP_ONLY_CODE: 'a1b2c3d4' } });
    const url = await serve(printers);
    const { status, headers, body } = await ask(url, '/config');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/yaml; charset=utf-8', 'cache-control': 'no-store' });
    expect(body).not.toMatch(SECRETS);
    expect(body.match(/check_code: <secret>$/gm)).toHaveLength(4);
    const checked = await run(['--config.check', '--config.file', await inFile(body)]);
    const names = printers.map(({ name }) => name).join(', ');
    expect(checked).toEqual({
      exitCode: 0,
      out: `configuration is good: ${printers.length} printers: ${names}\n`,
      err: '',
    });
  });

  it('quotes names that YAML would read as something else', async () => {
    const names = ['yes', '0x10', '- a', 'a: b', '"', "'", '#', 'a\nb', ' b ', '~', '*', '&', '🖨', '%', '1e3', 'null'];
    const printers = names.map((name, i) =>
      configNamed(name, { address: `192.0.2.${i + 1}`, tcp: { host: `192.0.2.${i + 1}`, port: 8899, login: 'auto' } }),
    );
    const url = await serve(printers);
    const file = await inFile((await ask(url, '/config')).body);
    expect(await loadPrinters({ file, printers: [], env: {} })).toEqual(printers);
  });

  it('is a valid file without printers', async () => {
    const file = await inFile((await ask(await serve([]), '/config')).body);
    expect((await run(['--config.check', '--config.file', file])).out).toBe('configuration is good: 0 printers\n');
  });

  it('does not list discovered printers', async () => {
    const found = { address: '127.0.0.1', name: 'found', model: 'Finder', tcp: true, tcpPort: 1 };
    const url = await serve([configNamed('one')], {
      discoveryIntervalMs: 60_000,
      search: async () => ({ printers: [found], problems: [], sent: true }),
    });
    await expect.poll(async () => (await ask(url, '/sd')).body).toContain('found');
    expect((await ask(url, '/config')).body).toBe('printers:\n  - name: one\n    address: 192.0.2.1\n');
  });
});

describe('an invalid web configuration at run time', () => {
  it('is on the page and in the metric of the configuration, until it is valid again', async () => {
    const file = await inFile('http_server_config: {http2: false}\n');
    const url = await serve([configNamed('one', { timeoutMs: 20 })], { webConfigFile: file });
    const trouble = async () => [
      (await ask(url, '/')).body.includes('The web configuration file is invalid'),
      (await ask(url, '/metrics')).body.match(/config_last_reload_successful (\d)/)?.[1],
    ];
    expect(await trouble()).toEqual([false, '1']);
    await writeFile(file, 'http_server_config: {http2: maybe}\n');
    // The file is checked once a second.
    await expect.poll(trouble, { timeout: 5000 }).toEqual([true, '0']);
    await writeFile(file, 'http_server_config: {http2: false}\n');
    await expect.poll(trouble, { timeout: 5000 }).toEqual([false, '1']);
  });
});

describe('/-/ready', () => {
  it('is 503 during shutdown, while /-/healthy is 200', async () => {
    // Called without a server, which accepts no connection during shutdown; a request may already have arrived.
    let isReady = true;
    const fleet = createFleet([]);
    const routes = createRoutes({
      fleet,
      pool: new TargetPool({ read: readSockets, log: silentLogger, now: Date.now }),
      status: () => ({
        build: { version: '0', revision: 'test' },
        lastReloadSuccessful: true,
        lastReloadSuccessSeconds: 0,
        refusedRequests: { 401: 0, 429: 0, 503: 0 },
      }),
      telemetryPath: '/metrics',
      deadline: { defaultMs: 1000, offsetMs: 0 },
      isReady: () => isReady,
    });
    const get = async (path: string) => {
      const url = new URL(path, 'http://x');
      const { signal } = new AbortController();
      const answer = await routes.get(path)?.handle({ method: 'GET', url, headers: {}, signal });
      return [answer?.status, String(answer?.body)];
    };
    expect(await get('/-/ready')).toEqual([200, 'Ready\n']);
    isReady = false;
    expect(await get('/-/ready')).toEqual([503, '503: stopping\n']);
    expect(await get('/-/healthy')).toEqual([200, 'Healthy\n']);
  });
});

describe('an error', () => {
  it.each([
    ['GET', '/nothing', 404],
    ['POST', '/metrics', 405],
    ['GET', '/-/reload', 405],
    ['POST', '/-/reload', 403],
    ['GET', '/probe', 400],
    ['GET', '/probe?target=a&target=b', 400],
    ['GET', '/probe?target=192.0.2.77', 403],
  ])('%s %s is one line of text that begins with %d', async (method, path, status) => {
    const answer = await ask(await serve([]), path, { method });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(new RegExp(`^${status}: [^\\n]+\\n$`));
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(answer.body.length),
      'x-content-type-options': 'nosniff',
    });
  });
});
